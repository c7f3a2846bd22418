"""A plan's month: which nodes stand when, and what that costs. Money is hours x price.

Served models are declared with the replicas of their highest phase, at all hours: that is what is paid, and that is
what is counted. What pods of jobs leave, elastic pools give back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor

from tonnage.capacity.cost import Bill, bill
from tonnage.capacity.ledger import Entry
from tonnage.capacity.packing.bounds import Bound, lower_bound
from tonnage.capacity.packing.dollars import hourly, monthly
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.phases import Following, Standing
from tonnage.capacity.packing.pools import placed_by_pool, rooms_of
from tonnage.capacity.packing.supply import Supply
from tonnage.capacity.profiles import Profile
from tonnage.capacity.result import Option, PlannedWorkload, Pool, UnusedReservation
from tonnage.findings import Finding, Severity
from tonnage.units import HOURS_PER_MONTH, MoneyRate, Share

_MILLION = 1_000_000
_BILLION = 10**9


@dataclass(frozen=True)
class Month:
    """All hours of the month, with what stands in them."""

    profiles: tuple[Profile, ...]
    following: Following
    options: Sequence[Option]
    """As chosen, by workload."""

    @property
    def changes(self) -> bool:
        """Whether not everything runs at all hours."""
        return any(not all(p.running) for p in self.profiles)

    @property
    def shares(self) -> dict[str, Share]:
        """Part of the month by profile, to a millionth; empty where the month has one alone."""
        return {p.name: share_of(p.share) for p in self.profiles} if len(self.profiles) > 1 else {}

    def pods(self, profile: Profile, *, scaled: bool = False) -> tuple[int, ...]:
        """Pods of each workload; `scaled`: served models with only the replicas that the phase needs."""
        found = []
        for group, option, runs in zip(self.following.groups, self.options, profile.running, strict=True):
            needed = option.by_phase.get(profile.phase or "") if scaled else None
            found.append(0 if not runs else group.count if needed is None else needed + group.surge)
        return tuple(found)

    def standing(self, profile: Profile) -> Standing:
        """What stands in these hours."""
        return self.following.at(self.pods(profile))

    def cost(self, *, scaled: bool = False) -> Fraction:
        """Of the nodes decided on, in units of the supply, as a mean over the month."""
        return sum((p.share * self.following.at(self.pods(p, scaled=scaled)).cost for p in self.profiles), Fraction(0))

    @property
    def saved(self) -> Fraction:
        """Dollars per hour, as a mean over the month, that served models would save if they followed the phases."""
        return (self.cost() - self.cost(scaled=True)) * self.following.supply.unit

    def extra_at(self, profile: Profile, extra: Sequence[int]) -> tuple[int, ...]:
        """Of nodes added to the pools, those that stand in these hours: all of a pool's, where it has any node then."""
        return tuple(e if n else 0 for e, n in zip(extra, self.standing(profile).nodes, strict=True))

    def extra_cost(self, extra: Sequence[int]) -> Fraction:
        """What nodes added to the pools cost, by offer, in units of the supply, as a mean over the month."""
        offers = self.following.supply.offers
        each = ((p.share, self.extra_at(p, extra)) for p in self.profiles)
        return sum((s * sum(n * o.cost for n, o in zip(at, offers, strict=True)) for s, at in each), Fraction(0))

    def cost_of(self, place: int) -> Fraction:
        """What one workload adds to that mean: with it less without it, hour by hour."""
        added = Fraction(0)
        for p in self.profiles:
            pods = self.pods(p)
            without = (*pods[:place], 0, *pods[place + 1 :])
            added += p.share * (self.following.at(pods).cost - self.following.at(without).cost)
        return added


def with_phases(pools: Sequence[Pool], month: Month) -> tuple[Pool, ...]:
    """The pools with their nodes in each part of the month, where these differ."""
    if not month.changes:
        return tuple(pools)
    standing = {p.name: _nodes(month, p) for p in month.profiles}
    made = []
    for pool in pools:
        without = {name: nodes.get(pool.name, 0) for name, nodes in standing.items()}
        by_phase = {name: n + (pool.extra if n else 0) for name, n in without.items()}
        paid = sum((p.share * by_phase[p.name] for p in month.profiles), Fraction(0)) / pool.nodes
        changing = set(by_phase.values()) != {pool.nodes}
        made.append(replace(pool, by_phase=by_phase, paid=Share(cut(paid, _BILLION))) if changing else pool)
    return tuple(made)


def _nodes(month: Month, profile: Profile) -> dict[str, int]:
    offers = month.following.supply.offers
    return {o.name: n for o, n in zip(offers, month.standing(profile).nodes, strict=True)}


def month_bill(
    month: Month,
    pools: Sequence[Pool],
    workloads: Sequence[PlannedWorkload],
    unused: Sequence[UnusedReservation],
    teams: Sequence[str],
) -> Bill:
    """The bill of the month: each part of it with its own nodes and pods, weighted by its hours.

    Parts and idle sum exactly to the total.
    """
    room = rooms_of(month.following.supply)
    whole = bill(pools, workloads, room, unused, teams)
    if not month.changes:
        return whole
    parts = dict.fromkeys(whole.parts, Fraction(0))
    total = Fraction(0)
    for profile in month.profiles:
        nodes, standing = _nodes(month, profile), month.standing(profile)
        then = [replace(p, count=nodes[p.name], spares=0, extra=p.extra if nodes[p.name] else 0) for p in pools]
        supply = month.following.supply
        placed = [replace(w, pools=placed_by_pool(standing.stacks, i, supply)) for i, w in enumerate(workloads)]
        made = bill(then, placed, room, unused, teams)
        total += profile.share * made.total.amount
        for team, part in made.parts.items():
            parts[team] += profile.share * part.amount
    rates = {team: MoneyRate(cut(part)) for team, part in parts.items()}
    sum_ = MoneyRate(cut(total))
    idle = MoneyRate(sum_.amount - sum((r.amount for r in rates.values()), Fraction(0)))
    return replace(whole, parts=rates, idle=idle, total=sum_)


def month_entries(month: Month, least: Fraction | None) -> Iterator[Entry]:
    """How the month's money follows from its parts. `least`: the bound, in units."""
    if not month.changes:
        return
    unit = month.following.supply.unit
    for p in month.profiles:
        cost = month.standing(p).cost * unit
        nodes = ", ".join(f"{n} {name}" for name, n in sorted(_nodes(month, p).items()) if n)
        hours = f"{float(p.share * HOURS_PER_MONTH):.4g} of {HOURS_PER_MONTH} h"
        yield Entry(f"nodes decided on, {p.name}", hourly(cost), f"{nodes or 'none'}; {hours}", "hours x price")
    terms = " + ".join(f"{hourly(month.standing(p).cost * unit)} x {float(p.share):.4f}" for p in month.profiles)
    decided = month.cost()
    yield Entry("nodes decided on, mean of the month", hourly(decided * unit), terms, "hours x price")
    if least:
        words = "the bound of each part, weighted alike"
        yield Entry("lower bound, mean of the month", hourly(least * unit), words, "relaxation solved by HiGHS")
        yield Entry("gap, mean of the month", f"{float(decided / least - 1):.2%}", "cost / bound - 1", "")


def month_bound(
    profiles: Sequence[Profile], ways: Sequence[Sequence[Group]], supply: Supply, whole: Bound | None
) -> Fraction | None:
    """No plan costs less as a mean over the month, in units; `whole`: the bound of everything at once.

    Each part of the month is bounded alone, with its own choice of options; nothing that joins them costs less.
    """
    known: dict[tuple[bool, ...], Bound | None] = {(True,) * len(ways): whole}
    least = Fraction(0)
    for p in profiles:
        if p.running not in known:
            present = [options for options, runs in zip(ways, p.running, strict=True) if runs]
            known[p.running] = lower_bound(present, supply) if present else Bound(0, 0.0, ())
        bound = known[p.running]
        if bound is None:
            return None
        least += p.share * bound.cost
    return least


def scaled_total(month: Month, total: MoneyRate) -> MoneyRate | None:
    """The total if served models followed the phases; None where nothing would be saved."""
    saved = month.saved
    return MoneyRate(cut(total.amount - saved)) if saved else None


def scaling_findings(cluster: str, month: Month) -> Iterator[Finding]:
    """That the peak is paid at all hours, and what following the phases would save."""
    saved = month.saved
    if saved:
        names = ", ".join(str(o.workload) for o in month.options if len(set(o.by_phase.values())) > 1)
        what = (
            f"{names}: replicas are declared for the highest phase at all hours, and so paid;"
            f" with those that each phase needs, the nodes would cost {monthly(MoneyRate(saved))} less"
        )
        fix = "nothing yet: replicas that follow the phases are not declared, so the saving is not counted"
        yield Finding(f"cluster {cluster} phases", what, fix, Severity.INFO, code="TN331")


def share_of(part: Fraction) -> Share:
    """A part of the month, to a millionth."""
    return Share(cut(part))


def cut(amount: Fraction, parts: int = _MILLION) -> Fraction:
    """Rounded down to a millionth: what a decimal holds."""
    return Fraction(floor(amount * parts), parts)
