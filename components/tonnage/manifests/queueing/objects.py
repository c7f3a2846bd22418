"""The objects of queueing with Kueue: flavors, the cohort, and a queue for each team."""

from fractions import Fraction

from tonnage.manifests.contracts import (
    ACCELERATOR_LABEL,
    GPU_TAINT,
    MANAGED_BY,
    MANAGED_BY_LABEL,
    TEAM_LABEL,
    toleration,
)
from tonnage.manifests.declared import Manifest
from tonnage.manifests.quantities import cpu_text, memory_text
from tonnage.manifests.queueing.queues import CPU_FLAVOR, Queues, Share, cluster_queue_name
from tonnage.units import Cpu, Memory

_VERSION = "kueue.x-k8s.io/v1beta2"
_NOTHING = Share(0, Cpu(Fraction(0)), Memory.gib(0), Memory.gib(0))


def flavors(queues: Queues) -> dict[str, Manifest]:
    """One flavor for each accelerator, and one for nodes without GPUs, by name."""
    return {name: _flavor(queues, name) for name in queues.flavors}


def cohort(queues: Queues) -> Manifest:
    """The teams of a cluster, which lend to each other what they do not use."""
    return {"apiVersion": _VERSION, "kind": "Cohort", "metadata": _metadata(queues.cohort), "spec": {}}


def cluster_queue(queues: Queues, team: str) -> Manifest:
    """The queue of one team: what the plan counts for its batch jobs is its own.

    What others have borrowed of it comes back by preemption; inside the team a higher tier goes first. Ephemeral
    storage is counted because Kueue admits no job that asks for what its queue does not cover.
    """
    covered = ["cpu", "memory", "ephemeral-storage"]
    if queues.flavors != (CPU_FLAVOR,):
        covered.append(queues.gpu_resource)
    shares = queues.teams[team]
    group = {
        "coveredResources": covered,
        "flavors": [
            {"name": name, "resources": _resources(queues, covered, shares.get(name, _NOTHING))}
            for name in queues.flavors
        ],
    }
    return {
        "apiVersion": _VERSION,
        "kind": "ClusterQueue",
        "metadata": {
            **_metadata(cluster_queue_name(team)),
            "labels": {MANAGED_BY_LABEL: MANAGED_BY, TEAM_LABEL: team},
        },
        "spec": {
            "cohortName": queues.cohort,
            "namespaceSelector": {"matchLabels": {TEAM_LABEL: team}},
            "preemption": {"reclaimWithinCohort": "Any", "withinClusterQueue": "LowerPriority"},
            "resourceGroups": [group],
        },
    }


def _flavor(queues: Queues, name: str) -> Manifest:
    """GPU nodes are tainted, and the flavor says so without tolerating it.

    So Kueue gives them only to jobs that tolerate the taint themselves: a job without GPUs never takes the processors
    of a GPU node, and a job that could not land there stays in the queue and says why.
    """
    if name == CPU_FLAVOR:
        spec: Manifest = {"nodeLabels": dict(queues.cpu_flavor_labels)} if queues.cpu_flavor_labels else {}
    else:
        labels = queues.accelerator_labels.get(name, {ACCELERATOR_LABEL: name})
        spec = {"nodeLabels": dict(labels), "nodeTaints": [GPU_TAINT]}
    if taints := queues.taints.get(name):
        spec["tolerations"] = [toleration(t) for t in sorted(taints)]
    return {"apiVersion": _VERSION, "kind": "ResourceFlavor", "metadata": _metadata(name), "spec": spec}


def _resources(queues: Queues, covered: list[str], share: Share) -> list[Manifest]:
    amounts = {
        "cpu": cpu_text(share.cpu),
        "memory": memory_text(share.memory),
        "ephemeral-storage": memory_text(share.ephemeral_storage),
        queues.gpu_resource: str(share.gpus),
    }
    limit = {} if queues.borrowing else {"borrowingLimit": "0"}
    return [{"name": name, "nominalQuota": amounts[name], **limit} for name in covered]


def _metadata(name: str) -> Manifest:
    return {"name": name, "labels": {MANAGED_BY_LABEL: MANAGED_BY}}
