"""What teams and the cloud account must be allowed, derived from the plan."""

from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from fractions import Fraction

from tonnage.capacity.result import AccountUse, PlannedWorkload, Pool, TeamQuota
from tonnage.spec.cluster import AccountQuota
from tonnage.units import Cpu, Memory


def team_quotas(teams: Iterable[str], workloads: Sequence[PlannedWorkload]) -> dict[str, TeamQuota]:
    """By team: what all its pods ask for together, the further replica of a rollout included."""
    return {team: _quota([w for w in workloads if w.id.team == team]) for team in sorted(teams)}


def _quota(workloads: Sequence[PlannedWorkload]) -> TeamQuota:
    gpus: dict[str, int] = {}
    for planned in workloads:
        pod = planned.option.pod
        if pod.gpus and pod.accelerator:
            gpus[pod.accelerator] = gpus.get(pod.accelerator, 0) + pod.gpus * _pods(planned)
    return TeamQuota(
        gpus=dict(sorted(gpus.items())),
        cpu=Cpu(_total(workloads, lambda w: w.option.pod.cpu.amount)),
        memory=Memory(_total(workloads, lambda w: w.option.pod.memory.amount)),
        pods=sum(map(_pods, workloads)),
    )


def _pods(planned: PlannedWorkload) -> int:
    return planned.option.replicas + planned.surge


def _total(workloads: Sequence[PlannedWorkload], of: Callable[[PlannedWorkload], Fraction]) -> Fraction:
    return sum((of(w) * _pods(w) for w in workloads), Fraction(0))


def counts_against(quota: AccountQuota, instance_type: str, market: str) -> bool:
    """Whether a node of this type uses an account quota. Clouds count spot apart, so it never does here."""
    return market != "spot" and any(fnmatchcase(instance_type, pattern) for pattern in quota.instance_types)


def reserved_vcpus(quota: AccountQuota, reserved: Iterable[tuple[str, int]]) -> int:
    """vCPUs that reservations (type, vCPUs of all its nodes) hold of a quota, whether they are used or not."""
    return sum(vcpus for instance_type, vcpus in reserved if counts_against(quota, instance_type, "reserved"))


def account_use(
    quotas: Sequence[AccountQuota], pools: Sequence[Pool], reserved: Sequence[tuple[str, int]]
) -> tuple[AccountUse, ...]:
    """vCPUs by account quota: reservations whole, and all other nodes, spares included."""
    bought = [p for p in pools if p.market != "reserved"]
    return tuple(
        AccountUse(
            name=quota.name,
            used_vcpus=reserved_vcpus(quota, reserved)
            + sum(p.nodes * p.vcpus_per_node for p in bought if counts_against(quota, p.instance_type, p.market)),
            limit_vcpus=quota.vcpus,
        )
        for quota in sorted(quotas, key=lambda q: q.name)
    )
