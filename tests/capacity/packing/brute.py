"""The true optimum of tiny cases, by trying everything. Shares no code with the planner, and is as slow as it looks."""

from collections.abc import Iterator, Sequence
from itertools import combinations_with_replacement, product

from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.supply import Supply
from tonnage.capacity.packing.vectors import Vector


def cheapest(ways: Sequence[Sequence[Group]], supply: Supply, most_nodes: int) -> int | None:
    """Least cost of nodes on which every pod of one option of each workload fits; None: no such plan that small.

    With pods that must survive, the nodes hold them again after the loss of any one of them that carries some. Spares
    are then nodes like others, and pods may move to any node, which is more than the planner allows itself.
    """
    costs = [
        sum(supply.offers[i].cost for i in nodes)
        for count in range(most_nodes + 1)
        for nodes in combinations_with_replacement(range(len(supply.offers)), count)
        if _allowed(nodes, supply) and any(_serve(choice, nodes, supply) for choice in product(*ways))
    ]
    return min(costs, default=None)


def _allowed(nodes: Sequence[int], supply: Supply) -> bool:
    own = all(o.limit is None or nodes.count(i) <= o.limit for i, o in enumerate(supply.offers))
    return own and all(sum(limit.weights[i] for i in nodes) <= limit.cap for limit in supply.limits)


def _serve(groups: Sequence[Group], nodes: Sequence[int], supply: Supply) -> bool:
    rooms = [supply.offers[i].room for i in nodes]
    pods = [g for i, group in enumerate(groups) for g in [i] * group.count]
    return any(_robust(place, pods, groups, nodes, supply) for place in _placements(pods, groups, nodes, rooms))


def _robust(
    place: Sequence[int], pods: Sequence[int], groups: Sequence[Group], nodes: Sequence[int], supply: Supply
) -> bool:
    """Whether each node's loss leaves room for those of its pods that must survive."""
    for lost in range(len(nodes)):
        again = [g for g, n in zip(pods, place, strict=True) if n == lost and groups[g].survive]
        free = [supply.offers[i].room if k != lost else (0, 0, 0, 0, 0, 0) for k, i in enumerate(nodes)]
        for g, n in zip(pods, place, strict=True):
            if n != lost:
                free[n] = _less(free[n], groups[g].need)
        spare_places = {g: groups[g].surge for g in set(again)}
        needed = []
        for g in again:
            if spare_places[g]:
                spare_places[g] -= 1
            else:
                needed.append(g)
        if next(_placements(needed, groups, nodes, free), None) is None:
            return False
    return True


def _placements(
    pods: Sequence[int], groups: Sequence[Group], nodes: Sequence[int], free: Sequence[Vector]
) -> Iterator[tuple[int, ...]]:
    """Every way to put the pods on nodes; equal pods in ascending order of their nodes."""
    if not pods:
        yield ()
        return
    group = groups[pods[0]]
    for n, i in enumerate(nodes):
        if group.per_node[i] and all(f >= ask for f, ask in zip(free[n], group.need, strict=True)):
            rest = [*free[:n], _less(free[n], group.need), *free[n + 1 :]]
            for later in _placements(pods[1:], groups, nodes, rest):
                if not later or pods[1] != pods[0] or later[0] >= n:
                    yield (n, *later)


def _less(a: Vector, b: Vector) -> Vector:
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2], a[3] - b[3], a[4] - b[4], a[5] - b[5])
