"""The three counts of a plan in its own words: nodes by pool, their money, what still waits, and the findings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tonnage.capacity.ledger import Entry
from tonnage.capacity.month import Month, cut
from tonnage.capacity.packing.counts import Counted
from tonnage.capacity.packing.dollars import monthly
from tonnage.capacity.packing.firstfit import Held
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.scene import Pending, Scene
from tonnage.capacity.packing.schedule import ORDERS_TRIED, TIES_TRIED
from tonnage.capacity.result import Pool
from tonnage.capacity.scheduling import NodeCount
from tonnage.findings import Finding, Severity
from tonnage.spec.cluster import Scheduling
from tonnage.units import MoneyRate

PROMISES: Mapping[Scheduling, str] = {
    "packed": "pods pinned to their pools, GPU pools tainted, the scheduler fills nodes in use first (MostAllocated,"
    " GPUs weighted highest), larger pods admitted first",
    "pinned": "pods pinned to their pools, GPU pools tainted, one priority class for each tier, the stock scheduler"
    " (LeastAllocated), pods in any order",
    "unpinned": "GPU pools tainted, the stock scheduler (LeastAllocated), pods in any order and on any pool that could"
    " take them",
}
TRIED: Mapping[Scheduling, str] = {
    "packed": f"simulated biggest first, MostAllocated, {TIES_TRIED} draws between equal scores",
    "pinned": f"simulated with LeastAllocated, worst of {ORDERS_TRIED} orders of arrival",
    "unpinned": f"simulated with LeastAllocated, worst of {ORDERS_TRIED} orders of arrival, no pod pinned",
}
TOO_LARGE = "not simulated, the plan is too large"
_NAMES: Mapping[Scheduling, str] = {"packed": "N", "pinned": "N_pinned", "unpinned": "N_default"}


def held_for(counted: Sequence[Counted] | None, scheduling: Scheduling, offers: int) -> Held:
    """Nodes by offer that the declared contract needs beyond the packing; none where nothing was simulated."""
    return next((c.extra for c in counted or () if c.contract.name == scheduling), (0,) * offers)


def node_counts(counted: Sequence[Counted] | None, scene: Scene, month: Month) -> tuple[NodeCount, ...]:
    """One count for each contract, the strongest promise first."""
    if counted is None:
        return tuple(NodeCount(name, promise, None) for name, promise in PROMISES.items())
    return tuple(_count(c, scene, month) for c in counted)


def _count(counted: Counted, scene: Scene, month: Month) -> NodeCount:
    offers, name = scene.supply.offers, counted.contract.name
    totals = [(o.name, n + e) for o, n, e in zip(offers, scene.base, counted.extra, strict=True)]
    unknown = any(e and not o.priced for o, e in zip(offers, counted.extra, strict=True))
    money = MoneyRate(cut(month.extra_cost(counted.extra) * scene.supply.unit))
    waiting = {g.workload: n for g, n in zip(scene.groups, counted.pending, strict=True) if n}
    nodes = {pool: n for pool, n in totals if n}
    return NodeCount(name, PROMISES[name], nodes, None if unknown else money, dict(sorted(waiting.items())))


def with_extra(pools: Sequence[Pool], counts: Sequence[NodeCount], scheduling: Scheduling) -> tuple[Pool, ...]:
    """The pools with the nodes that the declared contract needs beyond the packing."""
    nodes = next((c.nodes for c in counts if c.scheduling == scheduling), None) or {}
    return tuple(replace(p, extra=nodes.get(p.name, p.count) - p.count) for p in pools)


def count_entries(counts: Sequence[NodeCount]) -> Iterator[Entry]:
    """How many nodes each promise needs, and what those beyond the packing cost."""
    for c in counts:
        name = f"{_NAMES[_known(c)]}, nodes without spares where scheduling is {c.scheduling}"
        if c.nodes is None:
            yield Entry(name, TOO_LARGE, c.promise, "")
            continue
        value = f"{sum(c.nodes.values())} ({', '.join(f'{n} {pool}' for pool, n in c.nodes.items()) or 'none'})"
        money = "money unknown" if c.beyond is None else f"{monthly(c.beyond)} beyond those of the packing"
        left = f"; {waiting_words(c.pending)} waits, limits refuse more nodes" if c.pending else ""
        yield Entry(name, f"{value}, {money}{left}", c.promise, f"{TRIED[_known(c)]}, by tonnage")


def _known(count: NodeCount) -> Scheduling:
    return next(name for name in PROMISES if name == count.scheduling)


def waiting_words(pending: Mapping[str, int]) -> str:
    """1 x search/chat; none."""
    return ", ".join(f"{n} x {workload}" for workload, n in pending.items()) or "none"


def pending_words(pending: Pending | None, groups: Sequence[Group]) -> str:
    """1 x search/chat; none; or that it was not tried."""
    if pending is None:
        return TOO_LARGE
    return waiting_words({g.workload: n for n, g in zip(pending, groups, strict=True) if n})


def pending_entry(pending: Pending | None, groups: Sequence[Group]) -> Entry:
    """What the stock scheduler would leave pending on the nodes that are there."""
    formula = f"LeastAllocated, pods pinned to their pools, spares included, worst of {ORDERS_TRIED} orders of arrival"
    return Entry(
        "pods pending on the stock scheduler", pending_words(pending, groups), formula, "simulation by tonnage"
    )


def stock_findings(
    cluster: str, pending: Pending | None, groups: Sequence[Group], pinned: NodeCount | None = None
) -> Iterator[Finding]:
    """That the counts rest on more than the stock scheduler does, where that is so. `pinned`: what it would need."""
    if pending is not None and any(pending):
        what = (
            f"on the stock scheduler, in the worst of {ORDERS_TRIED} orders of arrival,"
            f" {pending_words(pending, groups)} stays pending or displaces pods of lower tiers"
        )
        fix = "let the scheduler fill used nodes first (MostAllocated, GPUs weighted most), or start large pods first"
        if pinned is not None and not pinned.pending and pinned.beyond is not None:
            fix += f"; or set scheduling to pinned, for {monthly(pinned.beyond)} more"
        yield Finding(f"cluster {cluster}", what, fix, Severity.WARNING, code="TN329")


def promise_findings(cluster: str, scheduling: Scheduling, counts: Sequence[NodeCount]) -> Iterator[Finding]:
    """That the declared promise is not kept, or not tried."""
    where = f"cluster {cluster} scheduling"
    for c in counts:
        if c.scheduling != scheduling:
            continue
        exact = scheduling == "packed"
        if c.nodes is None:
            what = "the plan is too large to be simulated: nodes are counted for pods exactly where the plan puts them"
            fix = "keep some nodes more, or split the cluster"
            yield Finding(where, what, fix, Severity.INFO if exact else Severity.WARNING, code="TN370")
        elif c.pending:
            waiting = waiting_words(c.pending)
            what = f"{scheduling}: {waiting} may stay pending, and limits refuse the nodes that it would take"
            fix = "raise the limits or the reservation, or lower the load"
            if not exact:
                fix += "; or set scheduling to packed, where the scheduler fills used nodes first"
            yield Finding(where, what, fix, Severity.WARNING if exact else Severity.ERROR, code="TN371")
