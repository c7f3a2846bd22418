"""First-fit-decreasing: groups in a fixed order, each into open nodes first, then into new ones chosen by price.

Nodes with equal content are one stack, so the work grows with the number of groups and not of pods. The three orders
are those of packing practice: GPUs first, largest share of a node first, CPU first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.supply import Supply
from tonnage.capacity.packing.vectors import CPU, GPU, MEMORY, Vector, plus, share, times

Held: TypeAlias = tuple[int, ...]
"""Nodes of each offer that are kept for spares."""


@dataclass(frozen=True)
class Stack:
    """Equal nodes of one offer."""

    offer: int
    nodes: int
    pods: tuple[tuple[int, int], ...]
    """Group and pods of it on each node, by group."""
    free: Vector
    """Of each node."""

    def with_pods(self, nodes: int, group: int, pods: int, need: Vector) -> "Stack":
        """As many of these nodes, with further pods on each."""
        held = dict(self.pods)
        held[group] = held.get(group, 0) + pods
        return Stack(self.offer, nodes, tuple(sorted(held.items())), plus(self.free, need, -pods))


def pods_on(stack: Stack, group: int) -> int:
    """Pods of a group on all nodes of a stack."""
    return stack.nodes * dict(stack.pods).get(group, 0)


@dataclass(frozen=True)
class Packing:
    """Nodes with their pods, and how many pods of each group found no place."""

    stacks: tuple[Stack, ...]
    unplaced: tuple[int, ...]


def fill(
    stacks: Sequence[Stack], i: int, group: Group, pods: int, may: Sequence[int] | None = None
) -> tuple[list[Stack], int]:
    """Put pods of group `i` into open nodes, the first that has room first; the nodes after it, and pods left over.

    `may`: by offer, 0 where the pods may not go; left out, where the group may not run.
    """
    need, allowed = group.need, group.per_node if may is None else may
    after: list[Stack] = []
    for stack in stacks:
        fits = min(pods, times(need, stack.free)) if pods and allowed[stack.offer] else 0
        if fits and group.most is not None:
            fits = min(fits, group.most - dict(stack.pods).get(i, 0))
        if fits <= 0:
            after.append(stack)
            continue
        full = min(stack.nodes, pods // fits)
        after.append(stack.with_pods(full, i, fits, need))
        pods -= full * fits
        left = stack.nodes - full
        if left and pods and pods < fits:
            after.append(stack.with_pods(1, i, pods, need))
            left, pods = left - 1, 0
        if left:
            after.append(Stack(stack.offer, left, stack.pods, stack.free))
    return after, pods


def _gpu_first(group: Group, _: Supply) -> tuple[float, ...]:
    return (-group.need[GPU], -group.need[CPU], -group.need[MEMORY])


def _share_first(group: Group, supply: Supply) -> tuple[float, ...]:
    shares = (share(group.need, o.room) for o, fits in zip(supply.offers, group.per_node, strict=True) if fits)
    return (-min(shares, default=0.0),)


def _cpu_first(group: Group, _: Supply) -> tuple[float, ...]:
    return (-group.need[CPU], -group.need[MEMORY])


ORDERS: tuple[tuple[str, Callable[[Group, Supply], tuple[float, ...]]], ...] = (
    ("GPUs first", _gpu_first),
    ("largest share of a node first", _share_first),
    ("CPU first", _cpu_first),
)


def sequences(groups: Sequence[Group], supply: Supply, by_tier: bool) -> list[tuple[tuple[int, ...], str]]:
    """The groups in each of the three orders, equal ones once; with `by_tier`, higher tiers before lower ones."""
    found: dict[tuple[int, ...], str] = {}
    for name, size in ORDERS:
        keys = [(g.tier if by_tier else 0, size(g, supply), g.workload) for g in groups]
        found.setdefault(tuple(sorted(range(len(groups)), key=keys.__getitem__)), name)
    return list(found.items())


def pack(
    groups: Sequence[Group], supply: Supply, sequence: Sequence[int], held: Held, *, ahead: bool = False
) -> Packing:
    """Place all groups in that sequence. `ahead`: a new node is judged by all that may still come onto it."""
    stacks: list[Stack] = []
    unplaced = [0] * len(groups)
    nodes = list(held)
    for place, i in enumerate(sequence):
        group = groups[i]
        stacks, pods = fill(stacks, i, group, group.count)
        coming = [(groups[j], groups[j].count) for j in sequence[place + 1 :]] if ahead else []
        while pods:
            best = _cheapest(group, pods, supply, nodes, coming)
            if best is None:
                unplaced[i] = pods
                break
            offer, left = best
            each = min(pods, group.per_node[offer])
            empty = Stack(offer, 1, (), supply.offers[offer].room)
            more = min(left, max(1, pods // each // 2) if coming else pods // each)
            stacks.append(empty.with_pods(more, i, each, group.need))
            nodes[offer] += more
            pods -= more * each
    return Packing(tuple(stacks), tuple(unplaced))


def nodes_of(stacks: Sequence[Stack], held: Sequence[int]) -> tuple[int, ...]:
    """Nodes of each offer, those held included."""
    nodes = list(held)
    for stack in stacks:
        nodes[stack.offer] += stack.nodes
    return tuple(nodes)


def _cheapest(
    group: Group, pods: int, supply: Supply, nodes: Sequence[int], coming: Sequence[tuple[Group, int]]
) -> tuple[int, int] | None:
    """The offer whose new node costs least for what it holds, and how many there are left of it.

    Unknown prices come last, ties go by name.
    """
    best: tuple[tuple[bool, float, float, str], int, int] | None = None
    for i, offer in enumerate(supply.offers):
        left = supply.left(i, nodes) if group.per_node[i] else 0
        if not left:
            continue
        pays = _worth(group, pods, i, supply, coming)
        key = (not offer.priced, offer.cost / pays, -pays, offer.name)
        if best is None or key < best[0]:
            best = (key, i, left)
    return best[1:] if best else None


def _worth(group: Group, pods: int, i: int, supply: Supply, coming: Sequence[tuple[Group, int]]) -> float:
    """What a new node holds, in pods of the group; pods of later groups count by their price beside its own."""
    here = min(pods, group.per_node[i])
    if not coming:
        return here
    own = group.price or 1.0
    free = plus(supply.offers[i].room, group.need, -here)
    worth = float(here)
    for other, count in coming:
        more = min(count, times(other.need, free)) if other.per_node[i] else 0
        worth += more * other.price / own
        free = plus(free, other.need, -more)
    return worth
