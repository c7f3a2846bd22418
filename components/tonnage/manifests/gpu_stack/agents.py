"""What all agents of the stack share: labels, accounts, rights, pods."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from tonnage.manifests.contracts import GPU_PRESENT_LABEL, GPU_TOLERATION, MANAGED_BY, MANAGED_BY_LABEL, NAME_LABEL
from tonnage.manifests.declared import Manifest
from tonnage.manifests.gpu_stack.stack import DevicePluginStack

PART_OF_LABEL = "app.kubernetes.io/part-of"
PART_OF = "tonnage-gpu-stack"
CONFIG_DIGEST = "tonnage.dev/config-digest"
"""On pods: changes with the agent's configuration, so that a change restarts them."""
_RBAC = "rbac.authorization.k8s.io"


def labels(agent: str) -> dict[str, str]:
    """Labels of an agent's objects and pods."""
    return {NAME_LABEL: agent, PART_OF_LABEL: PART_OF, MANAGED_BY_LABEL: MANAGED_BY}


def metadata(agent: str, stack: DevicePluginStack | None = None, name: str = "") -> dict[str, Any]:
    """Metadata of an agent's object; with the stack, of one in its namespace."""
    place = {} if stack is None else {"namespace": stack.namespace}
    return {"name": name or agent, **place, "labels": labels(agent)}


def service_account(agent: str, stack: DevicePluginStack) -> Manifest:
    """The account that an agent's pods run as."""
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(agent, stack)}


def rights(agent: str, stack: DevicePluginStack, rules: Sequence[Mapping[str, Any]], *, everywhere: bool) -> Manifest:
    """What an agent may do: in all namespaces, or in its own only."""
    kind = "ClusterRole" if everywhere else "Role"
    place = None if everywhere else stack
    return {"apiVersion": f"{_RBAC}/v1", "kind": kind, "metadata": metadata(agent, place), "rules": list(rules)}


def grant(agent: str, stack: DevicePluginStack, *, everywhere: bool) -> Manifest:
    """Gives an agent's account its rights."""
    kind = "ClusterRole" if everywhere else "Role"
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": f"{kind}Binding",
        "metadata": metadata(agent, None if everywhere else stack),
        "roleRef": {"apiGroup": _RBAC, "kind": kind, "name": agent},
        "subjects": [{"kind": "ServiceAccount", "name": agent, "namespace": stack.namespace}],
    }


def config_map(agent: str, stack: DevicePluginStack, file: str, config: Mapping[str, Any]) -> Manifest:
    """An agent's configuration file. JSON: agents read it as the YAML that it is."""
    text = json.dumps(config, indent=2) + "\n"
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(agent, stack), "data": {file: text}}


def daemon_set(
    agent: str, stack: DevicePluginStack, spec: Mapping[str, Any], at_once: int | str, config: Manifest | None = None
) -> Manifest:
    """An agent on every node that its pod spec selects; `at_once` nodes may lose it during an update."""
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": metadata(agent, stack),
        "spec": {
            "selector": {"matchLabels": {NAME_LABEL: agent}},
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": at_once}},
            "template": template(agent, spec, config),
        },
    }


def template(agent: str, spec: Mapping[str, Any], config: Manifest | None) -> dict[str, Any]:
    """The pod template of an agent."""
    digest = None if config is None else hashlib.sha256(json.dumps(config["data"]).encode()).hexdigest()[:16]
    annotations = {} if digest is None else {"annotations": {CONFIG_DIGEST: digest}}
    return {"metadata": {"labels": labels(agent), **annotations}, "spec": dict(spec)}


def pod(agent: str, stack: DevicePluginStack, container: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """The pod spec of an agent with one container."""
    secrets = {"imagePullSecrets": [{"name": name} for name in stack.pull_secrets]} if stack.pull_secrets else {}
    return {
        "serviceAccountName": agent,
        "enableServiceLinks": False,
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [{"name": agent, "imagePullPolicy": "IfNotPresent", **container}],
        **secrets,
        **more,
    }


def tolerations(stack: DevicePluginStack) -> list[dict[str, str]]:
    """Taints that agents on nodes live with: that of GPU nodes, and those of nodes that are not ready yet."""
    return [dict(GPU_TOLERATION), *({"key": key, "operator": "Exists"} for key in stack.startup_taints)]


def gpu_nodes() -> dict[str, Any]:
    """Affinity to nodes with NVIDIA GPUs: a pool says so, or node feature discovery has seen a PCI device of theirs.

    Source: NVIDIA/k8s-device-plugin v0.20.0, Helm values (affinity).
    """
    terms = [
        {"matchExpressions": [{"key": key, "operator": "In", "values": [value]}]}
        for key, value in (
            (GPU_PRESENT_LABEL, "true"),
            ("feature.node.kubernetes.io/pci-10de.present", "true"),
            ("feature.node.kubernetes.io/cpu-model.vendor_id", "NVIDIA"),
        )
    ]
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}}


def env(name: str, field: str) -> dict[str, Any]:
    """A variable with a field of the pod."""
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": field}}}


def resources(cpu: str, memory: str, most: str) -> dict[str, Any]:
    """What a container asks for, and the memory at which it is ended. CPU is not capped: it would only slow it."""
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": most}}


def unprivileged() -> dict[str, Any]:
    """Rights of a container that only reads and speaks to the API server."""
    return {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
    }
