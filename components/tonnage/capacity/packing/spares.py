"""Spare nodes: after the loss of any one node, every replica that must survive finds a place again.

Pods are pinned to the pools that they were planned on, so only nodes of these pools can take them in. Places held for
rollouts may be used meanwhile. A spare of each pool that holds such pods is always enough, since what sat on one node
fits an empty one; every spare that the rooms of the other nodes make unnecessary is given back, the dearest first.

Instead of whole nodes, places can be kept free: with at most k pods of a group on a node, k further places for it on
other nodes are enough, because a lost node takes at most k of all its places.
"""

from collections.abc import Sequence
from dataclasses import replace

from tonnage.capacity.packing.firstfit import Held, Packing, Stack, fill
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.improve import merged
from tonnage.capacity.packing.supply import Supply
from tonnage.capacity.packing.vectors import CPU, GPU, plus


def spares_for(stacks: Sequence[Stack], groups: Sequence[Group], supply: Supply) -> Held:
    """Spare nodes of each offer: 0 or 1."""
    with_survivors = {s.offer for s in stacks if any(groups[g].survive for g, _ in s.pods)}
    spares = [int(i in with_survivors) for i in range(len(supply.offers))]
    order = sorted(with_survivors, key=lambda i: (-supply.offers[i].cost, supply.offers[i].name))
    for i in order:
        spares[i] = 0
        if not survives(stacks, groups, supply, tuple(spares)):
            spares[i] = 1
    return tuple(spares)


def survives(stacks: Sequence[Stack], groups: Sequence[Group], supply: Supply, spares: Held) -> bool:
    """Whether the loss of any one node leaves places for all that must survive."""
    empty = [Stack(i, n, (), supply.offers[i].room) for i, n in enumerate(spares) if n]
    may = pinned(stacks, groups, len(supply.offers))
    return all(_found_again(stack, stacks, empty, groups, may) for stack in stacks)


def _found_again(
    lost: Stack,
    stacks: Sequence[Stack],
    empty: Sequence[Stack],
    groups: Sequence[Group],
    may: Sequence[Sequence[int]],
) -> bool:
    rest = [s if s is not lost else replace(s, nodes=s.nodes - 1) for s in stacks]
    rest = [s for s in (*rest, *empty) if s.nodes]
    homeless = [(g, pods - groups[g].surge) for g, pods in lost.pods if groups[g].survive]
    for g, pods in sorted(homeless, key=lambda e: (-groups[e[0]].need[GPU], -groups[e[0]].need[CPU], e[0])):
        rest, left = fill(rest, g, groups[g], max(0, pods), may[g])
        if left:
            return False
    return True


def pinned(stacks: Sequence[Stack], groups: Sequence[Group], offers: int) -> list[list[int]]:
    """By group and offer: 1 where the group has pods."""
    may = [[0] * offers for _ in groups]
    for stack in stacks:
        for g, _ in stack.pods:
            may[g][stack.offer] = 1
    return may


def with_places(groups: Sequence[Group], places: int) -> list[Group]:
    """Groups with at most that many surviving pods on a node, and free places for them; 0 changes nothing."""
    return [
        replace(
            g,
            count=g.count + max(0, places - g.surge),
            per_node=tuple(min(places, n) for n in g.per_node),
            most=places,
        )
        if g.survive and places
        else g
        for g in groups
    ]


def without_places(packing: Packing, groups: Sequence[Group], wider: Sequence[Group]) -> Packing:
    """The same nodes with the places free again, and without nodes that held nothing else."""
    stacks, unplaced = list(packing.stacks), list(packing.unplaced)
    for i, (group, wide) in enumerate(zip(groups, wider, strict=True)):
        extra = wide.count - group.count
        short = min(extra, unplaced[i])
        unplaced[i] -= short
        stacks = taken_off(stacks, i, group, extra - short)
    return Packing(merged([s for s in stacks if s.pods]), tuple(unplaced))


def taken_off(stacks: Sequence[Stack], i: int, group: Group, pods: int) -> list[Stack]:
    """One pod after the other, from where the group has most, so that no pool of it is left empty."""
    after = list(stacks)
    for _ in range(pods):
        held = [dict(s.pods).get(i, 0) * s.nodes for s in after]
        by_offer = {s.offer: sum(h for t, h in zip(after, held, strict=True) if t.offer == s.offer) for s in after}
        place = max(
            (k for k, h in enumerate(held) if h), key=lambda k: (by_offer[after[k].offer], -len(after[k].pods), -k)
        )
        stack = after[place]
        here = dict(stack.pods)
        here[i] -= 1
        left = tuple(sorted((g, n) for g, n in here.items() if n))
        after[place] = replace(stack, nodes=stack.nodes - 1)
        after.append(Stack(stack.offer, 1, left, plus(stack.free, group.need)))
        after = [s for s in after if s.nodes]
    return after
