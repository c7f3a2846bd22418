"""Money and vCPUs beyond what was allowed: of teams, over all clusters together; of one cluster."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from tonnage.capacity.packing.dollars import monthly
from tonnage.capacity.result import AccountUse, CapacityPlan
from tonnage.findings import Finding
from tonnage.spec.cluster import Cluster
from tonnage.spec.team import Team
from tonnage.units import MoneyRate


def budget_findings(plans: Sequence[CapacityPlan], teams: Sequence[Team]) -> tuple[Finding, ...]:
    """An error for each team whose part of all plans is over its budget; a team may stand in `teams` once a cluster."""
    budgets = {team.name: team.budget for team in teams if team.budget is not None}
    found = []
    for name, budget in sorted(budgets.items()):
        costs = [plan.costs[name] for plan in plans if name in plan.costs]
        spent = MoneyRate(sum((c.rate.amount for c in costs), Fraction(0)))
        if spent > budget:
            atleast = "at least " if any(c.unpriced for c in costs) else ""
            what = f"would reach {atleast}{monthly(spent).removesuffix(' a month')} of {monthly(budget)}"
            found.append(Finding(f"team {name} budget", what, _way_out(name, plans), code="TN325"))
    return tuple(found)


def _way_out(team: str, plans: Sequence[CapacityPlan]) -> str:
    """Where most of the money goes, by GPUs, or by pods where the team uses none."""
    sizes = [
        ((w.option.pod.gpus * w.option.replicas, w.option.replicas), str(w.id), plan.cluster)
        for plan in plans
        for w in plan.workloads
        if w.id.team == team
    ]
    if not sizes:
        return "raise the budget"
    (gpus, pods), name, cluster = max(sizes, key=lambda s: (s[0], s[1], s[2]))
    size = f"{gpus} GPUs" if gpus else f"{pods} pods"
    return f"raise the budget, or lower the load or relax the limits of {name}, the largest part ({size} on {cluster})"


def exceeded(cluster: Cluster, account: Sequence[AccountUse], total: MoneyRate) -> Iterator[Finding]:
    """Account quotas that reservations alone exceed, and a total above limits.cost."""
    for use in account:
        if use.used_vcpus > use.limit_vcpus:
            where = f"cluster {cluster.name} accountQuotas"
            held = f"allows {use.limit_vcpus} vCPUs; reservations alone hold {use.used_vcpus}"
            fix = "raise the quota or correct the reservations"
            yield Finding(where, f"account quota {use.name!r} {held}", fix, code="TN326")
    cost = cluster.node_pools.limits.cost
    if cost is not None and total > cost:
        what = f"the plan costs {monthly(total)}, limits.cost is {monthly(cost)}"
        fix = "raise the limit, or lower the load of what costs most"
        yield Finding(f"cluster {cluster.name} nodePools.limits.cost", what, fix, code="TN324")
