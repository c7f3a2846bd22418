"""The placement that the plan takes: of most worth, and among those one that survives what it must."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tonnage.capacity.inventory.exact import best_placement
from tonnage.capacity.inventory.greedy import Care, Greedy
from tonnage.capacity.inventory.losses import Verdict, losses
from tonnage.capacity.inventory.stock import Stock
from tonnage.capacity.inventory.wanted import Placement, Wanted, unbeatable, worth


@dataclass(frozen=True)
class Settled:
    """A placement and what it does not survive."""

    placement: Placement
    verdict: Verdict
    """Empty where everything finds a place again."""


def settle(wanted: Sequence[Wanted], survive: Sequence[str], stock: Stock) -> Settled:
    """Demand comes first: nothing is left without a place so that something else may survive a loss.

    Of placements with the same demand, the first that survives is taken: as it comes, with pods that must survive
    spread out, or with as many nodes kept free of them as a loss may take.
    """

    def proven(placement: Placement) -> bool:
        return plain.proven and worth(placement, wanted)[:3] == worth(plain, wanted)[:3]

    plain = best_of(wanted, stock, Care())
    best = Settled(plain, losses(plain, wanted, survive, stock))
    demand = worth(plain, wanted)[0]
    for care in _cares(best, wanted, survive, stock):
        placement = best_of(wanted, stock, care)
        if worth(placement, wanted)[0] != demand:
            continue
        verdict = losses(placement, wanted, survive, stock)
        if _missing(verdict) < _missing(best.verdict):
            best = Settled(replace(placement, proven=proven(placement)), verdict)
        if not verdict.losses:
            break
    return best


def best_of(wanted: Sequence[Wanted], stock: Stock, care: Care) -> Placement:
    """First fit where nothing can be worth more, else the proven best; first fit alone where that is too large."""
    first = Greedy(wanted, stock, care).best()
    if unbeatable(first, wanted):
        return Placement(first.choice, first.stacks, first.placed, proven=True)
    exact = best_placement(wanted, stock, care)
    if exact is None:
        return first
    return min((exact, first), key=lambda p: worth(p, wanted))


def _missing(verdict: Verdict) -> int:
    return sum(loss.pods for loss in verdict.losses)


def _cares(best: Settled, wanted: Sequence[Wanted], survive: Sequence[str], stock: Stock) -> Iterator[Care]:
    if not best.verdict.losses:
        return
    yield from (Care(most=n) for n in (1, 2, 4))
    tier = max(w.tier for w, s in zip(wanted, survive, strict=True) if s != "nothing")
    most = [max(racks.values(), default=1) if "rack" in survive else 1 for racks in stock.racks]
    yield Care(held=tuple(min(n, count) for n, count in zip(most, stock.counts, strict=True)), tier=tier)
