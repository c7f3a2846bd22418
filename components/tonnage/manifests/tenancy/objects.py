"""The objects of a team's space: namespace, limits, network, rights and queue."""

from tonnage.manifests.contracts import (
    MANAGED_BY,
    MANAGED_BY_LABEL,
    PLAN_QUOTA,
    POD_SECURITY_LABEL,
    POD_SECURITY_WARN_LABEL,
    PRIORITY_CLASSES,
    PRIORITY_QUOTA,
    TEAM_LABEL,
    VERSION_SUFFIX,
    gpu_resource_quota_key,
)
from tonnage.manifests.declared import Manifest
from tonnage.manifests.quantities import cpu_text, memory_text
from tonnage.manifests.tenancy.access import access
from tonnage.manifests.tenancy.network import policies
from tonnage.manifests.tenancy.space import Space

QUEUE_NAME = "batch"
"""Not `default`: Kueue puts what carries no queue label into a queue of that name, served models too."""


def objects(space: Space) -> dict[str, Manifest]:
    """All objects of a space by what people call them; the namespace comes first."""
    found = {
        "namespace": namespace(space),
        "quota": resource_quota(space),
        "priorities": priority_quota(space),
        "limits": limit_range(space),
        **policies(space),
        **access(space),
    }
    if space.cluster_queue:
        found["queue"] = local_queue(space, space.cluster_queue)
    return {name: _labelled(space, manifest) for name, manifest in found.items()}


def namespace(space: Space) -> Manifest:
    """The namespace. Only pods of the restricted Pod Security Standard are let in; others are warned of, too.

    The rules enforced are those of the release that the cluster's file states: an upgrade of the control plane alone
    then refuses no replica that ran before. What the server's own, perhaps newer, rules would refuse is warned of.
    """
    levels = {
        POD_SECURITY_LABEL: "restricted",
        POD_SECURITY_LABEL + VERSION_SUFFIX: f"v{space.kubernetes}" if space.kubernetes else "latest",
        POD_SECURITY_WARN_LABEL: "restricted",
        POD_SECURITY_WARN_LABEL + VERSION_SUFFIX: "latest",
    }
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space.namespace, "labels": levels}}


def resource_quota(space: Space) -> Manifest:
    """What the plan counts for the team, and no door to the outside: engines know no passwords.

    The quota is exact. A replica that is replaced in its place starts when the former one has ended.
    """
    hard = {
        gpu_resource_quota_key(space.gpu_resource): str(space.quota.gpus),
        "requests.cpu": cpu_text(space.quota.cpu),
        "requests.memory": memory_text(space.quota.memory),
        "pods": str(space.quota.pods),
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": PLAN_QUOTA, "namespace": space.namespace},
        "spec": {"hard": hard},
    }


def priority_quota(space: Space) -> Manifest:
    """No pod of a PriorityClass that is not the team's; pods that name none are not counted.

    Classes belong to the cluster, so whoever creates a pod may name any of them, system-node-critical too, and displace
    other teams' production by it. Only a quota stops that: without one since Kubernetes 1.17 no namespace is excepted.
    Source: Kubernetes documentation, "Limit Priority Class consumption by default", and its change log of 1.17.
    """
    own = sorted(PRIORITY_CLASSES[tier] for tier in space.priorities)
    named = [{"scopeName": "PriorityClass", "operator": "Exists"}]
    others = [{"scopeName": "PriorityClass", "operator": "NotIn", "values": own}] if own else []
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": PRIORITY_QUOTA, "namespace": space.namespace},
        "spec": {"hard": {"pods": "0"}, "scopeSelector": {"matchExpressions": [*named, *others]}},
    }


def limit_range(space: Space) -> Manifest:
    """What a container asks for that names no amounts; the quota would refuse it otherwise.

    No limits are set: a default limit would refuse every container that asks for more than it and names none.
    """
    modest = {"cpu": "500m", "memory": "1Gi", "ephemeral-storage": "5Gi"}
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": "defaults", "namespace": space.namespace},
        "spec": {"limits": [{"type": "Container", "defaultRequest": modest}]},
    }


def local_queue(space: Space, cluster_queue: str) -> Manifest:
    """Where the team's batch jobs wait: they name it by the label kueue.x-k8s.io/queue-name."""
    return {
        "apiVersion": "kueue.x-k8s.io/v1beta2",
        "kind": "LocalQueue",
        "metadata": {"name": QUEUE_NAME, "namespace": space.namespace},
        "spec": {"clusterQueue": cluster_queue},
    }


def _labelled(space: Space, manifest: Manifest) -> Manifest:
    metadata = manifest["metadata"]
    labels = {MANAGED_BY_LABEL: MANAGED_BY, TEAM_LABEL: space.team, **metadata.get("labels", {})}
    return {**manifest, "metadata": {**metadata, "labels": labels}}
