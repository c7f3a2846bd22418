"""Whether budgets mean anything beside the limits of the clusters."""

from collections.abc import Iterator
from fractions import Fraction

from tonnage.findings import Finding, Severity
from tonnage.spec.load import Specs
from tonnage.units import MoneyRate


def budgets(specs: Specs) -> Iterator[Finding]:
    """Budgets that the clusters of a team would never let it reach."""
    teams = {team.name: team for teams in specs.teams.values() for team in teams}
    for name, team in sorted(teams.items()):
        on = [c for c in sorted(specs.clusters) if any(t.name == name for t in specs.teams.get(c, ()))]
        limits = [specs.clusters[c].node_pools.limits.cost for c in on]
        known = [limit for limit in limits if limit is not None]
        if team.budget is None or not known or len(known) < len(limits):
            continue
        allowed = MoneyRate(sum((limit.amount for limit in known), Fraction(0)))
        if team.budget > allowed:
            what = f"{team.budget} is over the {allowed} that {' and '.join(on)} may cost"
            fix = "lower the budget, or raise limits.cost"
            yield Finding(f"team {name} budget", what, fix, Severity.WARNING, code="TN250")
