"""A second look at every packing, by adding up: no node over its room, no limit broken, every pod counted."""

from collections.abc import Iterator, Sequence
from operator import add

from tonnage.capacity.packing.complete import Packed
from tonnage.capacity.packing.firstfit import Held, nodes_of, pods_on
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.supply import Supply
from tonnage.capacity.packing.vectors import NAMES
from tonnage.findings import Finding


def wrong_with(packed: Packed, groups: Sequence[Group], supply: Supply, extra: Held = ()) -> tuple[str, ...]:
    """What is wrong with a packing, in words. Anything at all is an error of the planner, never of its input.

    `extra`: by offer, nodes that were added to the packing afterwards.
    """
    return (*_nodes(packed, groups, supply), *_counts(packed, groups), *_limits(packed, supply, extra))


def internal_findings(
    cluster: str, packed: Packed, groups: Sequence[Group], supply: Supply, extra: Held = ()
) -> Iterator[Finding]:
    """The same as findings, which no plan should ever hold."""
    for wrong in wrong_with(packed, groups, supply, extra):
        what = f"internal error of the planner: {wrong}"
        yield Finding(f"cluster {cluster}", what, "please report it", code="TN330")


def _nodes(packed: Packed, groups: Sequence[Group], supply: Supply) -> Iterator[str]:
    for stack in packed.packing.stacks:
        offer = supply.offers[stack.offer]
        for d, name in enumerate(NAMES):
            used = sum(groups[g].need[d] * pods for g, pods in stack.pods)
            if used > offer.room[d]:
                yield f"a node of {offer.name} is over its {name}: {used} of {offer.room[d]}"
        for g, pods in stack.pods:
            if pods < 1 or not groups[g].per_node[stack.offer]:
                yield f"{groups[g].workload} must not run on {offer.name}"


def _counts(packed: Packed, groups: Sequence[Group]) -> Iterator[str]:
    for i, group in enumerate(groups):
        placed = sum(pods_on(stack, i) for stack in packed.packing.stacks)
        if placed + packed.packing.unplaced[i] != group.count:
            yield f"{group.workload} has {group.count} pods, {placed} were placed, {packed.packing.unplaced[i]} not"


def _limits(packed: Packed, supply: Supply, extra: Held) -> Iterator[str]:
    nodes = nodes_of(packed.packing.stacks, packed.spares)
    nodes = tuple(map(add, nodes, extra)) if extra else nodes
    for offer, n in zip(supply.offers, nodes, strict=True):
        if offer.limit is not None and n > offer.limit:
            yield f"{n} nodes of {offer.name}, of which there are {offer.limit}"
    for limit in supply.limits:
        used = sum(w * n for w, n in zip(limit.weights, nodes, strict=True))
        if used > limit.cap:
            yield f"{used} {limit.unit} of the {limit.cap} that {limit.name} leaves"
