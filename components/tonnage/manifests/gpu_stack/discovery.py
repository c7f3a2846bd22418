"""Node feature discovery: sees the PCI devices of nodes, and writes labels on them.

Flags, paths, rights, probes and requests: kubernetes-sigs/node-feature-discovery v0.19.0 (Helm chart, pkg/).
"""

from typing import Any

from tonnage.manifests.contracts import NAME_LABEL
from tonnage.manifests.declared import Manifest
from tonnage.manifests.gpu_stack.agents import (
    config_map,
    daemon_set,
    env,
    grant,
    metadata,
    pod,
    resources,
    rights,
    service_account,
    template,
    tolerations,
    unprivileged,
)
from tonnage.manifests.gpu_stack.definitions import GROUP, definitions
from tonnage.manifests.gpu_stack.stack import DevicePluginStack

MASTER = "node-feature-discovery-master"
WORKER = "node-feature-discovery-worker"
COLLECTOR = "node-feature-discovery-gc"
_ETC = "/etc/kubernetes/node-feature-discovery"
_PORT = 8080
_HOST_PATHS = {
    "boot": ("/boot", "/host-boot"),
    "os-release": ("/etc/os-release", "/host-etc/os-release"),
    "sys": ("/sys", "/host-sys"),
    "usr-lib": ("/usr/lib", "/host-usr/lib"),
    "lib": ("/lib", "/host-lib"),
    "swaps": ("/proc/swaps", "/host-proc/swaps"),
}
"""What the worker looks at: path on the node, path in the container."""


def discovery(stack: DevicePluginStack) -> dict[str, Manifest]:
    """Definitions, master, workers and the collector of what dead nodes leave behind."""
    return {**definitions(MASTER), **_master(stack), **_worker(stack), **_collector(stack)}


def _master(stack: DevicePluginStack) -> dict[str, Manifest]:
    """Turns what workers found into labels of nodes."""
    # feature discovery of GPUs writes nvidia.com/gpu.product and the like
    config = config_map(MASTER, stack, "nfd-master.conf", {"extraLabelNs": ["nvidia.com"]})
    rules = [
        _may([""], ["namespaces"], ["list", "watch"]),
        _may([""], ["nodes", "nodes/status"], ["get", "list", "patch", "update"]),
        _may([GROUP], ["nodefeatures", "nodefeaturerules"], ["get", "list", "watch"]),
    ]
    container = {
        "image": stack.discovery_image,
        "command": ["nfd-master"],
        "args": [f"-port={_PORT}"],
        "env": [env("NODE_NAME", "spec.nodeName")],
        "startupProbe": {**_health(), "failureThreshold": 30},
        "resources": resources("100m", "128Mi", "4Gi"),
        "volumeMounts": [{"name": "config", "mountPath": _ETC, "readOnly": True}],
    }
    spec = _pod(MASTER, stack, container, volumes=[_config(MASTER)], priorityClassName="system-cluster-critical")
    return {
        "discovery-config": config,
        "discovery-account": service_account(MASTER, stack),
        "discovery-role": rights(MASTER, stack, rules, everywhere=True),
        "discovery-binding": grant(MASTER, stack, everywhere=True),
        "discovery": _deployment(MASTER, stack, spec, config),
    }


def _worker(stack: DevicePluginStack) -> dict[str, Manifest]:
    """Looks at the node that it runs on: every node, so that GPUs are found wherever they are."""
    # 02 and 03: network and display controllers; the vendor alone makes the label pci-10de.present
    pci = {"deviceClassWhitelist": ["02", "03"], "deviceLabelFields": ["vendor"]}
    config = config_map(WORKER, stack, "nfd-worker.conf", {"sources": {"pci": pci}})
    rules = [
        _may([GROUP], ["nodefeatures"], ["create", "get", "update", "delete"]),
        _may([""], ["pods"], ["get"]),
    ]
    container = {
        "image": stack.discovery_image,
        "command": ["nfd-worker"],
        "args": ["-owner-refs=pod,ds", f"-port={_PORT}"],
        "env": [
            env("NODE_NAME", "spec.nodeName"),
            env("POD_NAME", "metadata.name"),
            env("POD_UID", "metadata.uid"),
        ],
        "resources": resources("5m", "64Mi", "512Mi"),
        "volumeMounts": [
            *({"name": name, "mountPath": inside, "readOnly": True} for name, (_, inside) in _HOST_PATHS.items()),
            {"name": "config", "mountPath": _ETC, "readOnly": True},
        ],
    }
    volumes = [*({"name": n, "hostPath": {"path": path}} for n, (path, _) in _HOST_PATHS.items()), _config(WORKER)]
    spec = _pod(
        WORKER,
        stack,
        container,
        volumes=volumes,
        tolerations=tolerations(stack),
        priorityClassName="system-node-critical",
    )
    return {
        "discovery-worker-config": config,
        "discovery-worker-account": service_account(WORKER, stack),
        "discovery-worker-role": rights(WORKER, stack, rules, everywhere=False),
        "discovery-worker-binding": grant(WORKER, stack, everywhere=False),
        "discovery-worker": daemon_set(WORKER, stack, spec, "10%", config),
    }


def _collector(stack: DevicePluginStack) -> dict[str, Manifest]:
    """Removes what is known of nodes that are gone: with elastic pools, many."""
    rules = [
        _may([""], ["nodes"], ["list", "watch"]),
        _may([GROUP], ["nodefeatures"], ["delete", "list"]),
    ]
    container = {
        "image": stack.discovery_image,
        "command": ["nfd-gc"],
        "args": ["-gc-interval=1h"],
        "env": [env("NODE_NAME", "spec.nodeName")],
        "resources": resources("10m", "128Mi", "1Gi"),
    }
    return {
        "discovery-gc-account": service_account(COLLECTOR, stack),
        "discovery-gc-role": rights(COLLECTOR, stack, rules, everywhere=True),
        "discovery-gc-binding": grant(COLLECTOR, stack, everywhere=True),
        "discovery-gc": _deployment(COLLECTOR, stack, _pod(COLLECTOR, stack, container)),
    }


def _pod(agent: str, stack: DevicePluginStack, container: dict[str, Any], **more: Any) -> dict[str, Any]:
    shared = {
        "livenessProbe": {**_health(), "initialDelaySeconds": 10},
        "readinessProbe": {**_health(), "failureThreshold": 10},
        "ports": [{"name": "http", "containerPort": _PORT}],
        "securityContext": unprivileged(),
    }
    return pod(agent, stack, {**container, **shared}, **more)


def _deployment(agent: str, stack: DevicePluginStack, spec: dict[str, Any], config: Manifest | None = None) -> Manifest:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(agent, stack),
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {NAME_LABEL: agent}},
            "template": template(agent, spec, config),
        },
    }


def _may(groups: list[str], kinds: list[str], verbs: list[str]) -> dict[str, Any]:
    return {"apiGroups": groups, "resources": kinds, "verbs": verbs}


def _health() -> dict[str, Any]:
    return {"httpGet": {"path": "/healthz", "port": "http"}}


def _config(agent: str) -> dict[str, Any]:
    return {"name": "config", "configMap": {"name": agent}}
