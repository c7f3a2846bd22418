"""From a packing to the pools of the plan: counts, patterns, what else would do, how full the nodes are."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from tonnage.capacity.cost import NodeRoom
from tonnage.capacity.packing.complete import Packed
from tonnage.capacity.packing.firstfit import Stack, pods_on
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.supply import Offer, Supply
from tonnage.capacity.packing.vectors import KEYS, NAMES, RDMA, Vector, cpu_of, memory_of, plus
from tonnage.capacity.result import Pattern, Pool
from tonnage.units import Share


def pools_of(packed: Packed, groups: Sequence[Group], supply: Supply) -> tuple[Pool, ...]:
    """Pools with nodes, by name."""
    made = []
    for i, offer in enumerate(supply.offers):
        stacks = [s for s in packed.packing.stacks if s.offer == i]
        if stacks or packed.spares[i]:
            made.append(_pool(offer, stacks, packed.spares[i], groups, supply))
    return tuple(made)


def _pool(offer: Offer, stacks: Sequence[Stack], spares: int, groups: Sequence[Group], supply: Supply) -> Pool:
    return Pool(
        name=offer.name,
        instance_type=offer.node.name,
        accelerator=offer.node.accelerator if offer.node.gpus else None,
        gpus_per_node=offer.node.gpus,
        market=offer.market,
        zones=offer.zones,
        count=sum(s.nodes for s in stacks),
        spares=spares,
        price=offer.price,
        patterns=tuple(_patterns(stacks, groups)),
        alternates=tuple(_alternates(offer, stacks, groups, supply)),
        reservation=offer.reservation,
        vcpus_per_node=int(offer.node.cpu.amount),
        utilisation=_utilisation(offer, stacks),
    )


def _patterns(stacks: Sequence[Stack], groups: Sequence[Group]) -> Iterator[Pattern]:
    """Most frequent first; of equals, by workload and pods."""
    found = [(s.nodes, sorted((groups[g].workload, n) for g, n in s.pods)) for s in stacks]
    for nodes, pods in sorted(found, key=lambda e: (-e[0], e[1])):
        yield Pattern(nodes, dict(pods))


def _alternates(offer: Offer, stacks: Sequence[Stack], groups: Sequence[Group], supply: Supply) -> list[str]:
    """Other types that would hold every pattern as well, the cheapest first, unknown prices last."""
    used = [(plus(offer.room, s.free, -1), {g for g, _ in s.pods}) for s in stacks]
    fitting: dict[str, tuple[bool, Fraction, str]] = {}
    for i, other in enumerate(supply.offers):
        holds = all(
            all(groups[g].per_node[i] for g in sorted(held)) and _within(need, other.room) for need, held in used
        )
        if used and holds and other.node.name != offer.node.name:
            rate = other.price.rate
            key = (rate is None, rate.amount if rate else Fraction(0), other.node.name)
            fitting[other.node.name] = min(key, fitting.get(other.node.name, key))
    return sorted(fitting, key=lambda name: fitting[name])


def _within(need: Vector, room: Vector) -> bool:
    return all(ask <= have for ask, have in zip(need, room, strict=True))


def _utilisation(offer: Offer, stacks: Sequence[Stack]) -> Mapping[str, Share]:
    """Used part of the room by dimension, to a tenth of a percent; without what the nodes lack, and unused RDMA."""
    nodes = sum(s.nodes for s in stacks)
    shares = {}
    for d in range(len(NAMES)):
        if nodes and offer.room[d] and (d != RDMA or any(s.free[d] != offer.room[d] for s in stacks)):
            free = sum(s.free[d] * s.nodes for s in stacks)
            shares[KEYS[d]] = Share(Fraction(round(1000 - 1000 * Fraction(free, offer.room[d] * nodes)), 1000))
    return shares


def placed_by_pool(stacks: Sequence[Stack], group: int, supply: Supply) -> dict[str, int]:
    """Pods of a group by name of the pool."""
    pods: dict[str, int] = {}
    for stack in stacks:
        if n := pods_on(stack, group):
            name = supply.offers[stack.offer].name
            pods[name] = pods.get(name, 0) + n
    return dict(sorted(pods.items()))


def rooms_of(supply: Supply) -> dict[str, NodeRoom]:
    """What pods may use of one node, by name of the pool."""
    return {o.name: NodeRoom(cpu_of(o.room), memory_of(o.room)) for o in supply.offers}
