"""The pods of a packing as a scheduler would see them, and the nodes on which they are tried."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from tonnage.capacity.packing.complete import Packed
from tonnage.capacity.packing.firstfit import Held, nodes_of
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.schedule import Arrivals, Contract, Kind, Node, simulate
from tonnage.capacity.packing.supply import Supply

Pending: TypeAlias = tuple[int, ...]
"""Pods without a place, by group."""
_LARGEST = 30_000  # pods x nodes; beyond, the simulation would cost more than the plan


@dataclass(frozen=True)
class Trial:
    """One order of arrival under one contract."""

    contract: Contract
    kinds: tuple[Kind, ...]
    """The groups, as this contract lets them go."""
    arrivals: Arrivals
    spares: bool
    """Whether the spares of the packing are there too."""


@dataclass(frozen=True)
class Scene:
    """A packing to be tried."""

    packed: Packed
    groups: Sequence[Group]
    supply: Supply

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """Pods of each group that the packing has placed; of the others, the plan speaks elsewhere."""
        return tuple(g.count - u for g, u in zip(self.groups, self.packed.packing.unplaced, strict=True))

    @cached_property
    def base(self) -> Held:
        """Nodes of the packing by offer, without spares."""
        return nodes_of(self.packed.packing.stacks, (0,) * len(self.supply.offers))

    @cached_property
    def there(self) -> Held:
        """The same with spares."""
        return tuple(n + s for n, s in zip(self.base, self.packed.spares, strict=True))

    @property
    def too_large(self) -> bool:
        """Whether a simulation would cost more than it tells."""
        return sum(self.counts) * sum(self.there) > _LARGEST

    def offers_of(self, group: int, contract: Contract) -> tuple[int, ...]:
        """Where pods of a group may go: the pools that they were planned on, or every pool that could take one.

        Also unpinned pods ask for their accelerator, keep off tainted nodes, and use spot only where they may.
        """
        if contract.pinned:
            return tuple(sorted({s.offer for s in self.packed.packing.stacks if dict(s.pods).get(group)}))
        here = zip(self.there, self.groups[group].per_node, strict=True)
        return tuple(i for i, (nodes, fits) in enumerate(here) if nodes and fits)

    def kinds(self, contract: Contract) -> tuple[Kind, ...]:
        """The groups as the scheduler sees them."""
        offers = self.supply.offers
        own = [tuple(offers[i].name for i in self.offers_of(g, contract)) for g in range(len(self.groups))]
        return tuple(Kind(g.need, pools, g.tier) for g, pools in zip(self.groups, own, strict=True))

    def trials(self, contract: Contract) -> Iterator[Trial]:
        """Every order of a contract, without spares and with them; none where order cannot matter."""
        kinds = self.kinds(contract)
        if _matters(kinds, self.counts):
            for arrivals in contract.orders(self.counts, kinds):
                for spares in (False, True) if any(self.packed.spares) else (False,):
                    yield Trial(contract, kinds, arrivals, spares)

    def pending(self, trial: Trial, extra: Sequence[int]) -> Pending:
        """What waits on the nodes of the packing and those added."""
        totals = [n + e for n, e in zip(self.there if trial.spares else self.base, extra, strict=True)]
        nodes = {Node(o.name, o.room, o.agents): n for o, n in zip(self.supply.offers, totals, strict=True) if n}
        return simulate(nodes, trial.kinds, trial.contract, trial.arrivals)


def _matters(kinds: Sequence[Kind], counts: Sequence[int]) -> bool:
    """Whether pods that differ, or that may go to different pools, share one: else any order fills the same nodes."""
    sharing: dict[str, Kind] = {}
    for kind, pods in zip(kinds, counts, strict=True):
        alike = Kind(kind.need, kind.pools)
        if pods and any(sharing.setdefault(pool, alike) != alike for pool in kind.pools):
            return True
    return False
