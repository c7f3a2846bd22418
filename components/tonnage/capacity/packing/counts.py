"""How many nodes are enough under each contract: packed, pinned, unpinned.

The packing says how many nodes hold all pods if each goes where it was put. No scheduler puts it there by itself; so
pods are simulated as they arrive, and nodes are added until none waits in any order tried. A weaker contract starts
from the nodes of the stronger one and must be enough under that one as well, so the three never shrink, pool by pool.
Spares are no part of it: nothing may wait without them, nor with them.
"""

from dataclasses import dataclass, field

from tonnage.capacity.packing.firstfit import Held
from tonnage.capacity.packing.scene import Pending, Scene, Trial
from tonnage.capacity.packing.schedule import CONTRACTS, PINNED, Contract
from tonnage.capacity.packing.supply import Supply


@dataclass(frozen=True)
class Counted:
    """Nodes that are enough under one contract."""

    contract: Contract
    extra: Held
    """By offer, beyond the nodes of the packing and its spares."""
    pending: Pending
    """In the worst order, where limits refuse the nodes that would be needed."""


def counts_of(scene: Scene) -> tuple[Counted, ...] | None:
    """One count for each contract, the strongest first; None where the plan is too large to be simulated."""
    if scene.too_large:
        return None
    extra: Held = (0,) * len(scene.supply.offers)
    found: list[Counted] = []
    growth = _Growth(scene)
    for contract in CONTRACTS:
        growth.trials.extend(scene.trials(contract))
        extra = growth.cheapest(extra)
        found.append(Counted(contract, extra, growth.worst(extra)))
    return tuple(found)


def worst_pending(scene: Scene, contract: Contract = PINNED) -> Pending | None:
    """What waits in the worst order on the nodes as they are, spares included; None: too large to try."""
    trials = [t for t in scene.trials(contract) if t.spares or not any(scene.packed.spares)]
    if trials and scene.too_large:
        return None
    return _Growth(scene, trials).worst((0,) * len(scene.supply.offers))


@dataclass
class _Growth:
    """Nodes added to a scene until nothing waits."""

    scene: Scene
    trials: list[Trial] = field(default_factory=list)
    known: dict[tuple[int, Held], Pending] = field(default_factory=dict)
    """What waits in the trial at a place, with the nodes added."""

    def waiting(self, place: int, extra: Held) -> Pending:
        """What waits in the trial at a place."""
        key = (place, extra)
        if key not in self.known:
            self.known[key] = self.scene.pending(self.trials[place], extra)
        return self.known[key]

    def worst(self, extra: Held) -> Pending:
        """What waits in the worst of all trials, the first of equals."""
        tried = [self.waiting(place, extra) for place in range(len(self.trials))]
        return max(tried, key=sum, default=(0,) * len(self.scene.groups))

    def enough(self, extra: Held) -> bool:
        """Whether nothing waits in any trial."""
        return not any(any(self.waiting(place, extra)) for place in range(len(self.trials)))

    def cheapest(self, least: Held) -> Held:
        """The cheapest growth found: the cheapest node that takes a waiting pod each time, or first those of one pool.

        The node that takes a waiting pod may not be the remedy: where others have taken its place, room for them is.
        """
        if self.enough(least):
            return least
        there = [i for i, nodes in enumerate(self.scene.there) if nodes]
        tried = [self._trimmed(self._grown(least, first), least) for first in (None, *there)]
        return min(tried, key=lambda extra: (sum(self.worst(extra)), *_price(self.scene.supply, extra)))

    def _grown(self, extra: Held, first: int | None) -> Held:
        """With nodes added until nothing waits in any trial, or no further node may be had."""
        grown, before = extra, None
        while grown != before:
            before = grown
            for place, trial in enumerate(self.trials):
                while any(waiting := self.waiting(place, grown)):
                    more = self._with_one(trial.contract, waiting, grown, first)
                    if more is None:
                        break
                    grown = more
        return grown

    def _with_one(self, contract: Contract, waiting: Pending, extra: Held, first: int | None) -> Held | None:
        """One node more: of the pool `first` while it has fewer than pods could ever need; None where none may be had.

        Else the cheapest that takes a pod of the largest group that waits.
        """
        scene, offers = self.scene, self.scene.supply.offers
        nodes = [sum(n) for n in zip(scene.there, scene.packed.missing, extra, strict=True)]
        if first is not None and extra[first] < sum(scene.counts) and scene.supply.left(first, nodes):
            return _plus(extra, first, 1)
        for g in sorted((g for g, n in enumerate(waiting) if n), key=lambda g: (scene.groups[g].need, g), reverse=True):
            may = [i for i in scene.offers_of(g, contract) if scene.supply.left(i, nodes)]
            if may:
                i = min(may, key=lambda i: (not offers[i].priced, offers[i].cost, offers[i].name))
                return _plus(extra, i, 1)
        return None

    def _trimmed(self, grown: Held, least: Held) -> Held:
        """Without added nodes that later ones have made needless, the dearest first."""
        if not self.enough(grown):
            return grown
        for i in sorted(range(len(grown)), key=lambda i: (-self.scene.supply.offers[i].cost, i)):
            while grown[i] > least[i] and self.enough(fewer := _plus(grown, i, -1)):
                grown = fewer
        return grown


def _price(supply: Supply, extra: Held) -> tuple[int, int, int]:
    """Nodes of unknown price, cost in units, nodes."""
    unknown = sum(n for n, o in zip(extra, supply.offers, strict=True) if not o.priced)
    return unknown, sum(n * o.cost for n, o in zip(extra, supply.offers, strict=True)), sum(extra)


def _plus(extra: Held, i: int, n: int) -> Held:
    return (*extra[:i], extra[i] + n, *extra[i + 1 :])
