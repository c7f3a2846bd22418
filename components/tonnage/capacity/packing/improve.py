"""Make a packing cheaper without asking whether it was good: smaller nodes, and nodes that others can take over."""

from collections.abc import Sequence
from dataclasses import replace

from tonnage.capacity.packing.firstfit import Held, Packing, Stack, fill, nodes_of
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.supply import Supply
from tonnage.capacity.packing.vectors import Vector, plus


def improved(packing: Packing, groups: Sequence[Group], supply: Supply, held: Held) -> Packing:
    """Empty dear nodes into what is free on others, then move pods onto the cheapest type that holds them."""
    stacks = _downsized(emptied(list(packing.stacks), groups, supply), groups, supply, held)
    return Packing(merged(stacks), packing.unplaced)


def merged(stacks: Sequence[Stack]) -> tuple[Stack, ...]:
    """Equal nodes together, by offer and content."""
    counts: dict[tuple[int, tuple[tuple[int, int], ...], Vector], int] = {}
    for s in stacks:
        key = (s.offer, s.pods, s.free)
        counts[key] = counts.get(key, 0) + s.nodes
    return tuple(Stack(offer, n, pods, free) for (offer, pods, free), n in sorted(counts.items()))


def emptied(stacks: list[Stack], groups: Sequence[Group], supply: Supply) -> list[Stack]:
    """Give up one node after the other, the dearest first, as long as its pods find room on the nodes that remain."""
    bought = (s for s in stacks if supply.offers[s.offer].cost or not supply.offers[s.offer].priced)
    dearest = sorted(bought, key=lambda s: (-supply.offers[s.offer].cost, s.offer, s.pods))
    for stack in dearest:
        while stack in stacks and (rest := without_one(stacks, stacks.index(stack), groups)) is not None:
            stacks = rest
            stack = replace(stack, nodes=stack.nodes - 1)  # noqa: PLW2901 the same nodes, one fewer
    return stacks


def without_one(stacks: Sequence[Stack], place: int, groups: Sequence[Group]) -> list[Stack] | None:
    """The nodes without one of the stack at that place, its pods on the others; None where they have no room.

    By place and not by content: several stacks may be equal.
    """
    lost = stacks[place]
    rest = [*stacks[:place], *([replace(lost, nodes=lost.nodes - 1)] if lost.nodes > 1 else []), *stacks[place + 1 :]]
    for group, pods in lost.pods:
        rest, left = fill(rest, group, groups[group], pods)
        if left:
            return None
    return rest


def _downsized(stacks: Sequence[Stack], groups: Sequence[Group], supply: Supply, held: Held) -> list[Stack]:
    after = list(stacks)
    for place, stack in enumerate(stacks):
        for i in _cheaper(stack, groups, supply):
            left = supply.left(i, nodes_of(_trial(after, place), held))
            nodes = min(after[place].nodes, left)
            if nodes:
                after.append(_moved(stack, i, nodes, supply))
                after[place] = replace(after[place], nodes=after[place].nodes - nodes)
    return [s for s in after if s.nodes]


def _trial(stacks: Sequence[Stack], place: int) -> list[Stack]:
    """The nodes without those that may move: what they use of a limit is free for their successors."""
    return [s for k, s in enumerate(stacks) if k != place]


def _cheaper(stack: Stack, groups: Sequence[Group], supply: Supply) -> list[int]:
    """Offers that cost less and hold all pods of a node, the cheapest first."""
    here = supply.offers[stack.offer]
    used = plus(here.room, stack.free, -1)
    fitting = [
        i
        for i, offer in enumerate(supply.offers)
        if groups[stack.pods[0][0]].per_node[i]
        and (not offer.priced, offer.cost) < (not here.priced, here.cost)
        and all(groups[g].per_node[i] for g, _ in stack.pods)
        and all(ask <= have for ask, have in zip(used, offer.room, strict=True))
    ]
    return sorted(fitting, key=lambda i: (not supply.offers[i].priced, supply.offers[i].cost, supply.offers[i].name))


def _moved(stack: Stack, offer: int, nodes: int, supply: Supply) -> Stack:
    used = plus(supply.offers[stack.offer].room, stack.free, -1)
    return Stack(offer, nodes, stack.pods, plus(supply.offers[offer].room, used, -1))
