"""The plan of one cluster: every workload sized, all of them packed into nodes together, and proven from below."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import ceil

from tonnage.capacity.asked import Asked, asked_of, idle_of
from tonnage.capacity.budget import exceeded
from tonnage.capacity.cost import Bill, team_costs
from tonnage.capacity.idle import idle_entries, idle_findings, idle_work
from tonnage.capacity.inventory.plan import plan_inventory
from tonnage.capacity.ledger import Entry
from tonnage.capacity.lost import rejections_of
from tonnage.capacity.month import (
    Month,
    cut,
    month_bill,
    month_bound,
    month_entries,
    scaled_total,
    scaling_findings,
    share_of,
    with_phases,
)
from tonnage.capacity.packing.bounds import Bound, lower_bound
from tonnage.capacity.packing.choice import Choice, Search
from tonnage.capacity.packing.complete import Packed
from tonnage.capacity.packing.counts import Counted, counts_of, worst_pending
from tonnage.capacity.packing.firstfit import Held
from tonnage.capacity.packing.groups import Group, group_of
from tonnage.capacity.packing.offers import Shop, shop_of
from tonnage.capacity.packing.phases import Following
from tonnage.capacity.packing.pools import placed_by_pool, pools_of
from tonnage.capacity.packing.promises import (
    PROMISES,
    count_entries,
    held_for,
    node_counts,
    pending_entry,
    promise_findings,
    stock_findings,
    with_extra,
)
from tonnage.capacity.packing.scene import Pending, Scene
from tonnage.capacity.packing.shortfall import on_gpu_nodes, shortfalls
from tonnage.capacity.packing.verify import internal_findings
from tonnage.capacity.packing.words import money_entries, pool_entries, sunk_rate, whole_entries
from tonnage.capacity.profiles import hours_of, profiles_of
from tonnage.capacity.quota import account_use, team_quotas
from tonnage.capacity.result import (
    AccountUse,
    CapacityPlan,
    NodeCount,
    PlannedWorkload,
    Pool,
    RunCost,
    UnusedReservation,
)
from tonnage.catalog.catalog import Catalog
from tonnage.catalog.node_types import NodeType
from tonnage.findings import Finding, ordered
from tonnage.spec.cluster import Cluster, Scheduling
from tonnage.spec.team import Team
from tonnage.units import HOURS_PER_MONTH, Money, MoneyRate, Share

PEAK = "served models with the replicas of their highest phase at all hours"
_MILLION = 1_000_000


@dataclass(frozen=True)
class _Solved:
    """What was decided, before it is told."""

    shop: Shop
    asked: tuple[Asked, ...]
    """Workloads with options, by name."""
    search: Search
    choice: Choice
    bound: Bound | None
    counted: tuple[Counted, ...] | None
    """Nodes under each contract; None: too large to be simulated."""
    pending: Pending | None
    """On the stock scheduler, on the nodes of the packing; None: not tried."""
    month: Month
    scheduling: Scheduling
    """As the cluster declares it."""
    least: Fraction | None
    """A bound of the month's mean, in units; None: nothing is proven."""

    @property
    def packed(self) -> Packed:
        return self.search.packed(self.choice)

    @property
    def extra(self) -> Held:
        """Nodes by offer that the declared contract needs beyond the packing."""
        return held_for(self.counted, self.scheduling, len(self.shop.supply.offers))

    @cached_property
    def counts(self) -> tuple[NodeCount, ...]:
        return node_counts(self.counted, Scene(self.packed, self.groups, self.shop.supply), self.month)

    @cached_property
    def pools(self) -> tuple[Pool, ...]:
        made = pools_of(self.packed, self.groups, self.shop.supply)
        return with_phases(with_extra(made, self.counts, self.scheduling), self.month)

    @property
    def groups(self) -> tuple[Group, ...]:
        return tuple(options[i] for options, i in zip(self.search.ways, self.choice, strict=True))


def plan_capacity(cluster: Cluster, teams: Sequence[Team], catalog: Catalog) -> CapacityPlan:
    """Size and pack everything that runs on a cluster. `teams`: those on it, as they are there.

    Nothing is raised: what cannot be planned is in the plan's findings, the rest is planned. Order means nothing.
    """
    if cluster.node_pools.provisioner == "none":
        return plan_inventory(cluster, teams, catalog)
    shop = shop_of(cluster, catalog)
    asked = asked_of(teams, types := _types(shop), catalog, cluster)
    solved = _solve(shop, tuple(a for a in asked if a.sizing.options), cluster)
    month, names, pools = solved.month, [t.name for t in teams], solved.pools
    workloads = tuple(_planned(solved, i) for i in range(len(solved.asked)))
    unused = tuple(_unused(shop, pools))
    shared = month_bill(month, pools, workloads, unused, names)
    account = account_use(cluster.account_quotas, pools, [(r.spec.instance_type, r.vcpus) for r in shop.reserved])
    lowest, gap = _proof(solved, pools, unused)
    made = CapacityPlan(
        cluster=cluster.name,
        as_of=cluster.as_of,
        pools=pools,
        workloads=workloads,
        quotas=team_quotas(names, workloads),
        costs=team_costs(teams, shared),
        idle=shared.idle,
        total=shared.total,
        lower_bound=lowest,
        gap=gap,
        contract=_contract(cluster),
        account=account,
        unused_reservations=unused,
        unpriced=tuple(sorted({p.instance_type for p in pools if p.price.rate is None})),
        ledger=_ledger(solved, pools, unused, shared),
        findings=ordered(_findings(cluster, solved, asked, account, shared)),
        phases=month.shares,
        runs=tuple(_runs(solved)),
        if_scaled=scaled_total(month, shared.total),
        scheduling=cluster.scheduling,
        counts=solved.counts,
    )
    return _with_idle(made, idle_of(teams, types, catalog, cluster), month)


def _contract(cluster: Cluster) -> str:
    promise = PROMISES[cluster.scheduling]
    return f"{promise}; {PEAK}" if cluster.phases else promise


def _types(shop: Shop) -> list[NodeType]:
    """All node types on offer, by name."""
    nodes = {o.node.name: o.node for o in shop.supply.offers}
    return [nodes[name] for name in sorted(nodes)]


def _with_idle(plan: CapacityPlan, asked: Sequence[Asked], month: Month) -> CapacityPlan:
    """The plan with the work that buys nothing."""
    work = idle_work(asked, month)
    found = (*plan.findings, *(f for a in asked for f in a.findings), *idle_findings(work))
    return replace(plan, idle_work=work, ledger=(*plan.ledger, *idle_entries(work)), findings=ordered(found))


def _solve(shop: Shop, asked: tuple[Asked, ...], cluster: Cluster) -> _Solved:
    supply = shop.supply
    ways = [
        [
            group_of(o, supply, priority=a.priority, surge=a.surge, survive=a.survive == "node", spot=a.spot)
            for o in a.sizing.options
        ]
        for a in asked
    ]
    bound = lower_bound(ways, supply) if ways else None
    search = Search(ways, supply, bound.cost if bound else 0)
    first = search.best([bound.choice] if bound else [])
    profiles = profiles_of(hours_of(cluster), [str(a.id) for a in asked], [a.when for a in asked])
    elastic = [cluster.node_pools.provisioner == "karpenter" and o.market != "reserved" for o in supply.offers]

    def month_of(choice: Choice) -> Month:
        groups = [options[i] for options, i in zip(ways, choice, strict=True)]
        options = [a.sizing.options[i] for a, i in zip(asked, choice, strict=True)]
        return Month(profiles, Following(search.packed(choice), groups, supply, elastic), options)

    months = {c: month_of(c) for c in (search.equals(first) if month_of(first).changes else [first])}
    choice = min(months, key=lambda c: (months[c].cost(), search.packed(c).cost, c))
    month = months[choice]
    least = month_bound(profiles, ways, supply, bound) if search.packed(choice).whole else None
    scene = Scene(search.packed(choice), month.following.groups, supply)
    counted, pending = counts_of(scene), worst_pending(scene)
    return _Solved(shop, asked, search, choice, bound, counted, pending, month, cluster.scheduling, least)


def _planned(solved: _Solved, i: int) -> PlannedWorkload:
    a = solved.asked[i]
    return PlannedWorkload(
        id=a.id,
        kind=a.kind,
        priority=a.priority,
        option=a.sizing.chosen(solved.choice[i]),
        pools=placed_by_pool(solved.packed.packing.stacks, i, solved.shop.supply),
        rejections=(*a.sizing.rejections, *rejections_of(a.sizing.options, i, solved.search, solved.choice)),
        demand=a.demand,
        surge=a.surge,
        survive=a.survive,
    )


def _unused(shop: Shop, pools: Sequence[Pool]) -> Iterator[UnusedReservation]:
    used = {p.reservation: p.nodes for p in pools if p.reservation}
    for r in shop.reserved:
        left = r.spec.count - used.get(r.spec.id, 0)
        if left:
            yield UnusedReservation(r.spec.id, r.spec.instance_type, left, r.price.rate)


def _runs(solved: _Solved) -> Iterator[RunCost]:
    """What each run with a start or an end costs in the month."""
    unknown = {o.name for o in solved.shop.supply.offers if not o.priced}
    for i, a in enumerate(solved.asked):
        if a.when.window is not None:
            part = a.when.window.in_month / HOURS_PER_MONTH
            used = placed_by_pool(solved.packed.packing.stacks, i, solved.shop.supply)
            money = solved.month.cost_of(i) * solved.shop.supply.unit * HOURS_PER_MONTH
            yield RunCost(a.id, share_of(part), None if unknown & used.keys() else Money(cut(money)))


def _proof(
    solved: _Solved, pools: Sequence[Pool], unused: Sequence[UnusedReservation]
) -> tuple[MoneyRate | None, Share | None]:
    """The bound with reservations at full price, and the gap over what is decided; None where nothing is proven."""
    supply = solved.shop.supply
    if solved.least is None:
        return None, None
    least = solved.least * supply.unit
    lowest = MoneyRate(cut(least + sunk_rate(pools, unused)))
    if any(p.price.rate is None for p in pools):
        return lowest, None
    decided = (solved.month.cost() + solved.month.extra_cost(solved.extra)) * supply.unit
    if not least:
        return lowest, None if decided else Share(Fraction(0))
    return lowest, Share(Fraction(ceil((decided / least - 1) * _MILLION), _MILLION))


def _ledger(
    solved: _Solved, pools: Sequence[Pool], unused: Sequence[UnusedReservation], shared: Bill
) -> tuple[Entry, ...]:
    supply, packed = solved.shop.supply, solved.packed
    bound = solved.bound if packed.whole else None
    return (
        *pool_entries(packed, solved.groups, supply, pools),
        *whole_entries(packed, bound, supply, pools, unused),
        *month_entries(solved.month, solved.least),
        *count_entries(solved.counts),
        pending_entry(solved.pending, solved.groups),
        *money_entries(shared),
    )


def _findings(
    cluster: Cluster, solved: _Solved, asked: Sequence[Asked], account: Sequence[AccountUse], shared: Bill
) -> Iterator[Finding]:
    groups, supply = solved.groups, solved.shop.supply
    yield from solved.shop.findings
    for a in asked:
        yield from a.findings
    for a, i in zip(solved.asked, solved.choice, strict=True):
        yield from a.sizing.options[i].findings
    yield from on_gpu_nodes(cluster.name, groups, supply)
    counts = solved.counts
    if cluster.scheduling == "packed":
        pinned = next(c for c in counts if c.scheduling == "pinned")
        yield from stock_findings(cluster.name, solved.pending, groups, pinned)
    yield from promise_findings(cluster.name, cluster.scheduling, counts)
    yield from scaling_findings(cluster.name, solved.month)
    yield from shortfalls(solved.packed, groups, supply)
    yield from exceeded(cluster, account, shared.total)
    yield from internal_findings(cluster.name, solved.packed, groups, supply, solved.extra)
