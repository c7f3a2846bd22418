"""The restricted Pod Security Standard in a short list, apart from the package: a second opinion on its pods.

Source: Kubernetes documentation, "Pod Security Standards", v1.35. Windows pods are out of reach.
"""

from collections.abc import Iterator, Mapping
from typing import Any

_VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}
_SYSCTLS = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
}
_SELINUX_TYPES = {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
_PROFILES = {"RuntimeDefault", "Localhost"}
_APPARMOR = "container.apparmor.security.beta.kubernetes.io/"


def refused(pod: Mapping[str, Any]) -> list[str]:
    """Why the restricted level refuses a pod (or a pod template); empty: it is let in."""
    spec = pod["spec"]
    context = spec.get("securityContext") or {}
    found = [*_whole(spec, context), *_annotations(pod.get("metadata") or {})]
    for kind in ("containers", "initContainers", "ephemeralContainers"):
        for container in spec.get(kind) or []:
            found += [f"{container['name']}: {why}" for why in _container(container, context, spec)]
    return found


def _whole(spec: Mapping[str, Any], context: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{key} is true" for key in ("hostNetwork", "hostPID", "hostIPC") if spec.get(key))
    yield from (f"volume {v['name']}" for v in spec.get("volumes") or [] if v.keys() - _VOLUMES - {"name"})
    yield from (f"sysctl {s['name']}" for s in context.get("sysctls") or [] if s["name"] not in _SYSCTLS)
    yield from _shared(context)
    if context.get("runAsUser") == 0:
        yield "runs as root"


def _shared(context: Mapping[str, Any]) -> Iterator[str]:
    """What pod and container may both set."""
    selinux = context.get("seLinuxOptions") or {}
    if selinux.get("type", "") not in _SELINUX_TYPES or selinux.get("user") or selinux.get("role"):
        yield "seLinuxOptions"
    if (context.get("appArmorProfile") or {}).get("type") == "Unconfined":
        yield "appArmorProfile"
    if (context.get("windowsOptions") or {}).get("hostProcess"):
        yield "hostProcess"
    if context.get("seccompProfile") and context["seccompProfile"].get("type") not in _PROFILES:
        yield "seccompProfile"
    if context.get("runAsNonRoot") is False:
        yield "runAsNonRoot is false"


def _container(container: Mapping[str, Any], outer: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[str]:
    own = container.get("securityContext") or {}
    yield from _shared(own)
    if own.get("privileged"):
        yield "privileged"
    if own.get("procMount", "Default") != "Default":
        yield "procMount"
    if own.get("runAsUser") == 0:
        yield "runs as root"
    if "runAsNonRoot" not in own and outer.get("runAsNonRoot") is not True:
        yield "runAsNonRoot is not set"
    yield from (f"host port {p['hostPort']}" for p in container.get("ports") or [] if p.get("hostPort"))
    yield from (f"host in {where}" for where in _hosts(container))
    if (spec.get("os") or {}).get("name") != "windows":
        yield from _linux(own, outer)


def _linux(own: Mapping[str, Any], outer: Mapping[str, Any]) -> Iterator[str]:
    if own.get("allowPrivilegeEscalation") is not False:
        yield "allowPrivilegeEscalation"
    capabilities = own.get("capabilities") or {}
    if "ALL" not in (capabilities.get("drop") or []):
        yield "capabilities are not dropped"
    if set(capabilities.get("add") or []) - {"NET_BIND_SERVICE"}:
        yield "capabilities are added"
    if not own.get("seccompProfile") and not outer.get("seccompProfile"):
        yield "seccompProfile is not set"


def _hosts(container: Mapping[str, Any]) -> Iterator[str]:
    handlers = {name: container.get(name) for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    handlers |= {name: (container.get("lifecycle") or {}).get(name) for name in ("preStop", "postStart")}
    for name, handler in handlers.items():
        for kind in ("httpGet", "tcpSocket"):
            if ((handler or {}).get(kind) or {}).get("host"):
                yield name


def _annotations(metadata: Mapping[str, Any]) -> Iterator[str]:
    for key, value in (metadata.get("annotations") or {}).items():
        allowed = value == "runtime/default" or value.startswith("localhost/")
        if key.startswith(_APPARMOR) and not allowed:
            yield "AppArmor annotation"
