"""Spare nodes: after the loss of any one node, every replica that must survive finds a place again.

Pods are pinned to the pools that they were planned on, so only nodes of these pools can take them in. Places held for
rollouts may be used meanwhile. A spare of each pool that holds such pods is always enough, since what sat on one node
fits an empty one; every spare that the rooms of the other nodes make unnecessary is given back, the dearest first.
"""

from collections.abc import Sequence
from dataclasses import replace

from tonnage.capacity.packing.firstfit import Held, Stack, fill
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.supply import Supply
from tonnage.capacity.packing.vectors import CPU, GPU


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
    pinned = _pinned(stacks, groups, len(supply.offers))
    return all(_found_again(stack, stacks, empty, groups, pinned) for stack in stacks)


def _found_again(
    lost: Stack,
    stacks: Sequence[Stack],
    empty: Sequence[Stack],
    groups: Sequence[Group],
    pinned: Sequence[Sequence[int]],
) -> bool:
    rest = [s if s is not lost else replace(s, nodes=s.nodes - 1) for s in stacks]
    rest = [s for s in (*rest, *empty) if s.nodes]
    homeless = [(g, pods - groups[g].surge) for g, pods in lost.pods if groups[g].survive]
    for g, pods in sorted(homeless, key=lambda e: (-groups[e[0]].need[GPU], -groups[e[0]].need[CPU], e[0])):
        rest, left = fill(rest, g, groups[g].need, max(0, pods), pinned[g])
        if left:
            return False
    return True


def _pinned(stacks: Sequence[Stack], groups: Sequence[Group], offers: int) -> list[list[int]]:
    """By group and offer: 1 where the group has pods."""
    pinned = [[0] * offers for _ in groups]
    for stack in stacks:
        for g, _ in stack.pods:
            pinned[g][stack.offer] = 1
    return pinned
