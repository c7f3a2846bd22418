"""The ledger of a plan: how nodes, spares, bound and money follow, checkable with a pocket calculator."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from tonnage.capacity.cost import Bill
from tonnage.capacity.ledger import Entry
from tonnage.capacity.packing.bounds import Bound
from tonnage.capacity.packing.complete import Packed
from tonnage.capacity.packing.dollars import hourly, monthly
from tonnage.capacity.packing.firstfit import Stack
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.supply import Offer, Supply
from tonnage.capacity.packing.vectors import CPU, GPU, MEMORY, NAMES, amount, pod_words
from tonnage.capacity.result import Pool, UnusedReservation
from tonnage.units import HOURS_PER_MONTH, MoneyRate

_PACKING = "tonnage packing: first-fit decreasing, every new node chosen by price for what it holds"
_SHOWN = (GPU, CPU, MEMORY)


def pool_entries(packed: Packed, groups: Sequence[Group], supply: Supply, pools: Sequence[Pool]) -> Iterator[Entry]:
    """For each pool: its count, what one node has, what sits on it, and why it has a spare."""
    by_name = {o.name: i for i, o in enumerate(supply.offers)}
    for pool in pools:
        i = by_name[pool.name]
        offer = supply.offers[i]
        patterns = " + ".join(str(p.nodes) for p in pool.patterns) or "0"
        extra = f" + {pool.extra} extra for scheduling" if pool.extra else ""
        yield Entry(
            f"nodes of {pool.name}",
            str(pool.nodes),
            f"{patterns} by pattern{extra} + {pool.spares} spare",
            f"{_PACKING}; found with {packed.rule.order}",
        )
        yield room_entry(offer)
        for stack in (s for s in packed.packing.stacks if s.offer == i):
            yield _node(stack, offer, groups)
        yield from _spare(pool, packed, i, groups)


def room_entry(offer: Offer) -> Entry:
    """What pods may use of one node."""
    room = ", ".join(f"{amount(d, offer.room[d])} {NAMES[d]}" for d in _SHOWN if offer.room[d])
    return Entry(f"room on one node of {offer.name}", room, offer.room_words, "")


def _node(stack: Stack, offer: Offer, groups: Sequence[Group]) -> Entry:
    count = f"{stack.nodes} node{'' if stack.nodes == 1 else 's'}"
    used = ", ".join(
        f"{amount(d, offer.room[d] - stack.free[d])} of {amount(d, offer.room[d])} {NAMES[d]}"
        for d in _SHOWN
        if offer.room[d]
    )
    pods = " + ".join(f"{n} x {groups[g].workload} ({pod_words(groups[g].need)})" for g, n in stack.pods)
    return Entry(f"used on each of {count} of {offer.name}", used, pods, "")


def _spare(pool: Pool, packed: Packed, offer: int, groups: Sequence[Group]) -> Iterator[Entry]:
    held = {g for s in packed.packing.stacks if s.offer == offer for g, _ in s.pods}
    names = ", ".join(groups[g].workload for g in sorted(held) if groups[g].survive)
    if names:
        why = (
            f"with one node lost, {names} would not fit on what the other nodes leave free"
            if pool.spares
            else f"with any one node lost, {names} fits on what the other nodes of its pools leave free"
        )
        yield Entry(f"spares of {pool.name}", str(pool.spares), why, "rule: survive node, tried for every node")


def whole_entries(
    packed: Packed, bound: Bound | None, supply: Supply, pools: Sequence[Pool], unused: Sequence[UnusedReservation]
) -> Iterator[Entry]:
    """What is decided, what is reserved, the bound from below, and what the distance between them proves."""
    sunk = sunk_rate(pools, unused)
    decided = packed.cost * supply.unit
    if sunk:
        terms = [f"{p.nodes} x {p.price.rate}" for p in pools if p.price.sunk and p.price.rate]
        terms += [f"{u.nodes} unused x {u.rate}" for u in unused if u.rate]
        yield Entry("reserved nodes, paid anyhow", hourly(sunk), " + ".join(terms), "")
    terms = [f"{p.nodes - p.extra} x {p.price.rate}" for p in pools if not p.price.sunk and p.price.rate]
    yield Entry("nodes that are decided on, spares included", hourly(decided), " + ".join(terms) or "none", "")
    if bound is None:
        return
    least = bound.cost * supply.unit
    how = (
        "cheapest whole nodes with room for all pods together, over all options, and again after the loss of one node"
        " for what must survive it; reserved nodes cost 0 here"
    )
    yield Entry("lower bound of the nodes decided on", hourly(least), how, "relaxation solved by HiGHS")
    if least:
        formula = f"{hourly(decided)} / {hourly(least)} - 1"
        yield Entry("gap", f"{float(decided / least - 1):.2%}", formula, "")
    yield from _tight(decided - least, packed, supply)


def _tight(distance: Fraction, packed: Packed, supply: Supply) -> Iterator[Entry]:
    bought = [supply.offers[s.offer] for s in packed.packing.stacks if supply.offers[s.offer].cost]
    if not bought:
        return
    cheapest = min(bought, key=lambda o: (o.cost, o.name))
    price = cheapest.cost * supply.unit
    if distance < price:
        value = "no node can be taken away"
        formula = f"cost - bound = {hourly(distance)}, less than the cheapest node decided on ({cheapest.node.name})"
    else:
        value = "not proven tight"
        formula = f"cost - bound = {hourly(distance)}, the cheapest node decided on costs {hourly(price)}"
    yield Entry("proof that the count is needed", value, formula, "")


def money_entries(bill: Bill) -> Iterator[Entry]:
    """Blended rates, and how the total splits into teams and idle."""
    for name, (rate, words) in sorted(bill.blended.items()):
        yield Entry(f"blended rate, {name}", hourly(rate.amount), words, "")
    parts = " + ".join(f"{team} {hourly(part.amount)}" for team, part in sorted(bill.parts.items()))
    yield Entry("idle: free room, spares, unused reservations", hourly(bill.idle.amount), "total - parts of teams", "")
    formula = f"{parts} + idle {hourly(bill.idle.amount)}" if parts else "idle alone"
    yield Entry("total", hourly(bill.total.amount), formula, "")
    yield Entry("total by the month", monthly(bill.total), f"{hourly(bill.total.amount)} x {HOURS_PER_MONTH} h", "")


def sunk_rate(pools: Sequence[Pool], unused: Sequence[UnusedReservation]) -> Fraction:
    """Dollars per hour of all reservations, used or not."""
    used: list[tuple[MoneyRate | None, int]] = [(p.price.rate, p.nodes) for p in pools if p.price.sunk]
    rates = [*used, *((u.rate, u.nodes) for u in unused)]
    return sum((rate.amount * n for rate, n in rates if rate is not None), Fraction(0))
