"""Device plugin and GPU feature discovery of NVIDIA.

Flags, variables, paths and rights: NVIDIA/k8s-device-plugin v0.20.0 (cmd/, api/config/v1/, Helm chart).
"""

from typing import Any

from tonnage.manifests.declared import Manifest
from tonnage.manifests.gpu_stack.agents import (
    config_map,
    daemon_set,
    env,
    gpu_nodes,
    grant,
    pod,
    resources,
    rights,
    service_account,
    tolerations,
)
from tonnage.manifests.gpu_stack.stack import DevicePluginStack

PLUGIN = "nvidia-device-plugin"
FEATURES = "gpu-feature-discovery"
CONFIG_FILE = "config.yaml"
_KUBELET = "/var/lib/kubelet/device-plugins"
_CDI = "/var/run/cdi"
_DRIVER_ROOT = "/driver-root"
"""Where the plugin looks for the driver when it writes CDI specifications."""
_CRITICAL = "system-node-critical"
_ASKED = ("50m", "128Mi", "512Mi")


def device_plugin(stack: DevicePluginStack) -> dict[str, Manifest]:
    """The plugin that offers GPUs to the kubelet. It never speaks to the API server."""
    config = plugin_config(stack)
    return {
        "plugin-config": config,
        "plugin-account": {**service_account(PLUGIN, stack), "automountServiceAccountToken": False},
        "plugin": daemon_set(PLUGIN, stack, _plugin_pod(stack), 1, config),
    }


def feature_discovery(stack: DevicePluginStack) -> dict[str, Manifest]:
    """The agent that tells product, memory and count of a node's GPUs to node feature discovery."""
    rules = [
        {
            "apiGroups": ["nfd.k8s-sigs.io"],
            "resources": ["nodefeatures"],
            "verbs": ["get", "list", "watch", "create", "update"],
        },
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]},
    ]
    return {
        "gpu-discovery-account": service_account(FEATURES, stack),
        "gpu-discovery-role": rights(FEATURES, stack, rules, everywhere=False),
        "gpu-discovery-binding": grant(FEATURES, stack, everywhere=False),
        "gpu-discovery": daemon_set(FEATURES, stack, _features_pod(stack), 1, plugin_config(stack)),
    }


def plugin_config(stack: DevicePluginStack) -> Manifest:
    """The configuration that plugin and feature discovery share."""
    flags = {
        "migStrategy": stack.mig,
        # a node whose driver is broken restarts its plugin in full view, rather than offering no GPUs in silence
        "failOnInitError": True,
        "plugin": {"deviceListStrategy": stack.device_list, "deviceIDStrategy": "uuid"},
        "gfd": {"sleepInterval": "60s"},
    }
    return config_map(PLUGIN, stack, CONFIG_FILE, {"version": "v1", "flags": flags})


def _plugin_pod(stack: DevicePluginStack) -> dict[str, Any]:
    volumes = [_host("kubelet", _KUBELET, "Directory")]
    mounts: list[dict[str, Any]] = [{"name": "kubelet", "mountPath": _KUBELET}]
    if stack.device_list == "cdi-cri":
        volumes += [_host("cdi", _CDI, "DirectoryOrCreate"), _host("driver", "/", "Directory")]
        mounts += [{"name": "cdi", "mountPath": _CDI}]
        mounts += [{"name": "driver", "mountPath": _DRIVER_ROOT, "readOnly": True}]
    container = {
        "image": stack.plugin_image,
        "command": ["nvidia-device-plugin"],
        "env": [*_sees_gpus(), *_watches_mig(stack), {"name": "CONFIG_FILE", "value": f"/config/{CONFIG_FILE}"}],
        "securityContext": _plugin_rights(stack),
        "resources": resources(*_ASKED),
        "volumeMounts": [*mounts, _config_mount()],
    }
    return _agent(PLUGIN, stack, container, [*volumes, _config_volume()], automountServiceAccountToken=False)


def _features_pod(stack: DevicePluginStack) -> dict[str, Any]:
    container = {
        "image": stack.plugin_image,
        "command": ["gpu-feature-discovery"],
        "env": [
            env("NODE_NAME", "spec.nodeName"),
            env("NAMESPACE", "metadata.namespace"),
            env("POD_NAME", "metadata.name"),
            *_sees_gpus(),
            *_watches_mig(stack),
            {"name": "CONFIG_FILE", "value": f"/config/{CONFIG_FILE}"},
        ],
        # reads PCI devices and the machine's type from /sys
        "securityContext": {"privileged": True},
        "resources": resources(*_ASKED),
        "volumeMounts": [{"name": "sys", "mountPath": "/sys", "readOnly": True}, _config_mount()],
    }
    return _agent(FEATURES, stack, container, [_host("sys", "/sys", "Directory"), _config_volume()])


def _agent(
    name: str, stack: DevicePluginStack, container: dict[str, Any], volumes: list[dict[str, Any]], **more: Any
) -> dict[str, Any]:
    return pod(
        name,
        stack,
        container,
        volumes=volumes,
        affinity=gpu_nodes(),
        tolerations=tolerations(stack),
        priorityClassName=_CRITICAL,
        **more,
    )


def _plugin_rights(stack: DevicePluginStack) -> dict[str, Any]:
    """Divided GPUs can be watched by an administrator only."""
    if stack.mig != "none":
        return {"capabilities": {"add": ["SYS_ADMIN"]}}
    return {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def _sees_gpus() -> list[dict[str, str]]:
    """What the NVIDIA runtime reads: the agent itself gets all GPUs and the driver's libraries, but asks for none."""
    return [
        {"name": "NVIDIA_VISIBLE_DEVICES", "value": "all"},
        {"name": "NVIDIA_DRIVER_CAPABILITIES", "value": "compute,utility"},
    ]


def _watches_mig(stack: DevicePluginStack) -> list[dict[str, str]]:
    return [] if stack.mig == "none" else [{"name": "NVIDIA_MIG_MONITOR_DEVICES", "value": "all"}]


def _host(name: str, path: str, kind: str) -> dict[str, Any]:
    return {"name": name, "hostPath": {"path": path, "type": kind}}


def _config_volume() -> dict[str, Any]:
    return {"name": "config", "configMap": {"name": PLUGIN}}


def _config_mount() -> dict[str, Any]:
    return {"name": "config", "mountPath": "/config", "readOnly": True}
