"""The cheapest packing found for one choice of options: three orders, two ways to price a new node, spares included."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from tonnage.capacity.packing.firstfit import Held, Packing, nodes_of, pack, sequences
from tonnage.capacity.packing.groups import TIERS, Group
from tonnage.capacity.packing.improve import improved
from tonnage.capacity.packing.spares import spares_for
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
    those pods that must survive. With `thorough` every offer in use is, and all orders are tried again each time.
    """
    best = min(_trials(groups, supply), key=_verdict_of)
    allowed = list(groups)
    while True:
        tried = [(_again(best, fewer, supply, thorough), fewer) for fewer in _fewer(best, allowed, thorough)]
        better, fewer = min(tried, key=lambda t: t[0].verdict, default=(best, allowed))
        if better.verdict >= best.verdict:
            return best
        best, allowed = better, fewer


def _verdict_of(packed: Packed) -> Verdict:
    return packed.verdict


def _again(best: Packed, groups: Sequence[Group], supply: Supply, thorough: bool) -> Packed:
    if thorough:
        return min(_trials(groups, supply), key=_verdict_of)
    return _with_spares(groups, supply, best.rule)


def _fewer(packed: Packed, groups: Sequence[Group], thorough: bool) -> Iterator[list[Group]]:
    """The groups without one offer, for each offer that may be worth leaving out."""
    for i in range(len(packed.spares)):
        if packed.spares[i] or packed.missing[i]:
            yield [_without(g, i) if g.survive else g for g in groups]
        if thorough and any(s.offer == i for s in packed.packing.stacks):
            yield [_without(g, i) for g in groups]


def _without(group: Group, offer: int) -> Group:
    return replace(group, per_node=(*group.per_node[:offer], 0, *group.per_node[offer + 1 :]))


def _trials(groups: Sequence[Group], supply: Supply) -> Iterator[Packed]:
    short = False
    for by_tier in (False, True):
        if by_tier and not short:
            return
        for sequence, order in sequences(groups, supply, by_tier):
            for ahead in (False, True):
                tried = _with_spares(groups, supply, Rule(sequence, order, ahead))
                short = short or any(tried.packing.unplaced)
                yield tried


def _with_spares(groups: Sequence[Group], supply: Supply, rule: Rule) -> Packed:
    held: Held = (0,) * len(supply.offers)
    tried: list[Packed] = []
    for _ in range(_ROUNDS):
        packing = improved(pack(groups, supply, rule.sequence, held, ahead=rule.ahead), groups, supply, held)
        wanted = spares_for(packing.stacks, groups, supply)
        spares, missing = _allowed(packing, wanted, supply)
        tried.append(Packed(packing, spares, missing, _verdict(packing, groups, supply, spares, missing), rule))
        more = tuple(max(h, m) for h, m in zip(held, missing, strict=True))
        if more == held:
            break
        held = more
    return min(tried, key=lambda p: p.verdict)


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
