"""The GPU stack of a cluster whose drivers come with the machine image, every value decided."""

from dataclasses import dataclass

from tonnage.manifests.contracts import SYSTEM_NAMESPACE


@dataclass(frozen=True)
class DevicePluginStack:
    """Device plugin, GPU feature discovery and node feature discovery."""

    plugin_image: str
    """Holds the device plugin and GPU feature discovery."""
    discovery_image: str
    """Of node feature discovery."""
    namespace: str = SYSTEM_NAMESPACE
    device_list: str = "envvar"
    """How containers get their GPUs: envvar, by the NVIDIA runtime; cdi-cri, by the container engine itself."""
    mig: str = "none"
    """How the parts of divided GPUs are offered: none, single or mixed."""
    discovery: bool = True
    """False where node feature discovery runs in the cluster already."""
    startup_taints: tuple[str, ...] = ()
    """Keys of taints that nodes carry until they are ready: the agents are what makes them so."""
    pull_secrets: tuple[str, ...] = ()
    """Names of Secrets with the credentials of the images' registry."""
