"""The plan of a cluster whose nodes exist already: what fits, by tier; what is short; what would have to go."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tonnage.capacity.asked import Asked, asked_of
from tonnage.capacity.cost import Bill, bill, team_costs
from tonnage.capacity.inventory.drops import Drops
from tonnage.capacity.inventory.settle import Settled, settle
from tonnage.capacity.inventory.short import all_drops, loss_findings, short_entries, shortfalls
from tonnage.capacity.inventory.stock import Stock, stock_of
from tonnage.capacity.inventory.wanted import Wanted, unbeatable
from tonnage.capacity.ledger import Entry
from tonnage.capacity.lost import named
from tonnage.capacity.packing.complete import Packed, Rule
from tonnage.capacity.packing.counts import worst_pending
from tonnage.capacity.packing.firstfit import Packing
from tonnage.capacity.packing.groups import Group, group_of
from tonnage.capacity.packing.pools import placed_by_pool, pools_of, rooms_of
from tonnage.capacity.packing.promises import pending_entry, stock_findings
from tonnage.capacity.packing.scene import Pending, Scene
from tonnage.capacity.packing.shortfall import no_room, on_gpu_nodes
from tonnage.capacity.packing.vectors import GPU
from tonnage.capacity.packing.verify import internal_findings
from tonnage.capacity.packing.words import money_entries, room_entry
from tonnage.capacity.quota import team_quotas
from tonnage.capacity.result import CapacityPlan, PlannedWorkload, Pool, Rejection
from tonnage.catalog.catalog import Catalog
from tonnage.findings import Finding, Severity, ordered
from tonnage.spec.cluster import Cluster
from tonnage.spec.team import Team

CONTRACT = (
    "pods pinned to the labels of their nodes, the scheduler fills nodes in use first (MostAllocated, GPUs weighted"
    " highest), larger pods admitted first, nothing else runs on the nodes"
)


@dataclass(frozen=True)
class _Decided:
    """What was decided, before it is told."""

    cluster: Cluster
    stock: Stock
    asked: tuple[Asked, ...]
    """Workloads with options, by name."""
    wanted: tuple[Wanted, ...]
    survive: tuple[str, ...]
    settled: Settled
    drops: tuple[Drops, ...]

    @property
    def groups(self) -> tuple[Group, ...]:
        return self.settled.placement.groups(self.wanted)

    @property
    def packed(self) -> Packed:
        """In the form that everything after packing reads; nodes without pods are the spares."""
        placement = self.settled.placement
        unplaced = tuple(g.count - n for g, n in zip(self.groups, placement.placed, strict=True))
        used = [sum(s.nodes for s in placement.stacks if s.offer == i) for i in range(len(self.stock.counts))]
        spares = tuple(n - u for n, u in zip(self.stock.counts, used, strict=True))
        nothing = (0,) * len(spares)
        return Packed(Packing(placement.stacks, unplaced), spares, nothing, ((), 0, 0, 0), Rule((), "", ahead=False))


def plan_inventory(cluster: Cluster, teams: Sequence[Team], catalog: Catalog) -> CapacityPlan:
    """Place everything that runs on a cluster on the nodes that it has. `teams`: those on it, as they are there.

    Every block of nodes is a pool of the plan, whether used or not: `count` nodes hold pods, `spares` are free.
    """
    stock = stock_of(cluster, catalog)
    asked = asked_of(teams, [o.node for o in stock.supply.offers], catalog, cluster)
    decided = _decide(cluster, stock, tuple(a for a in asked if a.sizing.options), _survival(teams))
    packed = decided.packed
    pending = worst_pending(Scene(packed, decided.groups, stock.supply))
    pools = pools_of(packed, decided.groups, stock.supply)
    workloads = tuple(_planned(decided, i, packed) for i in range(len(decided.asked)))
    shared = bill(pools, workloads, rooms_of(stock.supply), (), [t.name for t in teams])
    return CapacityPlan(
        cluster=cluster.name,
        as_of=cluster.as_of,
        pools=pools,
        workloads=workloads,
        quotas=team_quotas([t.name for t in teams], workloads),
        costs=team_costs(teams, shared),
        idle=shared.idle,
        total=shared.total,
        lower_bound=None,
        gap=None,
        contract=CONTRACT,
        account=(),
        unused_reservations=(),
        unpriced=tuple(sorted(p.instance_type for p in pools if p.price.rate is None)),
        ledger=tuple(_ledger(decided, pending, pools, shared)),
        findings=ordered(_findings(decided, packed, pending, asked)),
    )


def _survival(teams: Sequence[Team]) -> dict[str, str]:
    return {f"{t.name}/{s.name}": s.survive for t in teams for s in t.serving}


def _decide(cluster: Cluster, stock: Stock, asked: tuple[Asked, ...], stated: dict[str, str]) -> _Decided:
    survive = tuple("nothing" if a.survive == "nothing" else _loss(stated.get(str(a.id), "node")) for a in asked)
    wanted = tuple(
        Wanted(
            str(a.id),
            tuple(
                group_of(o, stock.supply, priority=a.priority, surge=a.surge, survive=loss != "nothing", spot=a.spot)
                for o in a.sizing.options
            ),
        )
        for a, loss in zip(asked, survive, strict=True)
    )
    settled = settle(wanted, survive, stock)
    return _Decided(cluster, stock, asked, wanted, survive, settled, all_drops(settled.placement, wanted, stock))


def _loss(stated: str) -> str:
    """What is judged: the loss of a zone is taken for that of a node, and said so where the workload is read."""
    return "rack" if stated == "rack" else "node"


def _planned(decided: _Decided, i: int, packed: Packed) -> PlannedWorkload:
    a = decided.asked[i]
    return PlannedWorkload(
        id=a.id,
        kind=a.kind,
        priority=a.priority,
        option=a.sizing.chosen(decided.settled.placement.choice[i]),
        pools=placed_by_pool(packed.packing.stacks, i, decided.stock.supply),
        rejections=(*a.sizing.rejections, *_lost(decided, i)),
        demand=a.demand,
        surge=a.surge,
        survive=decided.survive[i],
    )


def _lost(decided: _Decided, i: int) -> Iterator[Rejection]:
    chosen = decided.groups[i]
    for option, group in zip(decided.asked[i].sizing.options, decided.wanted[i].options, strict=True):
        if group is chosen:
            continue
        what = named(option)
        gpus, here = group.count * group.need[GPU], chosen.count * chosen.need[GPU]
        if not any(group.per_node):
            why = f"its pods fit no node: {no_room(group, decided.stock.supply)}"
        elif gpus > here:
            why = f"it takes {gpus} GPUs, the chosen layout {here}"
        else:
            why = f"with its {gpus} GPUs less of all demand found a place, or as much did"
        yield Rejection(what, why)


def _ledger(decided: _Decided, pending: Pending | None, pools: Sequence[Pool], shared: Bill) -> Iterator[Entry]:
    for pool, offer in zip(pools, decided.stock.supply.offers, strict=True):
        formula = f"{pool.count} with pods + {pool.spares} free, as stated"
        yield Entry(f"nodes of {pool.name}", str(pool.nodes), formula, offer.node.source.title)
        yield room_entry(offer)
    yield _proof(decided)
    yield from short_entries(decided.settled.placement, decided.wanted, decided.drops, decided.settled.verdict)
    yield pending_entry(pending, decided.groups)
    if any(p.price.rate for p in pools):
        yield from money_entries(shared)


def _proof(decided: _Decided) -> Entry:
    placement, name = decided.settled.placement, "proof of the placement"
    if not placement.proven:
        return Entry(name, "not proven optimal", "first fit in three orders, options exchanged", "")
    whole = unbeatable(placement, decided.wanted)
    how = "everything is placed, each workload in its smallest layout" if whole else "all patterns, solved to the end"
    return Entry(name, "no other places more by tier, or as much with fewer GPUs", how, "")


def _findings(decided: _Decided, packed: Packed, pending: Pending | None, asked: Sequence[Asked]) -> Iterator[Finding]:
    cluster, stock, groups = decided.cluster, decided.stock, decided.groups
    placement = decided.settled.placement
    yield from stock.findings
    racks = {f"{w.name} survive" for w, s in zip(decided.wanted, decided.survive, strict=True) if s == "rack"}
    for a in asked:
        yield from (f for f in a.findings if f.where not in racks)
    for a, i in zip(decided.asked, placement.choice, strict=True):
        yield from a.sizing.options[i].findings
    if not placement.proven:
        what = "the placement is not proven optimal: too many kinds of pods, or a loss that it was made to survive"
        yield Finding(f"cluster {cluster.name}", what, "fewer layouts make it exact", Severity.INFO, code="TN355")
    yield from on_gpu_nodes(cluster.name, groups, stock.supply)
    yield from stock_findings(cluster.name, pending, groups)
    yield from shortfalls(placement, decided.wanted, stock, decided.drops)
    yield from loss_findings(decided.settled.verdict, placement, decided.wanted, decided.survive, stock)
    yield from internal_findings(cluster.name, packed, groups, stock.supply)
