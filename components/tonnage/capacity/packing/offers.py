"""From a cluster's spec and the catalogue to what may be bought, with every limit that holds over it."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tonnage.capacity.markets import markets_of
from tonnage.capacity.packing.supply import Limit, Offer, Supply
from tonnage.capacity.packing.vectors import kept_vector, room_vector
from tonnage.capacity.quota import counts_against, reserved_vcpus
from tonnage.capacity.result import PricedBy
from tonnage.catalog.allocatable import Room, kept_on, room_of
from tonnage.catalog.catalog import Catalog
from tonnage.catalog.node_types import NodeType, Price
from tonnage.findings import Finding, Severity
from tonnage.names import label
from tonnage.spec.cluster import Cluster, Market, Reservation


@dataclass(frozen=True)
class Reserved:
    """A reservation that holds on the day of the plan."""

    spec: Reservation
    price: PricedBy
    vcpus: int
    """Of all its nodes; 0 where the type is unknown."""


@dataclass(frozen=True)
class Shop:
    """What the cluster may buy, and what it has reserved."""

    supply: Supply
    reserved: tuple[Reserved, ...]
    findings: tuple[Finding, ...]


def shop_of(cluster: Cluster, catalog: Catalog) -> Shop:
    """All offers of a cluster. Types without a known shape are findings, and are not offered."""
    reserved = tuple(_reserved(cluster, catalog))
    findings: list[Finding] = []
    offers: list[Offer] = []
    for name in sorted(set(cluster.node_pools.instance_types)):
        node = catalog.node_types.get(name)
        room = room_of(node, catalog, cluster.platform) if node else "the catalogue does not have it"
        if node is None or isinstance(room, str):
            what = f"{name} is not planned on: {room}"
            where = f"cluster {cluster.name} nodePools.instanceTypes"
            fix = "take another type, or add what is missing to catalog.yaml"
            findings.append(Finding(where, what, fix, Severity.WARNING, code="TN328"))
            continue
        offers += _offers(cluster, node, room, [r for r in reserved if r.spec.instance_type == name])
    findings += _left_idle(cluster, reserved, offers)
    offers.sort(key=lambda o: o.name)
    unit = _unit(offers)
    agents = {o.node.name: kept_vector(kept_on(o.node, catalog)) for o in offers}
    priced = tuple(replace(o, cost=_cost(o, unit), agents=agents[o.node.name]) for o in offers)
    return Shop(Supply(priced, tuple(_limits(cluster, priced, reserved)), unit), reserved, tuple(findings))


def _reserved(cluster: Cluster, catalog: Catalog) -> Iterator[Reserved]:
    live = (r for r in cluster.node_pools.reserved if r.holds_on(cluster.as_of))
    for spec in sorted(live, key=lambda r: (r.instance_type, r.id)):
        node = catalog.node_types.get(spec.instance_type)
        listed = node.price("onDemand", cluster.region) if node else None
        if spec.price is not None:
            price = PricedBy(spec.price, f"stated for reservation {spec.id}", None, sunk=True)
        else:
            price = replace(_priced_by(listed, "onDemand", cluster.region), sunk=True)
        yield Reserved(spec, price, int(node.cpu.amount) * spec.count if node else 0)


def _offers(cluster: Cluster, node: NodeType, room: Room, reserved: Sequence[Reserved]) -> Iterator[Offer]:
    for market in markets_of(cluster, node.name):
        if market == "reserved":
            for r in reserved:
                name = pool_name(node.name, market, r.spec.id if len(reserved) > 1 else None)
                offer = _offer(name, node, market, (r.spec.zone,), room=room, price=r.price)
                yield replace(offer, limit=r.spec.count, reservation=r.spec.id)
        else:
            price = _priced_by(node.price(market, cluster.region), market, cluster.region)
            zones = tuple(sorted(set(cluster.zones)))
            yield _offer(pool_name(node.name, market), node, market, zones, room=room, price=price)


def pool_name(instance_type: str, market: Market, reservation: str | None = None) -> str:
    """p5-48xlarge, p5-48xlarge-reserved; with the reservation's id where a type has several."""
    parts = [instance_type.replace(".", "-").lower(), *([] if market == "onDemand" else [market])]
    return label(*parts, *([reservation] if reservation else []))


def _offer(name: str, node: NodeType, market: str, zones: tuple[str, ...], *, room: Room, price: PricedBy) -> Offer:
    words = f"{room.words} ({room.source})"
    return Offer(name, node, market, zones, room_vector(room), words, price, cost=0)


def _priced_by(price: Price | None, market: str, region: str | None) -> PricedBy:
    if price is None:
        return PricedBy(None, f"no {market} price in {region or 'an unknown region'} is known", None)
    return PricedBy(price.rate, price.source.title, price.as_of)


def _unit(offers: Sequence[Offer]) -> Fraction:
    """The largest amount that every price to be decided on is a whole multiple of."""
    amounts = [o.price.rate.amount for o in offers if o.price.rate is not None and not o.price.sunk]
    below = math.lcm(1, *(a.denominator for a in amounts))
    return Fraction(math.gcd(*(int(a * below) for a in amounts)) or 1, below)


def _cost(offer: Offer, unit: Fraction) -> int:
    return 0 if offer.price.rate is None or offer.price.sunk else int(offer.price.rate.amount / unit)


def _limits(cluster: Cluster, offers: Sequence[Offer], reserved: Sequence[Reserved]) -> Iterator[Limit]:
    gpus = cluster.node_pools.limits.gpus
    if gpus is not None:
        weights = tuple(o.node.gpus for o in offers)
        where = f"cluster {cluster.name} nodePools.limits.gpus"
        yield Limit(where, "limits.gpus", "GPUs", gpus, gpus, weights)
    held = [(r.spec.instance_type, r.vcpus) for r in reserved]
    for quota in sorted(cluster.account_quotas, key=lambda q: q.name):
        weights = tuple(
            int(o.node.cpu.amount) if o.market != "reserved" and counts_against(quota, o.node.name, o.market) else 0
            for o in offers
        )
        taken = reserved_vcpus(quota, held)
        left = max(0, quota.vcpus - taken)
        where = f"cluster {cluster.name} accountQuotas"
        yield Limit(where, f"account quota {quota.name!r}", "vCPUs", left, quota.vcpus, weights, taken)


def _left_idle(cluster: Cluster, reserved: Sequence[Reserved], offers: Sequence[Offer]) -> Iterator[Finding]:
    used = {o.reservation for o in offers}
    for r in reserved:
        if r.spec.id not in used:
            what = f"{r.spec.count} x {r.spec.instance_type} of {r.spec.id} are paid for, but no pool may use them"
            fix = f"list {r.spec.instance_type} under instanceTypes, and reserved among its markets"
            yield Finding(f"cluster {cluster.name} nodePools.reserved", what, fix, Severity.WARNING, code="TN327")
