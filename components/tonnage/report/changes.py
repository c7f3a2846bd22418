"""What differs between two plans. What is equal stays silent.

A plan may be absent on one side: the cluster is new, or gone.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from tonnage.capacity.result import (
    AccountUse,
    CapacityPlan,
    PlannedWorkload,
    Pool,
    TeamCost,
    TeamQuota,
    UnusedReservation,
)
from tonnage.units import MoneyRate

T = TypeVar("T")


@dataclass(frozen=True)
class Change(Generic[T]):
    """One thing before and after; None on the side where it does not exist."""

    name: str
    before: T | None
    after: T | None


@dataclass(frozen=True)
class Tally:
    """What is added and what is taken away, kept apart: +2 and -2 are not nothing."""

    added: int
    removed: int

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.added + other.added, self.removed + other.removed)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


@dataclass(frozen=True)
class MoneyDelta:
    """Difference of the bills, dollars per hour."""

    cash: MoneyRate
    """All of it: what will be paid more, or less."""
    committed: MoneyRate
    """The part of `cash` that reservations make: paid whether used or not."""
    unknown: tuple[str, ...] = ()
    """Changed pools without a known price: the amounts leave them out."""

    def __add__(self, other: "MoneyDelta") -> "MoneyDelta":
        unknown = tuple(sorted({*self.unknown, *other.unknown}))
        return MoneyDelta(self.cash + other.cash, self.committed + other.committed, unknown)


@dataclass(frozen=True)
class PlanChanges:
    """Everything that differs in the plan of one cluster."""

    cluster: str
    before: CapacityPlan | None
    after: CapacityPlan | None
    pools: tuple[Change[Pool], ...]
    workloads: tuple[Change[PlannedWorkload], ...]
    quotas: tuple[Change[TeamQuota], ...]
    costs: tuple[Change[TeamCost], ...]
    account: tuple[Change[AccountUse], ...]
    unused: tuple[Change[UnusedReservation], ...]

    def __bool__(self) -> bool:
        parts = (self.pools, self.workloads, self.quotas, self.costs, self.account, self.unused)
        return any(parts) or (self.before is None) != (self.after is None)

    @property
    def nodes(self) -> Tally:
        """Nodes of all pools, spares included."""
        return _tally((c.before.nodes if c.before else 0, c.after.nodes if c.after else 0) for c in self.pools)

    @property
    def gpus(self) -> Tally:
        """GPUs on those nodes."""
        return _tally((c.before.gpus if c.before else 0, c.after.gpus if c.after else 0) for c in self.pools)

    @property
    def money(self) -> MoneyDelta:
        """Bill after minus bill before."""
        unknown = sorted(
            c.name
            for c in self.pools
            if _nodes(c.before) != _nodes(c.after) and any(p and p.price.rate is None for p in (c.before, c.after))
        )
        return MoneyDelta(
            _rate(self.after) - _rate(self.before), _committed(self.after) - _committed(self.before), tuple(unknown)
        )


def compare(cluster: str, before: CapacityPlan | None, after: CapacityPlan | None) -> PlanChanges:
    """What differs between two plans of one cluster, each kind by name."""

    def of(read: Callable[[CapacityPlan], Mapping[str, T]], seen: Callable[[T], object]) -> tuple[Change[T], ...]:
        return _changed(read(before) if before else {}, read(after) if after else {}, seen)

    return PlanChanges(
        cluster=cluster,
        before=before,
        after=after,
        pools=of(lambda p: {x.name: x for x in p.pools}, _seen_pool),
        workloads=of(lambda p: {str(x.id): x for x in p.workloads}, _seen_workload),
        quotas=of(lambda p: p.quotas, lambda q: (dict(q.gpus), q.cpu, q.memory, q.pods)),
        costs=of(lambda p: p.costs, _seen_cost),
        account=of(lambda p: {x.name: x for x in p.account}, lambda a: a),
        unused=of(lambda p: {x.id: x for x in p.unused_reservations}, lambda u: u),
    )


def _changed(before: Mapping[str, T], after: Mapping[str, T], seen: Callable[[T], object]) -> tuple[Change[T], ...]:
    changes = (Change(name, before.get(name), after.get(name)) for name in sorted({*before, *after}))
    return tuple(c for c in changes if c.before is None or c.after is None or seen(c.before) != seen(c.after))


def _seen_pool(p: Pool) -> object:
    """Patterns and utilisation are left out: which pod sits on which of the same nodes is no decision."""
    nodes = (p.count, p.extra, p.spares, p.releasing)
    return (p.instance_type, p.market, p.zones, nodes, p.price.rate, p.price.sunk, p.alternates, p.paid)


def _seen_workload(w: PlannedWorkload) -> object:
    o = w.option
    chosen = (o.layout, o.replicas, o.replicas_interval, o.pod, o.binding, o.prediction)
    return (w.kind, w.priority, chosen, dict(w.pools), w.demand, w.surge, w.survive)


def _seen_cost(c: TeamCost) -> object:
    """Blended rates move every team by cents; below a dollar a month that is no news."""
    return (round(c.rate.per_month.amount), c.budget, c.unpriced)


def _tally(pairs: Iterable[tuple[int, int]]) -> Tally:
    deltas = [after - before for before, after in pairs]
    return Tally(sum(d for d in deltas if d > 0), -sum(d for d in deltas if d < 0))


def _nodes(pool: Pool | None) -> int:
    return pool.nodes if pool else 0


def _rate(plan: CapacityPlan | None) -> MoneyRate:
    return plan.total if plan else MoneyRate(Fraction(0))


def _committed(plan: CapacityPlan | None) -> MoneyRate:
    if plan is None:
        return MoneyRate(Fraction(0))
    used = sum((p.price.rate.amount * p.nodes for p in plan.pools if p.price.sunk and p.price.rate), Fraction(0))
    unused = sum((u.rate.amount * u.nodes for u in plan.unused_reservations if u.rate), Fraction(0))
    return MoneyRate(used + unused)
