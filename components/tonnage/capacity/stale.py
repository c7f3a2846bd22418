"""Whether plan files still say what the specs ask for. Each role looks at its own slice only."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from tonnage.capacity.digest import cluster_digest, ground_digest, team_digest
from tonnage.capacity.result import PlannedWorkload
from tonnage.capacity.stored import PlanFiles
from tonnage.findings import Finding
from tonnage.spec.cluster import Cluster
from tonnage.spec.team import Team

Role = Literal["platform", "team"]
COMMAND = "tonnage plan --write"
_FIX = f"run `{COMMAND}` and commit the result"


def stale(
    files: PlanFiles, cluster: Cluster, teams: Sequence[Team], role: Role, team: str | None = None
) -> tuple[Finding, ...]:
    """Errors where the slice of a role no longer follows from the specs; none means it may be declared.

    `teams` are those on the cluster, as they are there. A team's stack looks at its own file; the platform's
    looks at the pools, and whether the teams' files place the pods that the pools were made for.
    """
    if role == "team":
        own = next((t for t in teams if t.name == team), None)
        return tuple(_stale_team(files, cluster, own, team or ""))
    return (*_stale_pools(files, cluster, teams), *_disagreements(files))


def _stale_team(files: PlanFiles, cluster: Cluster, team: Team | None, name: str) -> Iterator[Finding]:
    where = f"plan of {name} on {cluster.name}"
    stored = files.teams.get(name)
    if team is None:
        yield Finding(
            where,
            f"no team {name!r} runs on {cluster.name}",
            "correct tonnage:team in the stack's config",
            code="TN602",
        )
    elif stored is None:
        yield Finding(where, "there is no plan file for the team", _FIX, code="TN341")
    else:
        if stored.digests.team != team_digest(team):
            yield Finding(where, "the team's spec has changed since it was planned", _FIX, code="TN341")
        if stored.digests.ground != ground_digest(cluster):
            yield Finding(where, "the cluster's spec has changed in what the team rests on", _FIX, code="TN341")
        known = {p.name for p in files.pools.pools}
        for workload, planned in sorted(stored.workloads.items()):
            if unknown := ", ".join(sorted(planned.pools.keys() - known)):
                yield Finding(
                    where,
                    f"{workload} is placed on {unknown}, which the cluster's plan does not hold",
                    _FIX,
                    code="TN342",
                )


def _stale_pools(files: PlanFiles, cluster: Cluster, teams: Sequence[Team]) -> Iterator[Finding]:
    where = f"plan of {cluster.name}"
    made = files.pools.digests
    now = {t.name: team_digest(t) for t in teams}
    if made.cluster != cluster_digest(cluster):
        yield Finding(where, "the cluster's spec has changed since it was planned", _FIX, code="TN341")
    for name in sorted(now.keys() | made.teams.keys()):
        if name not in made.teams:
            yield Finding(where, f"team {name} is not in the plan", _FIX, code="TN341")
        elif name not in now:
            yield Finding(where, f"team {name} is planned but no longer runs here", _FIX, code="TN341")
        elif made.teams[name] != now[name]:
            yield Finding(where, f"the spec of team {name} has changed since it was planned", _FIX, code="TN341")


def _disagreements(files: PlanFiles) -> Iterator[Finding]:
    """Pods that the pools were made for against pods that the teams' files place, workload by workload."""
    where = f"plan of {files.pools.cluster}"
    yield from (
        Finding(where, f"there is no plan file for team {name}", _FIX, code="TN342")
        for name in sorted(files.pools.digests.teams.keys() - files.teams.keys())
    )
    planned = {str(w.id): w for t in files.teams.values() for w in t.workloads.values()}
    on_nodes: dict[str, dict[str, int]] = {}
    for pool in files.pools.pools:
        if pool.count != (held := sum(p.nodes for p in pool.patterns)):
            yield Finding(
                where, f"pool {pool.name} counts {pool.count} nodes, its patterns fill {held}", _FIX, code="TN342"
            )
        for pattern in pool.patterns:
            for workload, pods in pattern.pods.items():
                by_pool = on_nodes.setdefault(workload, {})
                by_pool[pool.name] = by_pool.get(pool.name, 0) + pods * pattern.nodes
    for workload in sorted(planned.keys() | on_nodes.keys()):
        said = _disagreement(planned.get(workload), on_nodes.get(workload, {}))
        if said:
            yield Finding(where, f"{workload}: {said}", _FIX, code="TN342")


def _disagreement(planned: PlannedWorkload | None, on_nodes: dict[str, int]) -> str | None:
    if planned is None:
        return "sits on planned nodes but is in no team's plan file"
    held = planned.option.replicas + planned.surge
    if dict(planned.pools) != on_nodes or held != sum(on_nodes.values()):
        return f"its team's file holds {held} pods ({_shown(planned.pools)}), the pools hold {_shown(on_nodes)}"
    return None


def _shown(pods: Mapping[str, int]) -> str:
    return ", ".join(f"{n} on {p}" for p, n in sorted(pods.items())) or "none"
