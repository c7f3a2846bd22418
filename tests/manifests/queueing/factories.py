"""Queues and plans for the tests."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from tonnage.capacity.result import CapacityPlan, Option, PlannedWorkload, PodShape, Pool, PricedBy, WorkloadId
from tonnage.manifests.queueing.queues import Queues, Share
from tonnage.units import Cpu, Memory, MoneyRate


def share(gpus: int = 12, cpu: str = "96", memory: str = "576GiB", storage: str = "360GiB") -> Share:
    """What a team may hold of one flavor."""
    return Share(gpus, Cpu.parse(cpu), Memory.parse(memory), Memory.parse(storage))


QUEUES = Queues(
    gpus={"h100-sxm": 16, "l40s": 20},
    teams={"insights": {"l40s": share(), "cpu": share(0, "80", "240GiB")}, "research": {"h100-sxm": share(8)}},
)


def workload(
    name: str, kind: str, replicas: int, *, gpus: int = 0, accelerator: str | None = None, surge: int = 0
) -> PlannedWorkload:
    """A workload whose pods ask for 4 cores, 16 GiB and 10 GiB of storage each."""
    team, _, own = name.partition("/")
    id_ = WorkloadId(team, own)
    pod = PodShape(Cpu.parse("4"), Memory.gib(16), Memory.gib(10), gpus, accelerator if gpus else None)
    option = Option(id_, None, replicas, None, pod, None, "set by the user")
    return PlannedWorkload(id_, kind, "standard", option, {}, (), "", surge=surge)


def plan(gpus: Mapping[str, int], *workloads: PlannedWorkload) -> CapacityPlan:
    """A plan with one pool of single-GPU nodes for each accelerator, and one without GPUs."""
    nothing, price = MoneyRate(Fraction(0)), PricedBy(None, "none", None)
    pools = [Pool(a, a, a, 1, "onDemand", (), n, 0, price, (), ()) for a, n in gpus.items()]
    pools.append(Pool("m7i", "m7i", None, 0, "onDemand", (), 9, 0, price, (), ()))
    return CapacityPlan(
        cluster="example",
        as_of=date(2026, 11, 23),
        pools=tuple(pools),
        workloads=workloads,
        quotas={},
        costs={},
        idle=nothing,
        total=nothing,
        lower_bound=None,
        gap=None,
        contract="N_pinned",
        account=(),
        unused_reservations=(),
        unpriced=(),
        ledger=(),
        findings=(),
    )
