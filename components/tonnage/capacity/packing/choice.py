"""One option for each workload, so that the whole cluster costs least.

What is cheapest for one workload alone may open a node that another could have shared. The search starts from the
options that are cheapest by their share of a node and from those that a relaxation hands over, changes one option at a
time until no change helps, then two at a time. It is bounded in evaluations, never in time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import TypeAlias

from tonnage.capacity.packing.complete import Packed, complete
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.supply import Supply
from tonnage.capacity.packing.vectors import share

Choice: TypeAlias = tuple[int, ...]
"""For each workload the place of the chosen option."""

_WORK = 250_000  # evaluations x groups^2 x offers, which is how the time of one evaluation grows
_EVALUATIONS = (12, 1500)  # at least, and at most
_POLISHED = 3  # choices that are packed with more patience at the end
_COMPARED = 4  # choices whose whole month is compared
_BEST_IN_PAIRS = 3  # options of one workload that are tried together with those of another


@dataclass
class Search:
    """All packings evaluated so far."""

    ways: Sequence[Sequence[Group]]
    """For each workload its options, as groups."""
    supply: Supply
    least: int = 0
    """A lower bound in units, at which the search can stop."""
    known: dict[Choice, Packed] = field(default_factory=dict)
    polished: set[Choice] = field(default_factory=set)
    """Those packed with more patience already."""
    floors: dict[tuple[int, int], tuple[float, ...]] = field(default_factory=dict)
    """By workload and option: what it costs at least, by dimension."""

    def packed(self, choice: Choice) -> Packed:
        """The packing of a choice, computed once."""
        if choice not in self.known:
            groups = [options[i] for options, i in zip(self.ways, choice, strict=True)]
            self.known[choice] = complete(groups, self.supply)
        return self.known[choice]

    def affordable(self, choice: Choice) -> bool:
        """Whether the packing of a choice is known, or may still be computed."""
        size = max(1, len(self.ways) ** 2 * len(self.supply.offers))
        least, most = _EVALUATIONS
        return choice in self.known or len(self.known) < min(most, max(least, _WORK // size))

    def best(self, starts: Sequence[Choice] = ()) -> Choice:
        """The best choice found from the start by shares and from the given ones."""
        first = tuple(min(range(len(o)), key=lambda i: (alone(o[i], self.supply), i)) for o in self.ways)
        at = min((first, *starts), key=self._rank)
        while not self._proven(at):
            singles = [c for c in self._one_changed(at) if not self._hopeless(c, at)]
            best = min((at, *self._within(singles)), key=self._rank)
            if best == at:
                best = min((at, *self._within(self._two_changed(at))), key=self._rank)
            if best == at:
                best = self._polished()  # the best may now be another, whose neighbours nobody has seen
            if best == at:
                return at
            at = best
        return at

    def equals(self, choice: Choice) -> list[Choice]:
        """The choice and the next best ones that place as much, which may cost less where not all run at all hours."""
        here = self.packed(choice).verdict[:3]
        near = [c for c in sorted(self.known, key=self._rank) if self.known[c].verdict[:3] == here]
        return list(dict.fromkeys([choice, *near[:_COMPARED]]))

    def _proven(self, choice: Choice) -> bool:
        """Whether nothing can be better."""
        packed = self.packed(choice)
        return packed.whole and not packed.verdict[2] and packed.cost <= self.least

    def _polished(self) -> Choice:
        """The best of the few best choices, packed with more patience."""
        for choice in sorted(self.known, key=self._rank)[:_POLISHED]:
            if choice in self.polished:
                continue
            self.polished.add(choice)
            groups = [options[i] for options, i in zip(self.ways, choice, strict=True)]
            patient = complete(groups, self.supply, thorough=True)
            self.known[choice] = min(self.known[choice], patient, key=lambda p: p.verdict)
        return min(self.known, key=self._rank)

    def _rank(self, choice: Choice) -> tuple[object, Choice]:
        return self.packed(choice).verdict, choice

    def _within(self, choices: Sequence[Choice]) -> Iterator[Choice]:
        """Those that are affordable, each packed before the next is asked for."""
        for choice in choices:
            if self.affordable(choice):
                self.packed(choice)
                yield choice

    def _one_changed(self, at: Choice) -> list[Choice]:
        return [(*at[:w], i, *at[w + 1 :]) for w, o in enumerate(self.ways) for i in range(len(o)) if i != at[w]]

    def _two_changed(self, at: Choice) -> list[Choice]:
        found = []
        for v, w in combinations(range(len(at)), 2):
            for i, j in product(self._promising(at, v), self._promising(at, w)):
                changed = list(at)
                changed[v], changed[w] = i, j
                if i != at[v] and j != at[w] and not self._hopeless(tuple(changed), at):
                    found.append(tuple(changed))
        return found

    def _promising(self, at: Choice, w: int) -> list[int]:
        """The other options of a workload that cost least with everything else as it is."""
        others = [c for c in self._one_changed(at) if c[w] != at[w] and c in self.known]
        return [c[w] for c in sorted(others, key=self._rank)[:_BEST_IN_PAIRS]]

    def _hopeless(self, choice: Choice, at: Choice) -> bool:
        """Whether a choice costs more than what is known by one dimension of its nodes alone."""
        here = self.packed(at).verdict
        if any(here[0]) or here[1] or here[2]:
            return False
        floors = [self._floor(w, i) for w, i in enumerate(choice)]
        return any(sum(of_one) >= here[3] for of_one in zip(*floors, strict=True))

    def _floor(self, workload: int, option: int) -> tuple[float, ...]:
        key = (workload, option)
        if key not in self.floors:
            self.floors[key] = floor(self.ways[workload][option], self.supply)
        return self.floors[key]


def floor(group: Group, supply: Supply) -> tuple[float, ...]:
    """What all pods of a group cost at the very least, by dimension: their share of it where it is cheapest.

    Only those of one dimension may be added up over groups: another group may use what this one leaves.
    """
    may = [o for o, n in zip(supply.offers, group.per_node, strict=True) if n]
    return tuple(
        group.count * min((o.cost * ask / o.room[d] for o in may), default=0.0) if ask else 0.0
        for d, ask in enumerate(group.need)
    )


def alone(group: Group, supply: Supply) -> tuple[bool, float]:
    """What a group costs by its share of nodes that must be bought; options that fit nowhere come last."""
    bought = [o for o, n in zip(supply.offers, group.per_node, strict=True) if n and o.cost]
    reserved = any(n for n in group.per_node)
    cost = min((o.cost * share(group.need, o.room) for o in bought), default=0.0)
    return not reserved, group.count * cost
