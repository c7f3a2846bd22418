"""Why a plan changed: from the keys that somebody edited to the workloads, pools and quotas that follow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tonnage.capacity.quota import counts_against
from tonnage.capacity.result import PlannedWorkload, Pool
from tonnage.report.changes import Change, PlanChanges
from tonnage.report.spec_changes import SpecChange
from tonnage.spec.cluster import Cluster

CATALOGUE = "the catalogue or its prices"
RELEASE = "the release of tonnage"


@dataclass(frozen=True)
class Reason:
    """Why one thing of the plan changed. At least one of `edits` and `follows` says something."""

    subject: str
    """As `PlanChanges` names it: search/chat, a pool, a team, an account quota."""
    edits: tuple[SpecChange, ...]
    """Keys that somebody changed for it."""
    follows: tuple[str, ...]
    """Where no key of its own changed: the workloads or files that it follows from, the likeliest first."""


@dataclass(frozen=True)
class Why:
    """Reasons of all changes in one cluster's plan."""

    workloads: tuple[Reason, ...]
    pools: tuple[Reason, ...]
    quotas: tuple[Reason, ...]
    account: tuple[Reason, ...]


def why(
    changes: PlanChanges, edits: Sequence[SpecChange], cluster: Cluster | None = None, catalog_changed: bool = False
) -> Why:
    """A reason for each change. `edits` are those of this cluster's specs, `cluster` its head spec."""
    trace = _Trace(changes, edits, catalog_changed)
    return Why(
        workloads=tuple(trace.of_workload(c) for c in changes.workloads),
        pools=tuple(trace.of_pool(c) for c in changes.pools),
        quotas=tuple(trace.of_quota(c.name) for c in changes.quotas),
        account=tuple(trace.of_account(c.name, cluster) for c in changes.account),
    )


class _Trace:
    def __init__(self, changes: PlanChanges, edits: Sequence[SpecChange], catalog_changed: bool) -> None:
        self.changes = changes
        self.of_cluster = tuple(e for e in edits if e.subject.startswith("cluster "))
        self.edits = {c.name: self._own(c, edits) for c in changes.workloads}
        self.edited = tuple(name for name, own in self.edits.items() if own)
        self.beyond = CATALOGUE if catalog_changed else RELEASE

    @staticmethod
    def _own(change: Change[PlannedWorkload], edits: Sequence[SpecChange]) -> tuple[SpecChange, ...]:
        """Its own keys, its team's priority where it takes that over, and its team's coming or going."""
        team = change.name.split("/", maxsplit=1)[0]
        before, after = change.before, change.after
        inherits = before is not None and after is not None and before.priority != after.priority
        own = tuple(e for e in edits if e.subject == change.name)
        of_team = (e for e in edits if e.subject == f"team {team}")
        if any(e.path == "priority" for e in own):
            inherits = False
        return (*own, *(e for e in of_team if not e.path or (e.path == "priority" and inherits)))

    def of_workload(self, change: Change[PlannedWorkload]) -> Reason:
        if self.edits[change.name]:
            return Reason(change.name, self.edits[change.name], ())
        pools = {*_pools(change.before), *_pools(change.after)}
        edited = (c for c in self.changes.workloads if c.name in self.edited)
        near = [c.name for c in edited if pools & {*_pools(c.before), *_pools(c.after)}]
        return self._following(change.name, near or (() if self.of_cluster else self.edited))

    def of_pool(self, change: Change[Pool]) -> Reason:
        moved = [c.name for c in self.changes.workloads if _pods(c.before, change.name) != _pods(c.after, change.name)]
        near = [c.name for c in self.changes.workloads if change.name in {*_pools(c.before), *_pools(c.after)}]
        for names in (moved, near):
            if direct := [n for n in names if n in self.edited]:
                return Reason(change.name, (), tuple(direct))
        return self._following(change.name, () if self.of_cluster else moved or self.edited)

    def of_quota(self, team: str) -> Reason:
        names = [c.name for c in self.changes.workloads if c.name.startswith(f"{team}/")]
        return self._following(team, [n for n in names if n in self.edited] or names)

    def of_account(self, name: str, cluster: Cluster | None) -> Reason:
        quota = next((q for q in cluster.account_quotas if q.name == name), None) if cluster else None
        limits = tuple(e for e in self.of_cluster if e.path.startswith(f"accountQuotas[{name}]"))
        pools = [
            c.name
            for c in self.changes.pools
            if quota and (p := c.after or c.before) and counts_against(quota, p.instance_type, p.market)
        ]
        return Reason(name, limits, ()) if limits else self._following(name, [f"pool {p}" for p in pools])

    def _following(self, subject: str, names: Iterable[str]) -> Reason:
        """From those workloads; else from the cluster's file; else from what is no spec at all."""
        if follows := tuple(names):
            return Reason(subject, (), follows)
        return Reason(subject, self.of_cluster, () if self.of_cluster else (self.beyond,))


def _pools(planned: PlannedWorkload | None) -> tuple[str, ...]:
    return tuple(planned.pools) if planned else ()


def _pods(planned: PlannedWorkload | None, pool: str) -> int:
    return planned.pools.get(pool, 0) if planned else 0
