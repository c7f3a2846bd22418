"""Whether budgets and limits mean anything beside each other, and beside what is paid for already."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from tonnage.catalog.catalog import Catalog
from tonnage.findings import Finding, Severity
from tonnage.spec.cluster import Cluster, Reservation
from tonnage.spec.load import Specs
from tonnage.units import MoneyRate


def budgets(specs: Specs, catalog: Catalog) -> Iterator[Finding]:
    """Budgets that the clusters of a team would never let it reach, and reservations beyond limits and budgets."""
    yield from _unreachable(specs)
    for _, cluster in sorted(specs.clusters.items()):
        yield from _committed(cluster, specs, catalog)


def _unreachable(specs: Specs) -> Iterator[Finding]:
    teams = {team.name: team for teams in specs.teams.values() for team in teams}
    for name, team in sorted(teams.items()):
        # of a cluster whose file is wrong, nobody knows the limit
        limits = [specs.clusters[c].node_pools.limits.cost if c in specs.clusters else None for c in team.clusters]
        allowed = _sum(limits)
        if team.budget is not None and allowed is not None and team.budget > allowed:
            what = f"{team.budget} is over the {allowed} that {' and '.join(sorted(team.clusters))} may cost"
            fix = "lower the budget, or raise limits.cost"
            yield Finding(f"team {name} budget", what, fix, Severity.WARNING, code="TN250")


def _committed(cluster: Cluster, specs: Specs, catalog: Catalog) -> Iterator[Finding]:
    """Nodes that are reserved are paid for, whatever runs there. Those without a price are left out: it may be more."""
    pools, at = cluster.node_pools, f"cluster {cluster.name} nodePools"
    prices = [(_price(cluster, r, catalog), r.count) for r in pools.reserved if r.holds_on(cluster.as_of)]
    paid = MoneyRate(sum((price.amount * count for price, count in prices if price is not None), Fraction(0)))
    limit = pools.limits.cost
    if limit is not None and paid > limit:
        what = f"reserved nodes alone cost {_said(paid)}, limits.cost is {limit}"
        yield Finding(f"{at}.limits.cost", what, "raise it, or give reservations up", code="TN251")
    teams = specs.teams.get(cluster.name, ())
    together = _sum(t.budget for t in teams) if teams else None
    if together is not None and paid > together:
        names = ", ".join(t.name for t in teams)
        what = f"reserved nodes alone cost {_said(paid)}, the budgets of {names} together are {_said(together)}"
        yield Finding(f"{at}.reserved", what, "raise a budget, or give reservations up", Severity.WARNING, code="TN252")


def _price(cluster: Cluster, reserved: Reservation, catalog: Catalog) -> MoneyRate | None:
    """What one node costs: as stated, or else as on demand."""
    node = catalog.node_types.get(reserved.instance_type)
    listed = node.price("onDemand", cluster.region) if node is not None else None
    return reserved.price or (listed.rate if listed is not None else None)


def _sum(amounts: Iterable[MoneyRate | None]) -> MoneyRate | None:
    """None where one of them is not known, or there are none."""
    known = list(amounts)
    told = [amount.amount for amount in known if amount is not None]
    return MoneyRate(sum(told, Fraction(0))) if told and len(told) == len(known) else None


def _said(rate: MoneyRate) -> str:
    return f"{round(rate.per_month.amount):,} USD/month"
