"""Shrinking without loss: what the plan before had stands until it is released.

Two stacks cannot be applied at one moment. If the platform's took nodes away, or a team's quota, while pods of the
plan before still run there, the order of two `pulumi up` would decide what survives. So a shrink takes two steps: a
plan that keeps what it no longer needs and says so, and, when the teams' stacks have moved away, one that lets it go.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from tonnage.capacity.inventory.stock import MARKET as EXISTING
from tonnage.capacity.month import cut
from tonnage.capacity.quota import counts_against
from tonnage.capacity.releasing_words import releasing_entries, releasing_findings
from tonnage.capacity.result import AccountUse, CapacityPlan, Pool, TeamQuota, UnusedReservation
from tonnage.catalog.catalog import Catalog
from tonnage.findings import ordered
from tonnage.spec.cluster import Cluster
from tonnage.units import Cpu, Memory, MoneyRate, Share

_BILLION = 10**9


def kept(plan: CapacityPlan, before: CapacityPlan, cluster: Cluster, catalog: Catalog) -> CapacityPlan:
    """The plan, with all nodes and quotas of the one before that it needs no more, marked as releasing.

    No pool has fewer nodes than before, no team that stays a smaller quota or fewer tiers; growth stands as planned.
    Placements are those of `plan`: nothing is planned onto releasing nodes. Nodes that exist already are not ours.
    """
    if cluster.node_pools.provisioner == "none":
        return plan
    former = {p.name: p for p in before.pools if p.market != EXISTING}
    fresh = {p.name: p for p in plan.pools}
    names = sorted({*fresh, *former})
    pools = tuple(_pool(fresh.get(n) or _gone(former[n]), former.get(n), plan.phases) for n in names)
    quotas = {team: _most(quota, before.quotas.get(team)) for team, quota in plan.quotas.items()}
    after = {team: quota for team, quota in plan.quotas.items() if quotas[team] != quota}
    tiers = {team: _tiers(before, team) - _tiers(plan, team) for team in plan.quotas}
    releasing = tuple(p for p in pools if p.releasing)
    if not releasing and not after and not any(tiers.values()):
        return plan
    money = sum((_money(p, fresh.get(p.name), cluster) for p in releasing), Fraction(0))
    made = replace(
        plan,
        pools=pools,
        quotas=quotas,
        after_release=after,
        former_tiers={team: tuple(sorted(former)) for team, former in tiers.items() if former},
        releasing=MoneyRate(money) if any(p.price.rate is not None for p in releasing) else None,
        total=MoneyRate(plan.total.amount + money),
        if_scaled=MoneyRate(plan.if_scaled.amount + money) if plan.if_scaled is not None else None,
        account=tuple(_account(use, releasing, cluster) for use in plan.account),
        unused_reservations=tuple(_unused(plan.unused_reservations, releasing)),
        unpriced=tuple(sorted({*plan.unpriced, *(p.instance_type for p in releasing if p.price.rate is None)})),
    )
    return replace(
        made,
        ledger=(*plan.ledger, *releasing_entries(made)),
        findings=ordered([*plan.findings, *releasing_findings(made, cluster, catalog)]),
    )


def released(before: CapacityPlan) -> CapacityPlan:
    """A plan as the one before, without what it has marked as releasing. What is kept beyond it was never announced."""
    pools = (replace(p, releasing=0) for p in before.pools)
    return replace(
        before,
        pools=tuple(p for p in pools if p.nodes),
        quotas={**before.quotas, **before.after_release},
        after_release={},
        former_tiers={},
    )


def _gone(before: Pool) -> Pool:
    """A pool that the plan no longer has."""
    return Pool(
        name=before.name,
        instance_type=before.instance_type,
        accelerator=before.accelerator,
        gpus_per_node=before.gpus_per_node,
        market=before.market,
        zones=before.zones,
        count=0,
        spares=0,
        price=before.price,
        patterns=(),
        alternates=before.alternates,
        reservation=before.reservation,
        vcpus_per_node=before.vcpus_per_node,
    )


def _pool(fresh: Pool, before: Pool | None, phases: Mapping[str, Share]) -> Pool:
    """The pool with at least the nodes that it had.

    They stand in the hours in which they stood: what a run had for three days is not paid for a month.
    """
    if before is None or before.nodes <= fresh.nodes:
        return fresh
    made = replace(fresh, releasing=before.nodes - fresh.nodes)
    if before.paid is None and not before.by_phase:
        return replace(made, by_phase={}, paid=None)
    least = max(_paid(fresh), _paid(before))
    by_phase: dict[str, int] = {}
    if before.by_phase.keys() == phases.keys():
        by_phase = {p: max(fresh.by_phase.get(p, fresh.nodes), n) for p, n in before.by_phase.items()}
        least = max(least, sum((phases[p].amount * n for p, n in by_phase.items()), Fraction(0)))
    return replace(made, by_phase=by_phase, paid=Share(cut(least / made.nodes, _BILLION)))


def _paid(pool: Pool) -> Fraction:
    """Nodes that are paid for, as a mean over the month."""
    return pool.nodes * (Fraction(1) if pool.paid is None else pool.paid.amount)


def _most(quota: TeamQuota, before: TeamQuota | None) -> TeamQuota:
    if before is None:
        return quota
    return TeamQuota(
        gpus={a: max(quota.gpus.get(a, 0), before.gpus.get(a, 0)) for a in sorted({*quota.gpus, *before.gpus})},
        cpu=Cpu(max(quota.cpu.amount, before.cpu.amount)),
        memory=Memory(max(quota.memory.amount, before.memory.amount)),
        pods=max(quota.pods, before.pods),
    )


def _tiers(plan: CapacityPlan, team: str) -> set[str]:
    """Tiers that pods of a team may have."""
    planned = {w.priority for w in plan.workloads if w.id.team == team}
    idle = {w.priority for w in plan.idle_work if w.id.team == team}
    return planned | idle | {*plan.former_tiers.get(team, ())}


def _money(pool: Pool, fresh: Pool | None, cluster: Cluster) -> Fraction:
    """Dollars per hour that its releasing nodes add to the bill; 0 where the price is unknown, which is said apart."""
    if pool.price.rate is None:
        return Fraction(0)
    if pool.reservation is not None:
        return cut(pool.price.rate.amount * _beyond(pool, cluster))
    return cut(pool.price.rate.amount * (_paid(pool) - (_paid(fresh) if fresh else 0)))


def _beyond(pool: Pool, cluster: Cluster) -> int:
    """Releasing nodes that no reservation pays anyhow."""
    stated = (r.count for r in cluster.node_pools.reserved if r.id == pool.reservation and r.holds_on(cluster.as_of))
    return min(pool.releasing, max(0, pool.nodes - sum(stated)))


def _account(use: AccountUse, releasing: Sequence[Pool], cluster: Cluster) -> AccountUse:
    """Releasing nodes use the account's quota as all nodes do; what reservations hold of it is counted already."""
    quota = next(q for q in cluster.account_quotas if q.name == use.name)
    more = sum(
        p.vcpus_per_node * (p.releasing if p.reservation is None else _beyond(p, cluster))
        for p in releasing
        if counts_against(quota, p.instance_type, p.market)
    )
    return replace(use, used_vcpus=use.used_vcpus + more)


def _unused(unused: Sequence[UnusedReservation], releasing: Sequence[Pool]) -> Iterator[UnusedReservation]:
    """Reserved nodes that neither the plan nor a releasing pool has."""
    for one in unused:
        left = one.nodes - sum(p.releasing for p in releasing if p.reservation == one.id)
        if left > 0:
            yield replace(one, nodes=left)
