"""What is stored of a plan: the cluster's part and one part for each team, each with its digests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from tonnage.capacity.digest import cluster_digest, ground_digest, team_digest
from tonnage.capacity.result import (
    AccountUse,
    CapacityPlan,
    IdleWork,
    NodeCount,
    PlannedWorkload,
    Pool,
    RunCost,
    TeamCost,
    TeamQuota,
    UnusedReservation,
)
from tonnage.spec.cluster import Cluster
from tonnage.spec.team import Team
from tonnage.units import MoneyRate, Share

POOLS_KIND = "PoolsPlan"
TEAM_KIND = "TeamPlan"


@dataclass(frozen=True)
class MadeBy:
    """What made the file. Never part of what makes it stale."""

    tonnage: str
    """Release."""
    catalog: str
    """Version or digest of the catalogue and price book."""


@dataclass(frozen=True)
class PoolsDigests:
    """Meaning that the pools rest on: the cluster and every team on it."""

    cluster: str
    teams: Mapping[str, str]


@dataclass(frozen=True)
class TeamDigests:
    """Meaning that a team's slice rests on: the team, and the ground that the cluster gives it."""

    team: str
    ground: str


@dataclass(frozen=True)
class PoolsFile:
    """The cluster's part of a plan: nodes, quotas, money."""

    kind: str
    cluster: str
    as_of: date
    made_by: MadeBy
    digests: PoolsDigests
    contract: str
    pools: tuple[Pool, ...]
    quotas: Mapping[str, TeamQuota]
    costs: Mapping[str, TeamCost]
    idle: MoneyRate
    total: MoneyRate
    lower_bound: MoneyRate | None = None
    gap: Share | None = None
    account: tuple[AccountUse, ...] = ()
    unused_reservations: tuple[UnusedReservation, ...] = ()
    unpriced: tuple[str, ...] = ()
    phases: Mapping[str, Share] = field(default_factory=dict)
    runs: tuple[RunCost, ...] = ()
    idle_work: tuple[IdleWork, ...] = ()
    if_scaled: MoneyRate | None = None
    scheduling: str = "packed"
    counts: tuple[NodeCount, ...] = ()
    releasing: MoneyRate | None = None
    after_release: Mapping[str, TeamQuota] = field(default_factory=dict)
    former_tiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class TeamFile:
    """One team's part of a plan: its workloads, by name."""

    kind: str
    cluster: str
    team: str
    made_by: MadeBy
    digests: TeamDigests
    workloads: Mapping[str, PlannedWorkload] = field(default_factory=dict)


@dataclass(frozen=True)
class PlanFiles:
    """The plan files of one cluster, as read."""

    pools: PoolsFile
    teams: Mapping[str, TeamFile]

    @property
    def plan(self) -> CapacityPlan:
        """The plan without its ledger and findings, which are never stored."""
        p = self.pools
        return CapacityPlan(
            cluster=p.cluster,
            as_of=p.as_of,
            pools=p.pools,
            workloads=tuple(w for _, t in sorted(self.teams.items()) for _, w in sorted(t.workloads.items())),
            quotas=p.quotas,
            costs=p.costs,
            idle=p.idle,
            total=p.total,
            lower_bound=p.lower_bound,
            gap=p.gap,
            contract=p.contract,
            account=p.account,
            unused_reservations=p.unused_reservations,
            unpriced=p.unpriced,
            ledger=(),
            findings=(),
            phases=p.phases,
            runs=p.runs,
            idle_work=p.idle_work,
            if_scaled=p.if_scaled,
            scheduling=p.scheduling,
            counts=p.counts,
            releasing=p.releasing,
            after_release=p.after_release,
            former_tiers=p.former_tiers,
        )


def files_of(plan: CapacityPlan, cluster: Cluster, teams: Sequence[Team], made_by: MadeBy) -> PlanFiles:
    """What is stored of a plan. `teams` are those on the cluster, as they are there."""
    ground = ground_digest(cluster)
    return PlanFiles(
        _pools_file(plan, cluster, teams, made_by),
        {
            team.name: TeamFile(
                kind=TEAM_KIND,
                cluster=plan.cluster,
                team=team.name,
                made_by=made_by,
                digests=TeamDigests(team_digest(team), ground),
                workloads={w.id.name: _bare(w) for w in plan.workloads if w.id.team == team.name},
            )
            for team in teams
        },
    )


def _pools_file(plan: CapacityPlan, cluster: Cluster, teams: Sequence[Team], made_by: MadeBy) -> PoolsFile:
    return PoolsFile(
        kind=POOLS_KIND,
        cluster=plan.cluster,
        as_of=plan.as_of,
        made_by=made_by,
        digests=PoolsDigests(cluster_digest(cluster), {t.name: team_digest(t) for t in teams}),
        contract=plan.contract,
        pools=plan.pools,
        quotas=plan.quotas,
        costs=plan.costs,
        idle=plan.idle,
        total=plan.total,
        lower_bound=plan.lower_bound,
        gap=plan.gap,
        account=plan.account,
        unused_reservations=plan.unused_reservations,
        unpriced=plan.unpriced,
        phases=plan.phases,
        runs=plan.runs,
        idle_work=plan.idle_work,
        if_scaled=plan.if_scaled,
        scheduling=plan.scheduling,
        counts=plan.counts,
        releasing=plan.releasing,
        after_release=plan.after_release,
        former_tiers=plan.former_tiers,
    )


def _bare(planned: PlannedWorkload) -> PlannedWorkload:
    return replace(planned, option=replace(planned.option, ledger=(), findings=()))
