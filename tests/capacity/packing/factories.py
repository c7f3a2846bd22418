"""Small node types and groups of pods, made by hand: the packing of a few of them can be checked with a pencil."""

from datetime import date
from fractions import Fraction

from tonnage.capacity.packing.groups import Group, group_of
from tonnage.capacity.packing.supply import Limit, Offer, Supply
from tonnage.capacity.packing.vectors import Vector
from tonnage.capacity.result import Option, PodShape, PricedBy, WorkloadId
from tonnage.catalog.accelerators import Source
from tonnage.catalog.node_types import NodeType
from tonnage.units import Cpu, Memory, MoneyRate

AS_OF = date(2026, 11, 23)
SOURCE = Source("made for a test", AS_OF)
UNIT = Fraction(1, 1000)
"""A tenth of a cent per hour."""

G5 = {
    "g5.xlarge": ("3.32", 12.6, 1, 1.006),
    "g5.2xlarge": ("7.31", 27.4, 1, 1.212),
    "g5.4xlarge": ("15.29", 55.1, 1, 1.624),
    "g5.12xlarge": ("47.21", 168.1, 4, 5.672),
    "g5.48xlarge": ("190.85", 705.1, 8, 16.288),
}
"""Usable CPU, GiB and GPUs, and dollars per hour, of a published example."""


def node_type(name: str, gpus: int = 0, accelerator: str | None = "a10g", cpu: str = "16") -> NodeType:
    """A node type whose shape nobody reads: packing looks at the room of its offer."""
    return NodeType(
        name=name,
        cloud="aws",
        accelerator=accelerator if gpus else None,
        gpus=gpus,
        cpu=Cpu.parse(cpu),
        memory=Memory.gib(64),
        local_disk=None,
        rdma=0,
        max_pods=110,
        arch="amd64",
        allocatable_cpu=None,
        allocatable_memory=None,
        source=SOURCE,
    )


def vector(cpu: str = "1", gib: float = 1.0, gpus: int = 0, pods: int = 100) -> Vector:
    """Room or need; ephemeral storage is plentiful."""
    return (gpus, Cpu.parse(cpu).millicores, int(gib * 2**30), 2**40, pods, 0)


def offer(
    name: str,
    room: Vector,
    price: float | None = 1.0,
    *,
    market: str = "onDemand",
    limit: int | None = None,
    accelerator: str | None = "a10g",
) -> Offer:
    """Nodes of one type; a reserved one costs the search nothing."""
    rate = None if price is None else MoneyRate(Fraction(str(price)))
    sunk = market == "reserved"
    return Offer(
        name=name,
        node=node_type(name, room[0], accelerator),
        market=market,
        zones=("a",),
        room=room,
        room_words="by hand",
        price=PricedBy(rate, "a price list", AS_OF, sunk),
        cost=0 if rate is None or sunk else int(rate.amount / UNIT),
        limit=limit,
    )


def g5(*names: str) -> Supply:
    """The types of the published example, or some of them."""
    kept = {n: G5[n] for n in names or tuple(G5)}
    return supply(*(offer(n, vector(cpu, gib, gpus), price) for n, (cpu, gib, gpus, price) in kept.items()))


def supply(*offers: Offer, limits: tuple[Limit, ...] = ()) -> Supply:
    """Offers by name."""
    return Supply(tuple(sorted(offers, key=lambda o: o.name)), limits, UNIT)


def limit(cap: int, *weights: int, name: str = "limits.gpus") -> Limit:
    """A limit over all offers, by name of the offer."""
    return Limit("cluster test", name, "GPUs", cap, cap, weights)


def option(name: str, count: int, cpu: str, gib: float, gpus: int = 0, *, accelerator: str = "a10g") -> Option:
    """Pods of one shape."""
    team, _, own = name.partition("/")
    shape = PodShape(Cpu.parse(cpu), Memory.gib(gib), Memory.gib(1), gpus, accelerator if gpus else None)
    return Option(WorkloadId(team, own), None, count, None, shape, None, "set by the user")


def group(
    name: str,
    count: int,
    cpu: str,
    gib: float,
    gpus: int = 0,
    *,
    on: Supply,
    accelerator: str = "a10g",
    priority: str = "production",
    surge: int = 0,
    survive: bool = False,
    spot: bool = False,
) -> Group:
    """A workload's pods as packing sees them."""
    made = option(name, count, cpu, gib, gpus, accelerator=accelerator)
    return group_of(made, on, priority=priority, surge=surge, survive=survive, spot=spot)
