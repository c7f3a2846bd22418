"""Work with `capacity: idle`: what of it fits on the room that all others leave free, and how much is then done."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from tonnage.capacity.asked import Asked
from tonnage.capacity.ledger import Entry
from tonnage.capacity.month import Month
from tonnage.capacity.packing.firstfit import Stack, fill, nodes_of
from tonnage.capacity.packing.groups import TIERS, group_of
from tonnage.capacity.packing.phases import Standing
from tonnage.capacity.packing.supply import Supply
from tonnage.capacity.profiles import WEEK, Profile
from tonnage.capacity.result import IdleWork, Option
from tonnage.capacity.tokens import share_done, tokens_per_second
from tonnage.findings import Finding, Severity
from tonnage.units import Share

_MOST = 10_000
"""Pods of one idle workload that are looked for at most."""


def idle_work(asked: Sequence[Asked], month: Month) -> tuple[IdleWork, ...]:
    """Idle workloads with the places that they find, higher tiers first, each in the option that does most of it.

    Spares count as free: idle work leaves at once. Those that nothing can run are left out.
    """
    supply = month.following.supply
    free = {p.name: _free(month.standing(p), supply) for p in month.profiles}
    done: list[IdleWork] = []
    for a in sorted(asked, key=lambda a: (TIERS.index(a.priority), str(a.id))):
        tried = [_in(a, option, month, free) for option in a.sizing.options]
        if tried:
            work, free = max(tried, key=lambda t: (t[0].expected, -t[0].pod.gpus))
            done.append(work)
    return tuple(sorted(done, key=lambda w: str(w.id)))


def _free(standing: Standing, supply: Supply) -> list[Stack]:
    """All nodes that stand, those without pods too."""
    used = nodes_of(standing.stacks, (0,) * len(supply.offers))
    empty = (n - u for n, u in zip(standing.nodes, used, strict=True))
    return [*standing.stacks, *(Stack(i, n, (), supply.offers[i].room) for i, n in enumerate(empty) if n > 0)]


def _in(
    a: Asked, option: Option, month: Month, free: dict[str, list[Stack]]
) -> tuple[IdleWork, dict[str, list[Stack]]]:
    """The work in one option, and what is free after it."""
    group = group_of(option, month.following.supply, priority=a.priority, spot=True)
    most = _MOST if a.tokens else option.replicas
    beside = len(month.following.groups)  # no group of the plan: it stands behind them all
    after, places = dict(free), {}
    for p in month.profiles:
        if a.when.phase in {None, p.phase}:
            after[p.name], left = fill(free[p.name], beside, group, most)
            places[p.name] = most - left
    expected = _expected(a, option, month.profiles, places)
    return IdleWork(a.id, a.priority, a.demand, option.layout, option.pod, places, expected), after


def _expected(a: Asked, option: Option, profiles: Sequence[Profile], places: dict[str, int]) -> Share:
    hours = {p.name: p.share * WEEK for p in profiles if p.name in places}
    if a.tokens:
        each = tokens_per_second(option, a.tokens) * 3600
        return share_done(sum((h * places[n] * each for n, h in hours.items()), Fraction(0)), Fraction(a.tokens.tokens))
    whole = sum(hours.values(), Fraction(0)) * option.replicas
    return share_done(sum((h * places[n] for n, h in hours.items()), Fraction(0)), whole)


def idle_findings(work: Sequence[IdleWork]) -> Iterator[Finding]:
    """What is expected of each, so that nobody counts on more."""
    for w in work:
        room = ", ".join(f"{n} pods {name}" for name, n in w.places.items()) or "none"
        what = f"capacity is idle: {float(w.expected):.1%} of {w.demand} is expected to be done (room for: {room})"
        fix = "set capacity to own if all of it must be done"
        yield Finding(str(w.id), what, fix, Severity.INFO, code="TN317")


def idle_entries(work: Sequence[IdleWork]) -> Iterator[Entry]:
    """The same in the ledger."""
    for w in work:
        places = ", ".join(f"{n} x {name}" for name, n in w.places.items())
        formula = f"pods that find room, spares included: {places or 'none'}; each as fast as it is trusted to be"
        yield Entry(f"idle work, {w.id}", f"{float(w.expected):.1%} of {w.demand}", formula, "first-fit into free room")
