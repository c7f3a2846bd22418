"""What of a plan's nodes is left standing while fewer pods run: elastic pools follow, all others stay.

Pools hold everything at once; so at any time pods find their places on nodes of the pools that they are pinned to, and
never more nodes than the pool's largest number are needed. Two ways are tried, and the cheaper is kept: pods are taken
away and the nodes emptied into one another, or what remains is packed afresh into the same pools.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tonnage.capacity.packing.complete import Packed, complete
from tonnage.capacity.packing.firstfit import Held, Stack, nodes_of
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.improve import emptied
from tonnage.capacity.packing.spares import pinned, spares_for, taken_off
from tonnage.capacity.packing.supply import Supply


@dataclass(frozen=True)
class Standing:
    """Nodes and pods at one time."""

    stacks: tuple[Stack, ...]
    """Nodes with pods; groups by their place in the whole plan."""
    nodes: Held
    """By offer, spares and nodes that stay though nothing needs them included."""
    cost: int
    """Of these nodes, in units of the supply; reserved ones cost nothing more."""


@dataclass
class Following:
    """A packing of everything at once, and what of it stands while only some of the pods run."""

    packed: Packed
    groups: Sequence[Group]
    supply: Supply
    elastic: Sequence[bool]
    """By offer, whether nodes come and go with the pods."""
    known: dict[tuple[int, ...], Standing] = field(default_factory=dict)

    def at(self, pods: tuple[int, ...]) -> Standing:
        """What stands while so many pods of each group run. Where not everything has a place, all nodes stay."""
        if pods not in self.known:
            self.known[pods] = self._standing(pods)
        return self.known[pods]

    @property
    def whole(self) -> Standing:
        """Everything at once."""
        nodes = nodes_of(self.packed.packing.stacks, self.packed.spares)
        return Standing(self.packed.packing.stacks, nodes, self._cost(nodes))

    def _cost(self, nodes: Sequence[int]) -> int:
        return sum(n * offer.cost for n, offer in zip(nodes, self.supply.offers, strict=True))

    def _standing(self, pods: tuple[int, ...]) -> Standing:
        most = self.whole
        if not self.packed.whole or pods == tuple(g.count for g in self.groups):
            return most
        may = pinned(most.stacks, self.groups, len(self.supply.offers))
        fewer = [
            replace(
                g, count=n, surge=min(g.surge, n), per_node=tuple(k * p for k, p in zip(g.per_node, on, strict=True))
            )
            for g, n, on in zip(self.groups, pods, may, strict=True)
        ]
        tried = (self._taken_away(fewer, most), self._afresh(fewer, most))
        return min((s for s in (*tried, most) if s is not None), key=lambda s: (s.cost, sum(s.nodes)))

    def _taken_away(self, fewer: Sequence[Group], most: Standing) -> Standing | None:
        stacks = list(most.stacks)
        for i, (before, after) in enumerate(zip(self.groups, fewer, strict=True)):
            stacks = taken_off(stacks, i, before, before.count - after.count)
        stacks = emptied([s for s in stacks if s.pods], fewer, self.supply)
        return self._with(tuple(stacks), spares_for(stacks, fewer, self.supply), most)

    def _afresh(self, fewer: Sequence[Group], most: Standing) -> Standing | None:
        present = [i for i, g in enumerate(fewer) if g.count]
        offers = tuple(replace(o, limit=n) for o, n in zip(self.supply.offers, most.nodes, strict=True))
        packed = complete([fewer[i] for i in present], replace(self.supply, offers=offers))
        if not packed.whole:
            return None
        stacks = tuple(replace(s, pods=tuple((present[g], n) for g, n in s.pods)) for s in packed.packing.stacks)
        return self._with(stacks, packed.spares, most)

    def _with(self, stacks: tuple[Stack, ...], spares: Held, most: Standing) -> Standing | None:
        """None where more nodes of a pool would be needed than it has."""
        nodes = tuple(
            n if elastic else all_
            for n, all_, elastic in zip(nodes_of(stacks, spares), most.nodes, self.elastic, strict=True)
        )
        if any(n > all_ for n, all_ in zip(nodes_of(stacks, spares), most.nodes, strict=True)):
            return None
        return Standing(stacks, nodes, self._cost(nodes))
