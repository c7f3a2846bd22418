"""Whether phases that a team speaks of are phases of the cluster, and whether every one of them has its load."""

from collections.abc import Iterator, Mapping

from tonnage.catalog.catalog import Catalog
from tonnage.check.rule import TeamRule
from tonnage.files.paths import dotted
from tonnage.findings import Finding
from tonnage.spec.cluster import Cluster
from tonnage.spec.suggest import instead
from tonnage.spec.team import Team


def _loads(team: Team, cluster: Cluster, _: Catalog) -> Iterator[Finding]:
    for s in team.serving:
        requests = s.traffic.requests
        if not isinstance(requests, Mapping):
            continue
        at = f"{team.name}/{s.name}"
        unknown = [p for p in requests if p not in cluster.phases]
        for phase in unknown:
            yield _unknown(f"{at} {dotted(('traffic', 'requests', phase))}", phase, cluster)
        missing = [p for p in cluster.phases if p not in requests]
        # with a phase unknown, what is missing is most likely what was meant by it
        if missing and not unknown:
            what = f"says nothing of {', '.join(missing)} of {cluster.name}"
            yield Finding(f"{at} traffic.requests", what, f"add {missing[0]}, such as {missing[0]}: 0/s", code="TN246")


def _times(team: Team, cluster: Cluster, _: Catalog) -> Iterator[Finding]:
    for b in team.batch:
        if b.when is not None and b.when not in cluster.phases:
            yield _unknown(f"{team.name}/{b.name} when", b.when, cluster)


def _unknown(where: str, phase: str, cluster: Cluster) -> Finding:
    known = ", ".join(sorted(cluster.phases))
    otherwise = f"name one of {known}" if known else f"add phases to {cluster.name}, or say it without"
    return Finding(
        where, f"{cluster.name} has no phase '{phase}'", instead(phase, cluster.phases, otherwise), code="TN245"
    )


PHASES: tuple[TeamRule, ...] = (_loads, _times)
"""Rules over phases."""
