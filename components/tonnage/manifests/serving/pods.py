"""The pod of one replica, lawful under the restricted Pod Security Standard."""

from typing import Any

from tonnage.capacity.coefficients import load_coefficients
from tonnage.manifests.contracts import (
    ENGINE_LABEL,
    ENGINE_PORT,
    GPU_TOLERATION,
    HEALTH_PATH,
    MANAGED_BY,
    MANAGED_BY_LABEL,
    NAME_LABEL,
    POOL_LABEL,
    PRIORITY_CLASSES,
    TEAM_LABEL,
    WORKLOAD_LABEL,
    toleration,
)
from tonnage.manifests.declared import Manifest
from tonnage.manifests.quantities import cpu_text, memory_text
from tonnage.manifests.serving.engine import EngineFacts, load_engine
from tonnage.manifests.serving.flags import flags
from tonnage.manifests.serving.server import SecretKey, Server
from tonnage.units import Memory

_CACHE = "/cache"
_SHARED_MEMORY = "/dev/shm"  # noqa: S108 no temporary file: where libraries look for shared memory
_SPREAD_OVER = {
    "node": ("kubernetes.io/hostname",),
    "rack": ("kubernetes.io/hostname",),
    "zone": ("topology.kubernetes.io/zone", "kubernetes.io/hostname"),
}
PORT_NAME = "http"
CONTAINER = "vllm"


def selector(server: Server) -> dict[str, str]:
    """What tells the pods of a server from all others of the namespace. It never changes."""
    return {WORKLOAD_LABEL: server.workload}


def labels(server: Server) -> dict[str, str]:
    """Of every object of a server. No version is among them: it would restart engines for nothing."""
    return {
        NAME_LABEL: server.workload,
        MANAGED_BY_LABEL: MANAGED_BY,
        TEAM_LABEL: server.team,
        **selector(server),
    }


def pod(server: Server) -> Manifest:
    """The template of a replica: labels and specification."""
    facts = load_engine()
    spec: dict[str, Any] = {
        "serviceAccountName": server.workload,
        "automountServiceAccountToken": False,
        # a Service called vllm would become VLLM_PORT in the engine's environment, and stop it
        "enableServiceLinks": False,
        "priorityClassName": PRIORITY_CLASSES[server.priority],
        "terminationGracePeriodSeconds": grace_seconds(server, facts),
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": facts.user,
            "runAsGroup": facts.group,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": _on_pools(server)}},
        "tolerations": [GPU_TOLERATION, *map(toleration, sorted(server.taints))],
        "containers": [_engine(server, facts)],
        "volumes": [
            # the cache counts against the container's ephemeral storage, /dev/shm against its memory
            {"name": "cache", "emptyDir": {}},
            {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": memory_text(shared_memory(server.gpus))}},
        ],
    }
    if spread := _spread(server):
        spec["topologySpreadConstraints"] = spread
    if server.image_pull_secrets:
        spec["imagePullSecrets"] = [{"name": name} for name in server.image_pull_secrets]
    return {"metadata": {"labels": {**labels(server), ENGINE_LABEL: CONTAINER}}, "spec": spec}


def grace_seconds(server: Server, facts: EngineFacts) -> int:
    """How long a replica gets to end: traffic moves away, requests finish, the process stops."""
    return facts.pre_stop_seconds + facts.drain(server.drain_seconds) + facts.slack_seconds


def shared_memory(gpus: int) -> Memory:
    """Size of /dev/shm, the same that the planner counts as memory of the pod."""
    host = load_coefficients().host
    return Memory.gib(host.shared_memory_single_gib if gpus == 1 else host.shared_memory_parallel_gib)


OWN_ENVIRONMENT = {
    "HOME": _CACHE,
    "HF_HOME": f"{_CACHE}/huggingface",
    "XDG_CACHE_HOME": f"{_CACHE}/xdg",
    # torch looks the user up by name, and fails where the image does not know its number
    "USER": CONTAINER,
}
"""All that the engine writes goes below one folder that any user may write."""
HUB_TOKEN = "HF_TOKEN"  # noqa: S105 the name of a variable


def environment(server: Server) -> list[dict[str, Any]]:
    """Variables of the engine, by name."""
    plain = {"VLLM_NO_USAGE_STATS": "1", **server.env, **OWN_ENVIRONMENT}
    token = {HUB_TOKEN: server.hub_token} if server.hub_token else {}
    secret = {**server.secret_env, **token}
    return [
        {"name": name, "valueFrom": _from(secret[name])} if name in secret else {"name": name, "value": plain[name]}
        for name in sorted({*plain, *secret})
    ]


def _engine(server: Server, facts: EngineFacts) -> Manifest:
    health = {"path": HEALTH_PATH, "port": PORT_NAME}
    resources = {
        "cpu": cpu_text(server.cpu),
        "memory": memory_text(server.memory),
        "ephemeral-storage": memory_text(server.ephemeral_storage),
        server.gpu_resource: str(server.gpus),
    }
    return {
        "name": CONTAINER,
        "image": server.image,
        "imagePullPolicy": "IfNotPresent",
        # images differ in their entry point
        "command": ["vllm", "serve"],
        "args": flags(server, facts),
        "env": environment(server),
        "ports": [{"name": PORT_NAME, "containerPort": ENGINE_PORT, "protocol": "TCP"}],
        "resources": {"requests": resources, "limits": dict(resources)},
        # the port opens only when the model is loaded, so start-up is judged apart from health
        "startupProbe": {
            "httpGet": health,
            "periodSeconds": 10,
            "timeoutSeconds": 5,
            "failureThreshold": -(-facts.startup_seconds(server.billions_of_parameters) // 10),
        },
        # a restart costs a whole load of the model: a minute of silence is not yet a dead engine
        "livenessProbe": {"httpGet": health, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 9},
        "readinessProbe": {"httpGet": health, "periodSeconds": 5, "timeoutSeconds": 3, "failureThreshold": 2},
        "lifecycle": {"preStop": {"sleep": {"seconds": facts.pre_stop_seconds}}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            # the hook that brings the driver's libraries into the container writes there
            "readOnlyRootFilesystem": False,
        },
        "volumeMounts": [{"name": "cache", "mountPath": _CACHE}, {"name": "shm", "mountPath": _SHARED_MEMORY}],
    }


def _on_pools(server: Server) -> Manifest:
    if server.node_labels:
        own = sorted(server.node_labels, key=lambda labels: sorted(labels.items()))
        terms = [[{"key": k, "operator": "In", "values": [v]} for k, v in sorted(labels.items())] for labels in own]
        return {"nodeSelectorTerms": [{"matchExpressions": term} for term in terms]}
    inside = {"key": POOL_LABEL, "operator": "In", "values": sorted(server.pools)}
    return {"nodeSelectorTerms": [{"matchExpressions": [inside]}]}


def _spread(server: Server) -> list[Manifest]:
    """Only where a loss must be survived: elsewhere spreading would break up the nodes that the plan has filled."""
    if server.replicas < 2:
        return []
    return [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "DoNotSchedule" if server.spread == "required" else "ScheduleAnyway",
            "labelSelector": {"matchLabels": selector(server)},
            # replicas of the release that is going away do not count
            "matchLabelKeys": ["pod-template-hash"],
            "nodeTaintsPolicy": "Honor",
        }
        for key in _SPREAD_OVER.get(server.survive, ())
    ]


def _from(secret: SecretKey) -> Manifest:
    return {"secretKeyRef": {"name": secret.name, "key": secret.key}}
