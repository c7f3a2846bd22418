"""GpuStack: what makes the GPUs of a cluster visible to Kubernetes."""

from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from typing import Any, NotRequired, TypedDict

import pulumi

from tonnage.catalog.shipped import shipped_catalog
from tonnage.findings import Finding
from tonnage.manifests.contracts import SYSTEM_NAMESPACE
from tonnage.manifests.gpu_stack.objects import objects
from tonnage.manifests.gpu_stack.stack import DevicePluginStack
from tonnage.names import is_label
from tonnage.resources.arguments import read
from tonnage.resources.base import Component
from tonnage.resources.overrides import Override, overridden
from tonnage.resources.seam import Child
from tonnage.resources.verdict import settle

_CLUSTER_WIDE = frozenset({"ClusterRole", "CustomResourceDefinition", "Namespace"})
_PARTS = ("config", "account", "role", "binding")


class GpuStackMode(Enum):
    """Who offers GPUs to Kubernetes."""

    DEVICE_PLUGIN = "device-plugin"
    OPERATOR = "operator"
    """Not declared yet: refused."""
    DRA = "dra"
    """Not declared yet: refused."""


class DriverOwner(Enum):
    """Who installs the driver."""

    PREINSTALLED = "preinstalled"
    """The machine image holds it."""
    OPERATOR = "operator"


class DeviceList(Enum):
    """How containers get the GPUs that they were given."""

    ENVVAR = "envvar"
    """By a variable that the NVIDIA runtime reads. Right where that runtime is the node's default, as on EKS."""
    CDI = "cdi-cri"
    """By the container engine itself: containerd 2 or CRI-O. Where the NVIDIA runtime is the node's default too, an
    image that sets NVIDIA_VISIBLE_DEVICES=all sees every GPU of the node: switch that off in the runtime."""


class MigStrategy(Enum):
    """How the parts of divided GPUs are offered."""

    NONE = "none"
    SINGLE = "single"
    MIXED = "mixed"


class GpuStackArgs(TypedDict):
    """Everything may be left out: the defaults suit EKS with NVIDIA machine images."""

    mode: NotRequired[GpuStackMode]
    """Left out: device-plugin."""
    driver: NotRequired[DriverOwner]
    """Left out: preinstalled."""
    namespace: NotRequired[str]
    """Of the agents; it is declared here. Left out: tonnage-system."""
    device_list: NotRequired[DeviceList]
    """Left out: envvar."""
    mig: NotRequired[MigStrategy]
    """Left out: none."""
    node_feature_discovery: NotRequired[bool]
    """False where it runs in the cluster already, with the label namespace nvidia.com allowed. Left out: true."""
    startup_taints: NotRequired[list[str]]
    """Keys of taints that nodes carry until they are ready, such as readiness.k8s.io/gpu."""
    plugin_image: NotRequired[pulumi.Input[str]]
    """Of device plugin and GPU feature discovery. Left out: the version that this release of tonnage ships."""
    discovery_image: NotRequired[pulumi.Input[str]]
    """Of node feature discovery. Left out: the version that this release of tonnage ships."""
    pull_secrets: NotRequired[list[str]]
    """Names of Secrets with the credentials of the images' registry."""
    overrides: NotRequired[dict[str, Override]]
    """Changes of single fields, by object: namespace, plugin, gpu-discovery, discovery-worker and so on."""


class GpuStack(Component):
    """Device plugin, GPU feature discovery and node feature discovery. One per cluster.

    The agents run on nodes with GPUs, whatever value the GPU taint has there, and on all nodes where they only look
    for them. What they ask for is what the planner keeps free for them.
    """

    namespace: pulumi.Output[str]
    """Name of the agents' namespace."""

    def __init__(self, name: str, args: GpuStackArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the stack. Raises SpecError with everything that is wrong, before anything is declared."""
        given, found = read(name, args, GpuStackArgs)
        settle(found)
        stack = _stack(given.values)
        built = objects(stack)
        children = [Child(child, given.fill(m), _after(child, m, built)) for child, m in built.items()]
        changed, misled = overridden(name, children, given.values.get("overrides", {}))
        settle([*_wrong(name, given.values), *misled])
        super().__init__(name, args, changed, opts, {"namespace": stack.namespace})


def _stack(values: Mapping[str, Any]) -> DevicePluginStack:
    releases = shipped_catalog().releases
    return DevicePluginStack(
        plugin_image=values.get("plugin_image", releases["device-plugin"].reference),
        discovery_image=values.get("discovery_image", releases["nfd"].reference),
        namespace=values.get("namespace", SYSTEM_NAMESPACE),
        device_list=values.get("device_list", DeviceList.ENVVAR.value),
        mig=values.get("mig", MigStrategy.NONE.value),
        discovery=values.get("node_feature_discovery", True),
        startup_taints=tuple(values.get("startup_taints", ())),
        pull_secrets=tuple(values.get("pull_secrets", ())),
    )


def _wrong(name: str, values: Mapping[str, Any]) -> Iterator[Finding]:
    mode = values.get("mode", GpuStackMode.DEVICE_PLUGIN.value)
    if mode != GpuStackMode.DEVICE_PLUGIN.value:
        yield Finding(
            f"{name}.mode",
            f"{mode} is not declared yet",
            "set it to device-plugin, or install it yourself",
            code="TN501",
        )
    elif values.get("driver") == DriverOwner.OPERATOR.value:
        fix = "set it to preinstalled and use machine images with the driver"
        yield Finding(f"{name}.driver", "without the operator nobody installs the driver", fix, code="TN501")
    namespace = values.get("namespace", SYSTEM_NAMESPACE)
    if not is_label(namespace):
        fix = "use lower case letters, digits and dashes, at most 63"
        yield Finding(f"{name}.namespace", f"{namespace!r} is no lawful name", fix, code="TN501")
    elif namespace in {"default", "kube-system", "kube-public", "kube-node-lease"}:
        yield Finding(
            f"{name}.namespace", f"{namespace} belongs to Kubernetes", "give the agents one of their own", code="TN501"
        )


def _after(child: str, manifest: Mapping[str, Any], all_: Collection[str]) -> tuple[str, ...]:
    """Everything is in the namespace; a pod comes after its account, rights and configuration, and the definitions."""
    place = [] if manifest["kind"] in _CLUSTER_WIDE | {"ClusterRoleBinding"} else ["namespace"]
    if child.endswith("-binding"):
        stem = child.removesuffix("-binding")
        return (*place, f"{stem}-account", f"{stem}-role")
    if manifest["kind"] not in {"DaemonSet", "Deployment"}:
        return tuple(place)
    own = [f"{child}-{part}" for part in _PARTS]
    shared = ["plugin-config", "node-features-definition", "node-feature-rules-definition"]
    if child == "plugin":
        shared = []
    elif child != "gpu-discovery":
        shared = shared[1:]
    return (*place, *(other for other in (*own, *shared) if other in all_))
