"""Names and values that one object writes and others read. Each stands here once.

Sources: NVIDIA k8s-device-plugin v0.20.0 (resource, taint), Kubernetes documentation "Well-Known Labels, Annotations
and Taints" and "Pod Security Standards".
"""

POOL_LABEL = "tonnage.dev/pool"
"""On nodes: the pool of the plan. Pods select it; it exists before a node joins."""
ACCELERATOR_LABEL = "tonnage.dev/accelerator"
"""On nodes: the accelerator's name in the catalogue. Flavors of queues select it."""
TEAM_LABEL = "tonnage.dev/team"
"""On namespaces and pods: the team."""
WORKLOAD_LABEL = "tonnage.dev/workload"
"""On pods and services: the workload's name in the team's file. Selectors rest on it, so it never changes."""
NAME_LABEL = "app.kubernetes.io/name"
MANAGED_BY_LABEL = "app.kubernetes.io/managed-by"
MANAGED_BY = "tonnage"
ENGINE_LABEL = "llm-d.ai/engine-type"
"""On engine pods: vllm. Read by monitors and endpoint pickers."""

GPU_RESOURCE = "nvidia.com/gpu"
GPU_PRESENT_LABEL = "nvidia.com/gpu.present"
"""On nodes with GPUs, from the start: agents select it before anything has looked at the hardware."""
GPU_TAINT_KEY = "nvidia.com/gpu"
GPU_TAINT = {"key": GPU_TAINT_KEY, "value": "present", "effect": "NoSchedule"}
GPU_TOLERATION = {"key": GPU_TAINT_KEY, "operator": "Exists", "effect": "NoSchedule"}
"""Exists, never Equal: providers write different values."""

ENGINE_PORT = 8000
HEALTH_PATH = "/health"

POD_SECURITY_LABEL = "pod-security.kubernetes.io/enforce"
POD_SECURITY_WARN_LABEL = "pod-security.kubernetes.io/warn"
VERSION_SUFFIX = "-version"
"""Of both labels: the release of Kubernetes whose rules are meant, v1.35, or latest."""

PLAN_QUOTA = "plan"
"""ResourceQuota of a team's namespace: what the plan counts."""
PRIORITY_QUOTA = "priorities"
"""ResourceQuota of a team's namespace: no pod of a PriorityClass that the plan does not give to the team."""

SYSTEM_NAMESPACE = "tonnage-system"
"""Node agents; privileged."""

PRIORITY_CLASSES = {
    "production": "tonnage-production",
    "standard": "tonnage-standard",
    "bestEffort": "tonnage-best-effort",
}
"""One PriorityClass per tier: production never preempts production."""


def toleration(taint: str) -> dict[str, str]:
    """What lets a pod onto nodes with a taint, written as Kubernetes' tools do: key=value:effect, or key:effect."""
    name, _, effect = taint.rpartition(":")
    key, given, value = name.partition("=")
    match = {"operator": "Equal", "value": value} if given else {"operator": "Exists"}
    return {"key": key, **match, "effect": effect}


def gpu_resource_quota_key(resource: str) -> str:
    """The key of a ResourceQuota for an extended resource: requests.nvidia.com/gpu."""
    return f"requests.{resource}"
