"""What queues hold, as their objects need it, and how it follows from a plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tonnage.capacity.result import CapacityPlan, PlannedWorkload
from tonnage.names import label
from tonnage.units import Cpu, Memory

CPU_FLAVOR = "cpu"
"""Nodes without GPUs."""


@dataclass(frozen=True)
class Share:
    """What a team's batch jobs may hold of one flavor at any time."""

    gpus: int
    cpu: Cpu
    memory: Memory
    ephemeral_storage: Memory


@dataclass(frozen=True)
class Queues:
    """The queues of one cluster."""

    gpus: Mapping[str, int]
    """GPUs of the plan by accelerator: what all teams together may be promised."""
    teams: Mapping[str, Mapping[str, Share]]
    """By team, then by flavor: an accelerator, or `cpu`."""
    cohort: str = "tonnage"
    borrowing: bool = True
    """Whether a team may use what others leave free, until they want it back."""
    gpu_resource: str = "nvidia.com/gpu"
    cpu_flavor_labels: Mapping[str, str] = field(default_factory=dict)
    """Labels of the nodes without GPUs; none: taints alone keep CPU jobs off the others."""
    accelerator_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By accelerator, labels of nodes that exist already; others carry the accelerator's name."""
    taints: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By flavor, taints of nodes that exist already besides the GPU taint: admitted jobs tolerate them."""

    @property
    def flavors(self) -> tuple[str, ...]:
        """All flavors: nodes without GPUs first, so that a job without GPUs finds them first."""
        used = {flavor for shares in self.teams.values() for flavor in shares}
        return (CPU_FLAVOR, *sorted((used | self.gpus.keys()) - {CPU_FLAVOR}))


def cluster_queue_name(team: str) -> str:
    """The ClusterQueue of a team."""
    return label("team", team)


def queues_of(plan: CapacityPlan) -> Queues:
    """The queues that a plan promises: for every team with jobs, what their pods ask for together.

    Work on idle capacity is promised nothing. What it may borrow is what queued jobs leave of their quotas.

    Served models are not queued: the plan holds a place for each of their pods at all times.
    """
    gpus: dict[str, int] = {}
    for pool in plan.pools:
        if pool.accelerator:
            staying = pool.nodes - pool.releasing  # nothing new is let in where nodes are about to go
            gpus[pool.accelerator] = gpus.get(pool.accelerator, 0) + staying * pool.gpus_per_node
    batch: dict[str, list[PlannedWorkload]] = {}
    for workload in plan.workloads:
        if workload.kind in {"batch", "training"}:
            batch.setdefault(workload.id.team, []).append(workload)
    for work in plan.idle_work:
        batch.setdefault(work.id.team, [])  # nothing of its own: it borrows what others leave, and gives it back
    return Queues(dict(sorted(gpus.items())), {team: _shares(batch[team]) for team in sorted(batch)})


def _shares(workloads: Sequence[PlannedWorkload]) -> dict[str, Share]:
    by_flavor: dict[str, list[PlannedWorkload]] = {}
    for workload in workloads:
        by_flavor.setdefault(_flavor(workload), []).append(workload)
    return {flavor: _share(by_flavor[flavor]) for flavor in sorted(by_flavor)}


def _flavor(workload: PlannedWorkload) -> str:
    pod = workload.option.pod
    return pod.accelerator if pod.gpus and pod.accelerator else CPU_FLAVOR


def _share(workloads: Sequence[PlannedWorkload]) -> Share:
    pods = [(w.option.pod, w.option.replicas + w.surge) for w in workloads]
    return Share(
        gpus=sum(pod.gpus * count for pod, count in pods),
        cpu=Cpu(sum((pod.cpu.amount * count for pod, count in pods), Fraction(0))),
        memory=Memory(sum((pod.memory.amount * count for pod, count in pods), Fraction(0))),
        ephemeral_storage=Memory(sum((pod.ephemeral.amount * count for pod, count in pods), Fraction(0))),
    )
