"""First fit onto an inventory: tier by tier, in three orders, options exchanged one at a time. Bounded, never timed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from tonnage.capacity.inventory.stock import Stock
from tonnage.capacity.inventory.wanted import Placement, Wanted, Worth, worth
from tonnage.capacity.packing.firstfit import Stack, fill, sequences
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.improve import merged

_EVALUATIONS = 400


@dataclass(frozen=True)
class Care:
    """What a placement does so that losses are survived: nodes kept free, or pods spread out."""

    held: tuple[int, ...] = ()
    """Nodes of each block that pods of tiers up to `tier` leave free; empty: none."""
    tier: int = 0
    """The lowest tier with pods that must survive."""
    most: int | None = None
    """Most pods of one workload that must survive on one node."""

    def spread(self, group: Group) -> Group:
        """The group with at most that many pods on a node, if it must survive."""
        if self.most is None or not group.survive:
            return group
        return replace(group, most=self.most, per_node=tuple(min(self.most, n) for n in group.per_node))


@dataclass
class Greedy:
    """All choices of options tried so far."""

    wanted: Sequence[Wanted]
    stock: Stock
    care: Care = field(default_factory=Care)
    known: dict[tuple[int, ...], Placement] = field(default_factory=dict)

    def best(self) -> Placement:
        """From the smallest options on, one exchanged at a time until nothing gets better."""
        at = tuple(w.smallest for w in self.wanted)
        while True:
            tried = min((at, *self._changed(at)), key=self._rank)
            if tried == at:
                return self.placed(at)
            at = tried

    def placed(self, choice: tuple[int, ...]) -> Placement:
        """The best of three orders for one choice, computed once."""
        if choice not in self.known:
            groups = [self.care.spread(w.options[i]) for w, i in zip(self.wanted, choice, strict=True)]
            orders = sequences(groups, self.stock.supply, by_tier=True)
            tried = [self._filled(choice, groups, order) for order, _ in orders]
            self.known[choice] = min(tried, key=self._worth)
        return self.known[choice]

    def _worth(self, placement: Placement) -> Worth:
        return worth(placement, self.wanted)

    def _rank(self, choice: tuple[int, ...]) -> tuple[Worth, tuple[int, ...]]:
        return self._worth(self.placed(choice)), choice

    def _changed(self, at: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        for w, each in enumerate(self.wanted):
            for i in range(len(each.options)):
                changed = (*at[:w], i, *at[w + 1 :])
                if i != at[w] and (changed in self.known or len(self.known) < _EVALUATIONS):
                    yield changed

    def _filled(self, choice: tuple[int, ...], groups: Sequence[Group], order: Sequence[int]) -> Placement:
        held = self.care.held or (0,) * len(self.stock.counts)
        stacks = _empty(self.stock, [n - h for n, h in zip(self.stock.counts, held, strict=True)])
        kept: list[Stack] | None = _empty(self.stock, held)
        placed = [0] * len(groups)
        for i in order:
            if kept and groups[i].tier > self.care.tier:
                stacks, kept = [*stacks, *kept], None
            stacks, left = fill(stacks, i, groups[i], groups[i].count)
            placed[i] = groups[i].count - left
        used = merged([s for s in stacks if s.pods])
        return Placement(choice, used, tuple(placed), proven=False)


def _empty(stock: Stock, counts: Sequence[int]) -> list[Stack]:
    """Empty nodes, those with fewest GPUs and least room first: what is large stays whole for what needs it."""
    offers = stock.supply.offers
    order = sorted(range(len(offers)), key=lambda i: (offers[i].room, offers[i].name))
    return [Stack(i, counts[i], (), offers[i].room) for i in order if counts[i] > 0]
