"""How many nodes each promise of how pods are placed needs, in words for people."""

from collections.abc import Iterator

from tonnage.capacity.result import CapacityPlan
from tonnage.capacity.scheduling import NodeCount
from tonnage.report import money

HEADS = ("scheduling", "nodes>", "$/month more>", "waiting", "by pool, without spares")
"""Heads of a table of counts; > is a column of numbers."""
_UNKNOWN = "not simulated"


def count_rows(plan: CapacityPlan) -> Iterator[tuple[str, ...]]:
    """One row for each promise, the strongest first; the one that the pools are sized for says so."""
    for c in plan.counts:
        name = f"{c.scheduling} (declared)" if c.scheduling == plan.scheduling else c.scheduling
        waiting = ", ".join(f"{n} x {workload}" for workload, n in c.pending.items()) or "none"
        if c.nodes is None:
            yield name, _UNKNOWN, "", "", ""
        else:
            by_pool = ", ".join(f"{n} {pool}" for pool, n in c.nodes.items()) or "none"
            yield name, str(sum(c.nodes.values())), money.monthly(c.beyond), waiting, by_pool


def count_lines(plan: CapacityPlan) -> Iterator[str]:
    """The same as sentences, each with what it rests on."""
    for name, nodes, more, waiting, by_pool in count_rows(plan):
        promise = next(c.promise for c in plan.counts if name.split()[0] == c.scheduling)
        if nodes == _UNKNOWN:
            yield f"{name}: {nodes}, the plan is too large; {promise}"
        else:
            left = "" if waiting == "none" else f"; {waiting} may wait even so"
            yield f"{name}: {nodes} nodes without spares ({by_pool}), {more} a month more{left}; {promise}"


def count_change(before: CapacityPlan | None, after: CapacityPlan | None) -> str | None:
    """packed 15 → 18 nodes, pinned 17 → 21, $15,319 → $22,979 a month more; None where nothing of it differs."""
    old, new = ({c.scheduling: c for c in plan.counts} if plan else {} for plan in (before, after))
    sized = tuple(plan.scheduling if plan else None for plan in (before, after))
    if before is None or after is None or (old == new and sized[0] == sized[1]):
        return None
    names = [*new, *(name for name in old if name not in new)]
    parts = [f"{name} {_arrow(_nodes(old.get(name)), _nodes(new.get(name)))}{_more(old, new, name)}" for name in names]
    return f"{', '.join(parts)}; pools are sized for {_arrow(before.scheduling, after.scheduling)}"


def _nodes(count: NodeCount | None) -> str:
    if count is None:
        return "none"
    return _UNKNOWN if count.nodes is None else f"{sum(count.nodes.values())} nodes"


def _more(old: dict[str, NodeCount], new: dict[str, NodeCount], name: str) -> str:
    counts = [c for c in (old.get(name), new.get(name)) if c is not None and c.nodes is not None]
    amounts = [money.monthly(c.beyond) for c in counts]
    if not amounts or set(amounts) == {"$0"}:
        return ""
    return f" ({_arrow(amounts[0], amounts[-1])} a month more)"


def _arrow(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"
