"""Findings that need several files or the catalogue: what each file by itself cannot show to be wrong."""

from tonnage.catalog.catalog import Catalog
from tonnage.check.adapters import ADAPTERS
from tonnage.check.budgets import budgets
from tonnage.check.clusters import CLUSTER
from tonnage.check.floors import FLOORS
from tonnage.check.inventory import INVENTORY
from tonnage.check.names import names
from tonnage.check.phases import PHASES
from tonnage.check.prices import PRICES
from tonnage.check.reservations import RESERVATIONS
from tonnage.check.rule import ClusterRule, TeamRule
from tonnage.check.supply import SUPPLY
from tonnage.check.workloads import WORKLOADS
from tonnage.findings import Finding, ordered
from tonnage.spec.load import Specs

CLUSTER_RULES: tuple[ClusterRule, ...] = (*CLUSTER, *INVENTORY, *SUPPLY, *RESERVATIONS, *PRICES, *FLOORS)
TEAM_RULES: tuple[TeamRule, ...] = (*WORKLOADS, *ADAPTERS, *PHASES)


def check(specs: Specs, catalog: Catalog) -> tuple[Finding, ...]:
    """Everything that is wrong between specs and catalogue, each once, at its place in a file."""
    found = [*specs.placed([*names(specs), *budgets(specs, catalog)])]
    for name, cluster in sorted(specs.clusters.items()):
        found += specs.placed(f for rule in CLUSTER_RULES for f in rule(cluster, catalog))
        teams = specs.teams.get(name, ())
        found += specs.placed((f for t in teams for rule in TEAM_RULES for f in rule(t, cluster, catalog)), name)
    return ordered(found)
