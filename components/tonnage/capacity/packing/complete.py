"""The cheapest packing found for one choice of options: three orders, two ways to price a new node, spares included."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from tonnage.capacity.packing.firstfit import Held, Packing, nodes_of, pack, sequences
from tonnage.capacity.packing.groups import TIERS, Group
from tonnage.capacity.packing.improve import improved
from tonnage.capacity.packing.spares import spares_for, with_places, without_places
from tonnage.capacity.packing.supply import Supply
from tonnage.capacity.packing.vectors import CPU, GPU

Verdict: TypeAlias = tuple[tuple[int, ...], int, int, int]
"""Smaller is better: what found no place by tier, spares missing, nodes of unknown price, cost in units."""

_ROUNDS = 4  # spares that meet a limit push pods elsewhere, which may need other spares


@dataclass(frozen=True)
class Rule:
    """One way to pack: which group comes when, and how a new node is judged."""

    sequence: tuple[int, ...]
    order: str
    """Name of the order: GPUs first."""
    ahead: bool
    """A new node is judged by all that may still come onto it, not by the pods at hand alone."""
    places: int = 0
    """Pods of one group that must survive, at most on one node, with as many places kept free; 0: spares alone."""


@dataclass(frozen=True)
class Packed:
    """A packing with its spares."""

    packing: Packing
    spares: Held
    missing: Held
    """Spares that are needed but that a limit refuses."""
    verdict: Verdict
    rule: Rule
    """The rule that found it."""

    @property
    def whole(self) -> bool:
        """Whether every pod has a place and every spare is there."""
        return not any(self.packing.unplaced) and not any(self.missing)

    @property
    def cost(self) -> int:
        """In units of the supply, spares included."""
        return self.verdict[3]


def complete(groups: Sequence[Group], supply: Supply, *, thorough: bool = False) -> Packed:
    """The best of all packings tried; the first of equals.

    A node that is cheap by itself may be dear with its spare. So offers that carry a spare are left out in turn, for
    those pods that must survive. With `thorough` all three orders are tried, and every offer in use is left out once.
    """
    best = min(_trials(groups, supply, thorough), key=_verdict_of)
    allowed = list(groups)
    while True:
        tried = [(_with_spares(fewer, supply, best.rule), fewer) for fewer in _fewer(best, allowed, thorough)]
        better, fewer = min(tried, key=lambda t: t[0].verdict, default=(best, allowed))
        if better.verdict >= best.verdict:
            return best
        best, allowed = better, fewer


def _verdict_of(packed: Packed) -> Verdict:
    return packed.verdict


def _fewer(packed: Packed, groups: Sequence[Group], thorough: bool) -> Iterator[list[Group]]:
    """The groups without one offer, for each offer that may be worth leaving out."""
    for i in range(len(packed.spares)):
        if packed.spares[i] or packed.missing[i]:
            yield [_without(g, i) if g.survive else g for g in groups]
        if thorough and any(s.offer == i for s in packed.packing.stacks):
            yield [_without(g, i) for g in groups]


def _without(group: Group, offer: int) -> Group:
    return replace(group, per_node=(*group.per_node[:offer], 0, *group.per_node[offer + 1 :]))


def _trials(groups: Sequence[Group], supply: Supply, thorough: bool) -> Iterator[Packed]:
    """One packing by each rule; where some leave pods without a place, also with higher tiers first."""
    whole = True
    for by_tier in (False, True):
        if by_tier and whole:
            return
        for rule in _rules(groups, supply, thorough, by_tier):
            tried = _with_spares(groups, supply, rule)
            whole = whole and tried.whole
            yield tried


def _rules(groups: Sequence[Group], supply: Supply, thorough: bool, by_tier: bool) -> Iterator[Rule]:
    orders = sequences(groups, supply, by_tier)
    for sequence, order in orders if thorough else orders[:1]:
        yield Rule(sequence, order, ahead=False)
        yield Rule(sequence, order, ahead=True)
        for places in _spread(groups):
            yield Rule(sequence, order, ahead=False, places=places)


def _spread(groups: Sequence[Group]) -> list[int]:
    """How many pods that must survive one node may hold, where free places take the part of spares."""
    most = max((min(max(g.per_node, default=0), g.count) for g in groups if g.survive), default=0)
    return sorted({1, -(-most // 2), most} if most else ())


def _with_spares(groups: Sequence[Group], supply: Supply, rule: Rule) -> Packed:
    """Pack, then add spares; where a limit refuses one, pack again with fewer nodes of that offer."""
    held: Held = (0,) * len(supply.offers)
    wider = with_places(groups, rule.places)
    tried: list[Packed] = []
    for _ in range(_ROUNDS):
        packing = improved(pack(wider, supply, rule.sequence, held, ahead=rule.ahead), wider, supply, held)
        packing = without_places(packing, groups, wider)
        wanted = spares_for(packing.stacks, groups, supply)
        spares, missing = _allowed(packing, wanted, supply)
        tried.append(Packed(packing, spares, missing, _verdict(packing, groups, supply, spares, missing), rule))
        more = tuple(max(h, m) for h, m in zip(held, missing, strict=True))
        if more == held:
            break
        held = more
    return min(tried, key=_verdict_of)


def _allowed(packing: Packing, wanted: Held, supply: Supply) -> tuple[Held, Held]:
    """Spares that the limits allow, and those that they refuse."""
    spares = [0] * len(wanted)
    for i, n in enumerate(wanted):
        if n and supply.left(i, nodes_of(packing.stacks, spares)):
            spares[i] = n
    return tuple(spares), tuple(w - s for w, s in zip(wanted, spares, strict=True))


def _verdict(packing: Packing, groups: Sequence[Group], supply: Supply, spares: Held, missing: Held) -> Verdict:
    homeless = [0] * len(TIERS)
    for group, pods in zip(groups, packing.unplaced, strict=True):
        homeless[group.tier] += pods * (1000 * group.need[GPU] + group.need[CPU] // 1000 + 1)
    nodes = nodes_of(packing.stacks, spares)
    unknown = sum(n for n, offer in zip(nodes, supply.offers, strict=True) if not offer.priced)
    cost = sum(n * offer.cost for n, offer in zip(nodes, supply.offers, strict=True))
    return tuple(homeless), sum(missing), unknown, cost
