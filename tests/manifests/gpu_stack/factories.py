"""Stacks for the tests: as most clusters have it, and one that uses everything."""

from tonnage.manifests.gpu_stack.stack import DevicePluginStack

PLUGIN_IMAGE = "registry.example.com/plugin:v1"
DISCOVERY_IMAGE = "registry.example.com/discovery:v1"
MINIMAL = DevicePluginStack(PLUGIN_IMAGE, DISCOVERY_IMAGE)
FULL = DevicePluginStack(
    PLUGIN_IMAGE,
    DISCOVERY_IMAGE,
    namespace="gpu-agents",
    device_list="cdi-cri",
    mig="mixed",
    startup_taints=("readiness.k8s.io/gpu", "readiness.k8s.io/network"),
    pull_secrets=("mirror",),
)
BORROWED = DevicePluginStack(PLUGIN_IMAGE, DISCOVERY_IMAGE, discovery=False)
ALL = (MINIMAL, FULL, BORROWED)
