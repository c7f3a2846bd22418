"""Who pays for which part of the nodes: GPU-hours x blended rate, and an explicit idle line.

The pools of one accelerator are one bill (reserved and on-demand nodes are blended, because which pod
sits on which is chance; spot is apart, because its users took the risk). A team pays its share of the GPUs,
on nodes without GPUs its dominant share of CPU or memory. What nobody uses is idle: free capacity, spares,
reservations. Parts and idle sum exactly to the total.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tonnage.capacity.result import PlannedWorkload, PodShape, Pool, TeamCost, UnusedReservation
from tonnage.spec.team import Team
from tonnage.units import Cpu, Memory, MoneyRate

_MILLIONTH = 1_000_000


@dataclass(frozen=True)
class NodeRoom:
    """What pods may use of one node of a pool."""

    cpu: Cpu
    memory: Memory


@dataclass(frozen=True)
class Bill:
    """Money per hour by team; `parts` and `idle` sum exactly to `total`."""

    parts: Mapping[str, MoneyRate]
    unpriced: Mapping[str, tuple[str, ...]]
    """Pools of unknown price that a team uses; its part leaves them out."""
    idle: MoneyRate
    total: MoneyRate
    blended: Mapping[str, tuple[MoneyRate, str]]
    """By bill: rate per GPU (per node, where it has none) and the sum it comes from, in words."""


def bill(
    pools: Sequence[Pool],
    workloads: Sequence[PlannedWorkload],
    room: Mapping[str, NodeRoom],
    unused: Sequence[UnusedReservation],
    teams: Iterable[str],
) -> Bill:
    """Share out the price of all nodes. Pools without a known price add nothing and are named."""
    exact = dict.fromkeys(sorted(teams), Fraction(0))
    blended: dict[str, tuple[MoneyRate, str]] = {}
    for name, members in _bills(pools).items():
        money = sum((p.price.rate.amount * p.nodes for p in members if p.price.rate), Fraction(0))
        for team, share in _shares(members, workloads, room).items():
            exact[team] = exact.get(team, Fraction(0)) + money * share
        blended[name] = _blended(members, money)
    parts = {team: payable(amount) for team, amount in exact.items()}
    total = total_of(pools, unused)
    idle = MoneyRate(total.amount - sum(part.amount for part in parts.values()))
    return Bill(parts, _unpriced(pools, workloads), idle, total, blended)


def total_of(pools: Iterable[Pool], unused: Iterable[UnusedReservation]) -> MoneyRate:
    """All nodes of known price, spares and unused reservations included, at full price."""
    used = sum((p.price.rate.amount * p.nodes for p in pools if p.price.rate), Fraction(0))
    return MoneyRate(used + sum((u.rate.amount * u.nodes for u in unused if u.rate), Fraction(0)))


def team_costs(teams: Iterable[Team], shared: Bill) -> dict[str, TeamCost]:
    """Each team's part beside its budget, by name."""
    budgets = {t.name: t.budget for t in teams}
    return {
        name: TeamCost(part, budgets.get(name), shared.unpriced.get(name, ()))
        for name, part in sorted(shared.parts.items())
    }


def payable(amount: Fraction) -> MoneyRate:
    """The amount if a decimal holds it, else rounded down to a millionth of a dollar per hour."""
    rate = MoneyRate(amount)
    return rate if MoneyRate.parse(str(rate)) == rate else MoneyRate(Fraction(int(amount * _MILLIONTH), _MILLIONTH))


def _bills(pools: Sequence[Pool]) -> dict[str, list[Pool]]:
    """Priced pools that share one rate, by what the rate is called."""
    bills: dict[str, list[Pool]] = {}
    for pool in sorted(pools, key=lambda p: p.name):
        if pool.price.rate is not None and pool.nodes:
            spot = ", spot" if pool.market == "spot" else ""
            bills.setdefault(f"{pool.accelerator}{spot}" if pool.accelerator else pool.name, []).append(pool)
    return bills


def _blended(members: Sequence[Pool], money: Fraction) -> tuple[MoneyRate, str]:
    units = sum(p.nodes * (p.gpus_per_node or 1) for p in members)
    terms = " + ".join(f"{p.nodes} x {p.price.rate}" for p in members)
    return payable(money / units), f"({terms}) / {units} {'GPUs' if members[0].gpus_per_node else 'nodes'}"


def _shares(
    members: Sequence[Pool], workloads: Sequence[PlannedWorkload], room: Mapping[str, NodeRoom]
) -> dict[str, Fraction]:
    """Part of one bill by team. Dominant shares may overlap; they are then scaled to the whole."""
    gpus = Fraction(sum(p.gpus for p in members))
    cpu = sum((room[p.name].cpu.amount * p.nodes for p in members), Fraction(0))
    memory = sum((room[p.name].memory.amount * p.nodes for p in members), Fraction(0))
    asked: dict[str, list[Fraction]] = {}
    for planned in sorted(workloads, key=lambda w: w.id.team):
        pods = sum(planned.pools.get(p.name, 0) for p in members)
        use = asked.setdefault(planned.id.team, [Fraction(0)] * 3)
        for i, part in enumerate(_asks(planned.option.pod)):
            use[i] += pods * part
    shares = {team: _part(g, gpus) + max(_part(c, cpu), _part(m, memory)) for team, (g, c, m) in asked.items()}
    whole = max(Fraction(1), sum(shares.values(), Fraction(0)))
    return {team: share / whole for team, share in shares.items()}


def _asks(pod: PodShape) -> tuple[Fraction, Fraction, Fraction]:
    """GPUs, cores, bytes that a pod pays by: GPUs alone where it has some, for they carry the node's price."""
    if pod.gpus:
        return Fraction(pod.gpus), Fraction(0), Fraction(0)
    return Fraction(0), pod.cpu.amount, pod.memory.amount


def _part(used: Fraction, whole: Fraction) -> Fraction:
    return used / whole if whole else Fraction(0)


def _unpriced(pools: Sequence[Pool], workloads: Sequence[PlannedWorkload]) -> dict[str, tuple[str, ...]]:
    unknown = {p.name for p in pools if p.price.rate is None}
    found: dict[str, set[str]] = {}
    for planned in workloads:
        found.setdefault(planned.id.team, set()).update(unknown & planned.pools.keys())
    return {team: tuple(sorted(names)) for team, names in sorted(found.items()) if names}
