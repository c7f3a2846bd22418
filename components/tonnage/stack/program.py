"""The program of a stack: read config and specs, refuse what is wrong, then declare what the role asks for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pulumi_kubernetes as k8s

from tonnage.capacity.result import CapacityPlan
from tonnage.capacity.situation import Situation, planned, situation, stored_of
from tonnage.capacity.stale import stale
from tonnage.catalog.catalog import Catalog
from tonnage.findings import Finding, SpecError, errors
from tonnage.resources.from_plan import owns_its_nodes
from tonnage.spec.cluster import Cluster
from tonnage.spec.load import Specs
from tonnage.spec.team import Team
from tonnage.stack.config import StackConfig, stack_config
from tonnage.stack.platform import platform
from tonnage.stack.team import team

ProviderOf = Callable[[StackConfig], k8s.Provider]


@dataclass(frozen=True)
class _Ground:
    """Everything that a role declares from; all of it was judged."""

    cluster: Cluster
    teams: tuple[Team, ...]
    plan: CapacityPlan
    catalog: Catalog


def declare() -> None:
    """Declare the stack whose config Pulumi has loaded. Raises SpecError with every finding, before anything exists."""
    declare_with(_provider)


def declare_with(provider_of: ProviderOf) -> None:
    """As `declare`, with a provider of your own: another way to reach the cluster, or to render into a folder."""
    config, found = stack_config()
    _refuse(found)
    if config is None:
        raise SpecError(found)
    ground = _ground(config)
    _refuse(_undeclarable(config, ground.cluster))
    provider = provider_of(config)
    if config.role == "platform":
        platform(ground.cluster, ground.teams, ground.plan, ground.catalog, provider)
    else:
        own = next(t for t in ground.teams if t.name == config.team)
        team(ground.cluster, own, ground.plan, ground.catalog, provider)


def _provider(config: StackConfig) -> k8s.Provider:
    """The cluster that the config names, and no other; what changes in place needs no replacement."""
    return k8s.Provider(
        "cluster",
        kubeconfig=config.kubeconfig,
        context=config.context,
        cluster_identifier=config.cluster,
        enable_config_map_mutable=True,
        enable_secret_mutable=True,
    )


def _ground(config: StackConfig) -> _Ground:
    at = situation(config.specs)
    _refuse(at.findings)
    if at.specs is None or at.catalog is None:
        raise SpecError(at.findings)
    _refuse(_unknown(config, at.specs))
    cluster, teams = at.specs.clusters[config.cluster], at.specs.teams.get(config.cluster, ())
    return _Ground(cluster, teams, _plan(config, at, cluster, teams), at.catalog)


def _plan(config: StackConfig, at: Situation, cluster: Cluster, teams: tuple[Team, ...]) -> CapacityPlan:
    """The stored plan, if its slice still follows from the specs; without plan files, the plan of now."""
    files, found = stored_of(at, config.cluster)
    _refuse(found)
    if files is not None:
        _refuse(stale(files, cluster, teams, config.role, config.team))
        return files.plan
    made = planned(at)
    own = made.plans[config.cluster]
    _refuse([*own.findings, *(f for f in made.over_budget if config.role == "platform" or _is_of(f, config.team))])
    return own


def _is_of(finding: Finding, team: str | None) -> bool:
    return finding.where.startswith(f"team {team} ")


def _unknown(config: StackConfig, specs: Specs) -> Iterable[Finding]:
    if config.cluster not in specs.clusters:
        known = ", ".join(sorted(specs.clusters)) or "none"
        yield Finding(
            "tonnage:cluster", f"there is no cluster {config.cluster!r}", f"name one of: {known}", code="TN602"
        )
    elif config.role == "team" and config.team not in {t.name for t in specs.teams.get(config.cluster, ())}:
        known = ", ".join(t.name for t in specs.teams.get(config.cluster, ())) or "none"
        what = f"no team {config.team!r} runs on {config.cluster}"
        yield Finding("tonnage:team", what, f"name one of: {known}", code="TN602")


def _undeclarable(config: StackConfig, cluster: Cluster) -> Iterable[Finding]:
    """Pools of another platform can be planned, but objects for Karpenter on AWS would start nothing there."""
    pools = cluster.node_pools
    known = (cluster.platform, pools.provisioner) == ("eks", "karpenter")
    if known or config.role == "team" or owns_its_nodes(cluster):
        return
    what = f"pools of {pools.provisioner} on {cluster.platform} are not declared yet"
    fix = "plan them with `tonnage plan`, and declare them yourself; or list nodes that exist, with provisioner none"
    yield Finding(f"cluster {cluster.name} platform", what, fix, code="TN608")


def _refuse(found: Iterable[Finding]) -> None:
    listed = tuple(found)
    if errors(listed):
        raise SpecError(errors(listed))
