"""Teams over their budget, over all clusters together."""

from collections.abc import Sequence
from fractions import Fraction

from tonnage.capacity.packing.dollars import monthly
from tonnage.capacity.result import CapacityPlan
from tonnage.findings import Finding
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
