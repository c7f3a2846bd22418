"""GpuStack: from arguments of any language to agents in the right order."""

from pathlib import Path
from typing import Any

import pulumi
import pytest

from manifests.judge import judge
from resources.programs import Declares, declared, from_another_language, manifests, problems
from resources.stacked import as_floats, recorded, signature
from tonnage.catalog.shipped import shipped_catalog
from tonnage.resources.gpu_stack import DeviceList, DriverOwner, GpuStack, GpuStackArgs, GpuStackMode, MigStrategy

FULL: GpuStackArgs = {
    "mode": GpuStackMode.DEVICE_PLUGIN,
    "driver": DriverOwner.PREINSTALLED,
    "namespace": "gpu-agents",
    "device_list": DeviceList.CDI,
    "mig": MigStrategy.MIXED,
    "node_feature_discovery": True,
    "startup_taints": ["readiness.k8s.io/gpu"],
    "plugin_image": "registry.example.com/plugin:v1",
    "discovery_image": "registry.example.com/discovery:v1",
    "pull_secrets": ["mirror"],
    "overrides": {"plugin": {"because": "slow nodes", "merge": {"spec": {"minReadySeconds": 10}}}},
}
EVERY = pytest.mark.parametrize("args", [{}, FULL, {"node_feature_discovery": False}], ids=["none", "full", "borrowed"])


def stack(args: Any) -> Declares:
    """A program with one stack."""
    return lambda options: GpuStack("gpu", args, options)


@EVERY
def test_every_object_is_one_that_kubernetes_takes(args: GpuStackArgs, data: Path) -> None:
    """What reaches Pulumi is what the schemas allow."""
    objects = manifests(stack(args))

    assert len(objects) >= 9
    for name, manifest in objects.items():
        assert judge(manifest, data) == [], name


@EVERY
def test_arguments_may_come_from_any_language(args: GpuStackArgs) -> None:
    """Choices as text, numbers as floats: the same objects follow."""
    assert manifests(stack(as_floats(args))) == manifests(stack(args))


def test_pulumis_own_provider_constructs_it() -> None:
    """As the engine does for a program in another language."""
    objects = manifests(from_another_language(GpuStack, {"deviceList": "cdi-cri", "nodeFeatureDiscovery": False}))

    assert "made-plugin" in objects
    assert "made-discovery" not in objects


def test_images_left_out_are_those_of_this_release() -> None:
    """Pinned, with source and date in the catalogue."""
    objects = manifests(stack({}))
    releases = shipped_catalog().releases

    def image(name: str) -> str:
        (container,) = objects[name]["spec"]["template"]["spec"]["containers"]
        return str(container["image"])

    assert image("gpu-plugin") == image("gpu-gpu-discovery") == releases["device-plugin"].reference
    assert image("gpu-discovery-worker") == releases["nfd"].reference


def test_images_may_come_from_the_program() -> None:
    """A mirror that the same program makes."""

    def program(options: pulumi.ResourceOptions) -> None:
        GpuStack("gpu", {"plugin_image": pulumi.Output.from_input("mirror/plugin:v1")}, options)

    (container,) = manifests(program)["gpu-plugin"]["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "mirror/plugin:v1"


def test_what_pods_need_is_declared_before_them() -> None:
    """Namespace, definitions, accounts, rights and configuration; the namespace before all that is in it."""
    resources = {d.key: d for d in declared(stack({})) if d.is_object}
    by_name = {d.name: d for d in resources.values()}

    def before(name: str) -> set[str]:
        return {resources[key].name.removeprefix("gpu-") for key in by_name[f"gpu-{name}"].depends_on}

    assert before("namespace") == set()
    assert before("plugin") == {"namespace", "plugin-config", "plugin-account"}
    definitions = {"node-features-definition", "node-feature-rules-definition"}
    parts = {"account", "role", "binding"}
    assert before("gpu-discovery") == (
        {"namespace", "plugin-config"} | definitions | {f"gpu-discovery-{p}" for p in parts}
    )
    for agent in ("discovery", "discovery-worker"):
        assert before(agent) == {"namespace", f"{agent}-config"} | definitions | {f"{agent}-{p}" for p in parts}
    for d in resources.values():
        inside = "namespace" in d.inputs["metadata"]
        assert not inside or "namespace" in before(d.name.removeprefix("gpu-")), d.name


def test_definitions_and_namespace_outlive_a_mistake() -> None:
    """Deleting a definition deletes every object of its kind."""
    kept = {d.name for d in declared(stack({})) if d.protect and d.retain_on_delete}
    assert kept == {"gpu-namespace", "gpu-node-features-definition", "gpu-node-feature-rules-definition"}


def test_every_object_names_the_provider() -> None:
    """No object goes to a cluster by chance."""
    assert {d.provider for d in declared(stack({})) if d.is_object} == {"pulumi:providers:kubernetes::cluster"}


@pytest.mark.parametrize("mode", ["operator", "dra"])
def test_modes_that_are_not_declared_yet_are_refused(mode: str) -> None:
    """Never silently another mode than was asked for."""
    recording = recorded(stack({"mode": mode}))

    assert [(f.where, f.what) for f in recording.findings] == [("gpu.mode", f"{mode} is not declared yet")]
    assert recording.resources == ()


@pytest.mark.parametrize(
    ("args", "where"),
    [
        ({"driver": "operator"}, ["gpu.driver"]),
        ({"namespace": "GPU agents"}, ["gpu.namespace"]),
        ({"namespace": "kube-system"}, ["gpu.namespace"]),
        ({"mig": "all", "device_list": "volume-mounts"}, ["gpu.device_list", "gpu.mig"]),
        ({"mode": "dra", "namespace": "default"}, ["gpu.mode", "gpu.namespace"]),
        ({"node_feature_discovery": "no"}, ["gpu.node_feature_discovery"]),
        ({"overrides": {"plugn": {"because": "a", "merge": {"spec": {}}}}}, ["gpu.overrides.plugn"]),
    ],
)
def test_all_mistakes_are_told_at_once_and_nothing_is_declared(args: Any, where: list[str]) -> None:
    """Each at the argument to change."""
    assert problems(stack(args)) == where


def test_an_override_of_borrowed_discovery_is_a_mistake() -> None:
    """An object that is not declared cannot be changed."""
    override = {"because": "a", "merge": {"spec": {"replicas": 2}}}
    args = {"node_feature_discovery": False, "overrides": {"discovery": override}}
    assert problems(stack(args)) == ["gpu.overrides.discovery"]


def test_the_arguments_that_other_languages_see() -> None:
    """A change here breaks programs that are not Python; none is an object without fields."""
    assert signature(GpuStack) == {
        "deviceList?": "<DeviceList",
        "discoveryImage?": "string",
        "driver?": "<DriverOwner",
        "mig?": "<MigStrategy",
        "mode?": "<GpuStackMode",
        "namespace?": "<string",
        "nodeFeatureDiscovery?": "<boolean",
        "overrides?": "<{<Override}",
        "pluginImage?": "string",
        "pullSecrets?": "<[<string]",
        "startupTaints?": "<[<string]",
        "=namespace": "string",
        "GpuStackMode": "device-plugin | operator | dra",
        "DriverOwner": "preinstalled | operator",
        "DeviceList": "envvar | cdi-cri",
        "MigStrategy": "none | single | mixed",
        "Override.because": "<string",
        "Override.merge": "<{<Any}",
    }
