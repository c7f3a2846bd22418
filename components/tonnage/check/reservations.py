"""Whether reservations can be used: their type, zone and dates, and the markets that ask for them."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from tonnage.catalog.catalog import Catalog
from tonnage.check.rule import ClusterRule, again
from tonnage.files.paths import dotted
from tonnage.findings import Finding, Severity
from tonnage.spec.cluster import Cluster
from tonnage.spec.suggest import instead


def _reserved(cluster: Cluster, _: Catalog) -> Iterator[Finding]:
    pools = cluster.node_pools
    for i, r in enumerate(pools.reserved):
        at = f"cluster {cluster.name} nodePools.reserved[{i}]"
        if r.instance_type not in pools.instance_types:
            fix = instead(r.instance_type, pools.instance_types, "list it under instanceTypes")
            yield Finding(
                f"{at}.instanceType", f"'{r.instance_type}' is not among the cluster's types", fix, code="TN213"
            )
        if r.zone not in cluster.zones:
            fix = instead(r.zone, cluster.zones, "add it to zones")
            yield Finding(f"{at}.zone", f"'{r.zone}' is not among the cluster's zones", fix, code="TN214")
        if r.until is None and r.kind == "capacityBlock":
            yield Finding(at, f"{r.id} is a capacity block, and when it ends is not said", "add until", code="TN215")
        if not r.holds_on(cluster.as_of):
            what = f"{r.id} has ended when the plan is made ({cluster.as_of}): it counts for nothing"
            yield Finding(f"{at}.until", what, "drop it, or correct the day", Severity.WARNING, code="TN216")


def _ids(cluster: Cluster, _: Catalog) -> Iterator[Finding]:
    for i, name in again(r.id for r in cluster.node_pools.reserved):
        where = f"cluster {cluster.name} nodePools.reserved[{i}].id"
        yield Finding(
            where, f"'{name}' is listed twice: its nodes would count twice", "keep one of the two", code="TN209"
        )


def _asked_for(cluster: Cluster, _: Catalog) -> Iterator[Finding]:
    """A type that may only be reserved, though nothing of it is: no node of it would ever come."""
    pools = cluster.node_pools
    held = {r.instance_type for r in pools.reserved}
    for pattern, markets in pools.markets.items():
        bare = sorted(t for t in set(pools.instance_types) - held if fnmatchcase(t, pattern))
        if set(markets) == {"reserved"} and bare:
            what = f"lets {bare[0]} be used only where it is reserved, and nothing of it is"
            where = f"cluster {cluster.name} {dotted(('nodePools', 'markets', pattern))}"
            yield Finding(where, what, "add the reservation, or another market", Severity.WARNING, code="TN217")


RESERVATIONS: tuple[ClusterRule, ...] = (_reserved, _ids, _asked_for)
"""Rules over what is paid for already."""
