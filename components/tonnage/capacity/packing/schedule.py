"""What a scheduler does with nodes when pods arrive one after another, under three promises of how pods are placed.

A port of its filter (requests fit, and the pod may go there) and of the score that decides, NodeResourcesFit with
LeastAllocated or MostAllocated, in whole numbers as there. Source: kubernetes/kubernetes,
pkg/scheduler/framework/plugins/noderesources (least_allocated.go, most_allocated.go, resource_allocation.go). Left out
are preemption (what stays pending here may instead push out pods of lower tiers) and the other scores of a stock
scheduler, which spread pods of one workload as LeastAllocated does.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tonnage.capacity.packing.vectors import CPU, GPU, MEMORY, NOTHING, Vector, plus, times
from tonnage.spec.cluster import Scheduling

ORDERS_TRIED = 20
TIES_TRIED = 5
_FULL = 100
"""The best score, as the scheduler counts."""

Weights: TypeAlias = Mapping[int, int]
"""Weight of each dimension of a vector in the score."""
Orders: TypeAlias = tuple["Arrivals", ...]


@dataclass(frozen=True)
class Node:
    """A node before any workload runs on it. Equal nodes are interchangeable."""

    pool: str
    room: Vector
    """For workloads."""
    agents: Vector = NOTHING
    """What node agents take beside it: the score counts them as used."""


@dataclass(frozen=True)
class Kind:
    """Pods that are alike to the scheduler."""

    need: Vector
    pools: tuple[str, ...]
    """Where selectors, taints and accelerator let them go."""
    tier: int = 0
    """0: the highest."""


@dataclass(frozen=True)
class Arrivals:
    """Pods by their kind, in the order in which they are scheduled; `seed` decides between equal scores."""

    kinds: tuple[int, ...]
    seed: int = 0


@dataclass(frozen=True)
class Contract:
    """A promise of how pods are placed, under which a number of nodes is enough."""

    name: Scheduling
    weights: Weights
    most: bool
    """Nodes that are fullest come first (MostAllocated); else those that are emptiest (LeastAllocated)."""
    pinned: bool
    """Pods go to the pools only that they were planned on."""
    sorted: bool
    """Large pods are admitted before small ones; else in any order."""

    def orders(self, counts: Sequence[int], kinds: Sequence[Kind]) -> Orders:
        """The orders of arrival under which nothing may stay pending. `counts`: pods of each kind."""
        if self.sorted:
            return tuple(Arrivals(tuple(_biggest_first(counts, kinds)), seed) for seed in range(TIES_TRIED))
        return tuple(Arrivals(tuple(o), seed) for seed, o in enumerate(_any_order(counts, kinds)))

    def score(self, used: Vector, need: Vector, capacity: Vector) -> int:
        """0 to 100 for a pod of that need on a node; `used`: by agents and other pods, of all its `capacity`."""
        total = weights = 0
        for d, weight in self.weights.items():
            if not capacity[d] or (d == GPU and not need[d]):
                continue  # a node without it, and GPUs for a pod that asks for none, do not count
            asked = min(used[d] + need[d], capacity[d])
            total += weight * ((asked if self.most else capacity[d] - asked) * _FULL // capacity[d])
            weights += weight
        return total // weights if weights else 0


PACKED = Contract("packed", {GPU: 10, CPU: 1, MEMORY: 1}, most=True, pinned=True, sorted=True)
PINNED = Contract("pinned", {CPU: 1, MEMORY: 1}, most=False, pinned=True, sorted=False)
UNPINNED = Contract("unpinned", {CPU: 1, MEMORY: 1}, most=False, pinned=False, sorted=False)
CONTRACTS = (PACKED, PINNED, UNPINNED)
"""From the strongest promise to none."""


def simulate(
    nodes: Mapping[Node, int], kinds: Sequence[Kind], contract: Contract, arrivals: Arrivals
) -> tuple[int, ...]:
    """Pods that stay pending, by kind. `nodes`: how many there are of each.

    Each pod goes to the node with the best score of those with room; where several have it, the seed decides, for the
    scheduler draws lots. Nodes of equal content are one state with a number, so the work grows with the states.
    """
    yard = _Yard(nodes, kinds, contract)
    pending = [0] * len(kinds)
    for place, kind in enumerate(arrivals.kinds):
        if not yard.put(kind, (arrivals.seed, place)):
            pending[kind] += 1
    return tuple(pending)


class _Yard:
    """Nodes and what is free on them, while pods arrive. Kinds of nodes are known by their place."""

    def __init__(self, nodes: Mapping[Node, int], kinds: Sequence[Kind], contract: Contract) -> None:
        there = [(node, number) for node, number in nodes.items() if number]
        self._kinds = kinds
        self._contract = contract
        self._capacity = [plus(node.room, node.agents) for node, _ in there]
        # nodes by what is free on them: the order of dictionaries is that in which states first arose
        self._free = [{node.room: number} for node, number in there]
        may = [[place for place, (node, _) in enumerate(there) if node.pool in kind.pools] for kind in kinds]
        self._known: list[list[tuple[int, dict[Vector, int]]]] = [[(place, {}) for place in own] for own in may]

    def put(self, kind: int, lot: tuple[int, int]) -> bool:
        """Place one pod; False where no node has room."""
        best: list[tuple[int, Vector]] = []
        most = -1
        for node, known in self._known[kind]:
            for free in self._free[node]:
                score = known.get(free)
                if score is None:
                    score = known[free] = self._score(kind, node, free)
                if score > most:
                    best, most = [(node, free)], score
                elif score == most >= 0:
                    best.append((node, free))
        if not best:
            return False
        node, free = best[0] if len(best) == 1 else best[self._drawn(best, lot)]
        states, after = self._free[node], plus(free, self._kinds[kind].need, -1)
        states[free] -= 1
        if not states[free]:
            del states[free]
        states[after] = states.get(after, 0) + 1
        return True

    def _score(self, kind: int, node: int, free: Vector) -> int:
        """The score, -1 where there is no room."""
        need, capacity = self._kinds[kind].need, self._capacity[node]
        return self._contract.score(plus(capacity, free, -1), need, capacity) if times(need, free) > 0 else -1

    def _drawn(self, best: Sequence[tuple[int, Vector]], lot: tuple[int, int]) -> int:
        """A place in `best`: every node is as likely as any other, on every machine the same one is drawn."""
        numbers = [self._free[node][free] for node, free in best]
        drawn = int.from_bytes(hashlib.sha256(f"{lot[0]} {lot[1]}".encode()).digest()[:8]) % sum(numbers)
        for place, number in enumerate(numbers):
            if drawn < number:
                return place
            drawn -= number
        return 0


def _size(kind: Kind) -> tuple[int, int, int]:
    return kind.need[GPU], kind.need[CPU], kind.need[MEMORY]


def _all(counts: Sequence[int]) -> list[int]:
    return [kind for kind, n in enumerate(counts) for _ in range(n)]


def _biggest_first(counts: Sequence[int], kinds: Sequence[Kind]) -> list[int]:
    """By GPUs; of equals, those with the fewest pools to go to, for others would take their places; then by size."""

    def rank(kind: int) -> tuple[int, ...]:
        gpus, cpu, memory = _size(kinds[kind])
        return -gpus, len(kinds[kind].pools), -cpu, -memory, kind

    return sorted(_all(counts), key=rank)


def _any_order(counts: Sequence[int], kinds: Sequence[Kind]) -> Iterator[list[int]]:
    """Smallest first, biggest first, higher tiers first, and shuffles that are the same on every machine."""
    pods = _all(counts)
    yield sorted(pods, key=lambda k: (_size(kinds[k]), k))
    yield _biggest_first(counts, kinds)
    yield sorted(pods, key=lambda k: (kinds[k].tier, _size(kinds[k]), k))
    for number in range(ORDERS_TRIED - 3):
        keys = [hashlib.sha256(f"{number} {place}".encode()).digest() for place in range(len(pods))]
        yield [k for _, k in sorted(zip(keys, pods, strict=True))]
