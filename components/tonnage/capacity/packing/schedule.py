"""What the stock scheduler would do with the planned nodes: pods in many orders of arrival, pinned to their pools.

A port of its filter (requests fit) and of the score that decides, NodeResourcesFit with LeastAllocated over CPU and
memory in equal parts (Kubernetes documentation, Scheduler Configuration and Resource Bin Packing). GPUs have no weight
there, so small pods spread over nodes that large ones need whole. Preemption is left out: what stays pending here may
instead push out pods of lower tiers.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tonnage.capacity.packing.complete import Packed
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.supply import Supply
from tonnage.capacity.packing.vectors import CPU, GPU, MEMORY, Vector, plus, times
from tonnage.findings import Finding, Severity

ORDERS_TRIED = 20
_LARGEST = 30_000  # pods x nodes; beyond, the simulation would cost more than the plan


@dataclass(frozen=True)
class Pending:
    """The worst of all orders tried."""

    pods: tuple[int, ...]
    """Pods without a place, by group."""

    @property
    def total(self) -> int:
        """Of all groups."""
        return sum(self.pods)


def pending_words(pending: Pending | None, groups: Sequence[Group]) -> str:
    """1 x search/chat; none; or that it was not tried."""
    if pending is None:
        return "not simulated, the plan is too large"
    return ", ".join(f"{n} x {g.workload}" for n, g in zip(pending.pods, groups, strict=True) if n) or "none"


def stock_findings(cluster: str, pending: Pending | None, groups: Sequence[Group]) -> Iterator[Finding]:
    """That the counts rest on more than the stock scheduler does, where that is so."""
    if pending is not None and pending.total:
        what = (
            f"on the stock scheduler, in the worst of {ORDERS_TRIED} orders of arrival,"
            f" {pending_words(pending, groups)} stays pending or displaces pods of lower tiers"
        )
        fix = "let the scheduler fill used nodes first (MostAllocated, GPUs weighted most), or start large pods first"
        yield Finding(f"cluster {cluster}", what, fix, Severity.WARNING, code="TN329")


def worst_pending(packed: Packed, groups: Sequence[Group], supply: Supply) -> Pending | None:
    """Pods that stay pending in the worst of 20 orders; None where the plan is too large to try.

    Where every pool holds pods of one shape only, order cannot matter, and nothing is simulated.
    """
    if not _mixed(packed, groups):
        return Pending((0,) * len(groups))
    nodes = [s.offer for s in packed.packing.stacks for _ in range(s.nodes)]
    nodes += [i for i, n in enumerate(packed.spares) for _ in range(n)]
    placed = [g.count - u for g, u in zip(groups, packed.packing.unplaced, strict=True)]
    if sum(placed) * len(nodes) > _LARGEST:
        return None
    pinned = [{s.offer for s in packed.packing.stacks if dict(s.pods).get(g)} for g in range(len(groups))]
    tried = [_pending(order, nodes, groups, supply, pinned) for order in _orders(placed, groups)]
    return max(tried, key=lambda p: p.total)


def _mixed(packed: Packed, groups: Sequence[Group]) -> bool:
    shapes: dict[int, set[Vector]] = {}
    for stack in packed.packing.stacks:
        shapes.setdefault(stack.offer, set()).update(groups[g].need for g, _ in stack.pods)
    return any(len(s) > 1 for s in shapes.values())


def _orders(placed: Sequence[int], groups: Sequence[Group]) -> Iterator[list[int]]:
    """Smallest first, biggest first, higher tiers first, and shuffles that are the same on every machine."""
    pods = [g for g, n in enumerate(placed) for _ in range(n)]
    size = {g: (group.need[GPU], group.need[CPU], group.need[MEMORY]) for g, group in enumerate(groups)}
    yield sorted(pods, key=lambda g: (size[g], g))
    yield sorted(pods, key=lambda g: (tuple(-part for part in size[g]), g))
    yield sorted(pods, key=lambda g: (groups[g].tier, size[g], g))
    for k in range(ORDERS_TRIED - 3):
        keys = [hashlib.sha256(f"{k} {place}".encode()).digest() for place in range(len(pods))]
        yield [g for _, g in sorted(zip(keys, pods, strict=True))]


def _pending(
    order: Sequence[int], nodes: Sequence[int], groups: Sequence[Group], supply: Supply, pinned: Sequence[set[int]]
) -> Pending:
    rooms = [supply.offers[i].room for i in nodes]
    free = list(rooms)
    may = [[n for n, i in enumerate(nodes) if i in offers] for offers in pinned]
    pending = [0] * len(groups)
    for g in order:
        need = groups[g].need
        best, most = None, -1.0
        for n in may[g]:
            if times(need, free[n]):
                score = _least_allocated(free[n], need, rooms[n])
                if score > most:
                    best, most = n, score
        if best is None:
            pending[g] += 1
        else:
            free[best] = plus(free[best], need, -1)
    return Pending(tuple(pending))


def _least_allocated(free: Vector, need: Vector, room: Vector) -> float:
    return (free[CPU] - need[CPU]) / room[CPU] + (free[MEMORY] - need[MEMORY]) / room[MEMORY]
