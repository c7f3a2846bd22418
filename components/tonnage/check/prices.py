"""How old list prices are: money that is planned with an old price is said aloud, not corrected."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from tonnage.catalog.catalog import Catalog
from tonnage.catalog.node_types import NodeType, Price
from tonnage.check.rule import CLOUD_OF, ClusterRule
from tonnage.findings import Finding, Severity
from tonnage.spec.cluster import Cluster

FRESH = timedelta(days=30)
REFRESHED = ("aws", "azure", "gcp")
"""Clouds whose price lists `tonnage catalog refresh` reads."""


def _ages(cluster: Cluster, catalog: Catalog) -> Iterator[Finding]:
    """At most one finding for old prices and one for prices from after the day of the plan."""
    known = (catalog.node_types.get(name) for name in dict.fromkeys(cluster.node_pools.instance_types))
    priced = [(n.name, p) for n in known if n is not None for p in n.prices if p.region == cluster.region]
    cloud = CLOUD_OF.get(cluster.platform)
    command = f"run `tonnage catalog refresh {cloud} --region {cluster.region}`, or " if cloud in REFRESHED else ""
    yield from _aged(f"cluster {cluster.name}", priced, cluster.as_of, f"{command}state your prices in catalog.yaml")


def ages_by_cloud(nodes: Iterable[NodeType], as_of: date) -> tuple[Finding, ...]:
    """As for a cluster, over all prices of each cloud."""
    found: list[Finding] = []
    kept = sorted(nodes, key=lambda n: n.name)
    for cloud in sorted({n.cloud for n in kept}):
        priced = [(n.name, p) for n in kept if n.cloud == cloud for p in n.prices]
        command = f"run `tonnage catalog refresh {cloud}`, or " if cloud in REFRESHED else ""
        found += _aged(f"prices of {cloud}", priced, as_of, f"{command}state your prices in catalog.yaml")
    return tuple(found)


def _aged(where: str, priced: list[tuple[str, Price]], as_of: date, fix: str) -> Iterator[Finding]:
    by_day = sorted(priced, key=lambda each: (each[1].as_of, each[0], each[1].market))
    old = [each for each in by_day if as_of - each[1].as_of > FRESH]
    if old:
        name, price = old[0]
        what = (
            f"{_counted(len(old), len(by_day))} older than {FRESH.days} days on {as_of}:"
            f" that of {name} is of {price.as_of}, {(as_of - price.as_of).days} days before"
        )
        yield Finding(where, what, fix, Severity.WARNING, code="TN260")
    if by_day and by_day[-1][1].as_of > as_of:
        name, price = by_day[-1]
        what = f"the price of {name} is of {price.as_of}, after {as_of}"
        yield Finding(where, what, "correct asOf, or the day of the price", Severity.WARNING, code="TN261")


def _counted(some: int, whole: int) -> str:
    return f"{some} of {whole} list prices {'is' if some == 1 else 'are'}"


PRICES: tuple[ClusterRule, ...] = (_ages,)
"""Rules over prices."""
