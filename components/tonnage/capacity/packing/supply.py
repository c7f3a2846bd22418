"""What nodes may be bought: offers, and the limits that hold over several of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul

from tonnage.capacity.packing.vectors import NOTHING, Vector
from tonnage.capacity.result import PricedBy
from tonnage.catalog.node_types import NodeType


@dataclass(frozen=True)
class Offer:
    """One node type in one market, or in one reservation. It becomes one pool."""

    name: str
    """The pool's name."""
    node: NodeType
    market: str
    """reserved, onDemand or spot."""
    zones: tuple[str, ...]
    room: Vector
    """For workloads, on one node."""
    room_words: str
    """How the room follows, and from which source."""
    price: PricedBy
    """The full price, as it is reported."""
    cost: int
    """What one more node costs the search, in `Supply.unit`: 0 where it is paid for anyhow, or unknown."""
    limit: int | None = None
    """Most nodes; None: as many as the limits of the supply allow."""
    reservation: str | None = None
    agents: Vector = NOTHING
    """What node agents take of one node beside the room; schedulers count it as used."""

    @property
    def priced(self) -> bool:
        """Whether the search knows what a node costs; a reserved one costs nothing more."""
        return self.price.rate is not None or self.price.sunk


@dataclass(frozen=True)
class Limit:
    """A limit over the nodes of several offers."""

    where: str
    """Where it is stated: cluster prod-east accountQuotas."""
    name: str
    """limits.gpus, or the name of the account quota."""
    unit: str
    """vCPUs or GPUs."""
    cap: int
    """What is left for nodes that the plan decides on."""
    stated: int
    """As the spec says."""
    weights: tuple[int, ...]
    """What one node of each offer takes."""
    held: int = 0
    """What reservations take of it, whether they are used or not."""


@dataclass(frozen=True)
class Supply:
    """All offers, by name, and all limits over them."""

    offers: tuple[Offer, ...]
    limits: tuple[Limit, ...]
    unit: Fraction
    """Dollars per hour in one unit of `Offer.cost`: every known price is a whole multiple of it."""

    def left(self, i: int, nodes: Sequence[int]) -> int:
        """How many more nodes of an offer may be bought beside those; 10**9 where nothing limits it."""
        own = self.offers[i].limit
        most = 10**9 if own is None else own - nodes[i]
        for limit in self.limits:
            if limit.weights[i]:
                used = sum(map(mul, limit.weights, nodes))
                most = min(most, (limit.cap - used) // limit.weights[i])
        return max(0, most)
