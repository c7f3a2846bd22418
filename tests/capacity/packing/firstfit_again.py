"""Plain first-fit-decreasing, pod by pod, written apart from the planner's: what it must never do worse than."""

from collections.abc import Sequence

from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.supply import Supply


def plain_cost(groups: Sequence[Group], supply: Supply) -> int | None:
    """Cost in units, GPUs first, each new node the type of least price per pod of the group; None: not all fits."""
    nodes: list[tuple[int, list[int]]] = []
    for group in sorted(groups, key=lambda g: (-g.need[0], -g.need[1], -g.need[2], g.workload)):
        for left in range(group.count, 0, -1):
            there = next(
                (
                    n
                    for n in nodes
                    if group.per_node[n[0]] and all(f >= a for f, a in zip(n[1], group.need, strict=True))
                ),
                None,
            )
            if there is None:
                may = [i for i, fits in enumerate(group.per_node) if fits]
                if not may:
                    return None
                best = min(may, key=lambda i: (supply.offers[i].cost / min(left, group.per_node[i]), i))
                there = (best, list(supply.offers[best].room))
                nodes.append(there)
            there[1][:] = [f - a for f, a in zip(there[1], group.need, strict=True)]
    return sum(supply.offers[i].cost for i, _ in nodes)
