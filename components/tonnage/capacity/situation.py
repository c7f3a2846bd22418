"""What follows from a folder of specs: specs and catalogue, what they ask for now, and what is stored as planned."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

from tonnage.capacity.budget import budget_findings
from tonnage.capacity.digest import cluster_digest, team_digest
from tonnage.capacity.plan import plan_capacity
from tonnage.capacity.planfile import read_plan_files
from tonnage.capacity.releasing import kept
from tonnage.capacity.result import CapacityPlan
from tonnage.capacity.stale import stale
from tonnage.capacity.stored import MadeBy, PlanFiles, files_of
from tonnage.catalog.catalog import Catalog
from tonnage.catalog.load import load_catalog
from tonnage.catalog.local import with_local_models
from tonnage.check import check
from tonnage.findings import Finding, errors, ordered
from tonnage.spec.load import Specs, load_what_can_be

CATALOG_FILE = "catalog.yaml"
_KEPT = 64  # plans of one run; a report needs two a cluster
_PLANS: OrderedDict[tuple[str, ...], CapacityPlan] = OrderedDict()


@dataclass(frozen=True)
class Situation:
    """Specs and catalogue of one folder. None where they cannot be read; `findings` then say why."""

    folder: Path
    prefix: str
    """What stands before file names in findings."""
    specs: Specs | None
    catalog: Catalog | None
    findings: tuple[Finding, ...]

    @property
    def made_by(self) -> MadeBy:
        """What plan files of this run are made by."""
        return MadeBy(version("tonnage"), self.catalog.version if self.catalog else "")


@dataclass(frozen=True)
class Planned:
    """Plans by cluster, with every finding in its place."""

    plans: Mapping[str, CapacityPlan] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    over_budget: tuple[Finding, ...] = ()
    """Those of the findings that are about budgets, which hold over all clusters of a team."""


@dataclass(frozen=True)
class Stored:
    """Plan files by cluster; clusters without any are absent."""

    files: Mapping[str, PlanFiles] = field(default_factory=dict)
    stale_in: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    """By cluster, where the files no longer follow from the specs; clusters where all follows are absent."""
    findings: tuple[Finding, ...] = ()
    """Files that cannot be read."""
    broken: tuple[str, ...] = ()
    """Clusters with such files: what was planned for them is not known."""

    @property
    def plans(self) -> Mapping[str, CapacityPlan]:
        """By cluster, what is stored as planned: the plan before, when all is planned again."""
        return {name: files.plan for name, files in self.files.items()}

    @property
    def stale(self) -> tuple[Finding, ...]:
        """All of them, in order."""
        return ordered(f for found in self.stale_in.values() for f in found)


def situation(folder: Path, prefix: str = "") -> Situation:
    """Read and judge a folder that holds clusters/ and teams/; nothing is planned yet."""
    readable, found = load_what_can_be(folder, prefix)
    catalog, doubted = load_catalog(folder / CATALOG_FILE, f"{prefix}{CATALOG_FILE}")
    findings = [*found, *doubted]
    if catalog is not None:
        readable, catalog, unread = with_local_models(readable, catalog, folder, prefix)
        findings += [*unread, *check(readable, catalog)]
    return Situation(folder, prefix, None if errors(found) else readable, catalog, ordered(findings))


def planned(at: Situation, only: str | None = None, before: Mapping[str, CapacityPlan] | None = None) -> Planned:
    """What the specs ask for now, in every cluster or one. Nothing where the situation holds an error.

    With the plans `before`, by cluster, nodes and quotas that they had and nothing needs any more are kept (`kept`).
    """
    specs, catalog = at.specs, at.catalog
    if specs is None or catalog is None or errors(at.findings):
        return Planned()
    plans = {}
    for name, cluster in sorted(specs.clusters.items()):
        if only in {None, name}:
            made = _plan(cluster_digest(cluster), name, specs, catalog)
            if before is not None and name in before:
                made = kept(made, before[name], cluster, catalog)
            plans[name] = replace(made, findings=specs.placed(made.findings, name))
    teams = [team for name in plans for team in specs.teams.get(name, ())]
    over = () if only else specs.placed(budget_findings(tuple(plans.values()), teams))
    return Planned(plans, ordered([*(f for p in plans.values() for f in p.findings), *over]), over)


def stored(at: Situation) -> Stored:
    """Plan files of all clusters, and which of them are stale."""
    if at.specs is None:
        return Stored()
    files: dict[str, PlanFiles] = {}
    broken: dict[str, tuple[Finding, ...]] = {}
    old: dict[str, tuple[Finding, ...]] = {}
    for name, cluster in sorted(at.specs.clusters.items()):
        read, found = stored_of(at, name)
        if found:
            broken[name] = found
        if read is None:
            continue
        files[name] = read
        teams = at.specs.teams.get(name, ())
        slices = [f for team in teams for f in stale(read, cluster, teams, "team", team.name)]
        if former := (*stale(read, cluster, teams, "platform"), *slices):
            old[name] = former
    unreadable = ordered(f for found in broken.values() for f in found)
    return Stored(files, old, unreadable, tuple(n for n in broken if n not in files))


def stored_of(at: Situation, cluster: str) -> tuple[PlanFiles | None, tuple[Finding, ...]]:
    """Plan files of one cluster; None and no finding where there are none."""
    return read_plan_files(at.folder, cluster, at.prefix)


def to_store(at: Situation, plans: Mapping[str, CapacityPlan]) -> Mapping[str, PlanFiles]:
    """What is to be stored of plans that were just made, by cluster."""
    if at.specs is None:
        return {}
    return {n: files_of(p, at.specs.clusters[n], at.specs.teams.get(n, ()), at.made_by) for n, p in plans.items()}


def _plan(digest: str, name: str, specs: Specs, catalog: Catalog) -> CapacityPlan:
    """The plan of one cluster. A report asks for the same plan in every stack, so the last ones are kept."""
    teams = specs.teams.get(name, ())
    key = (catalog.version, digest, *(team_digest(t) for t in teams))
    if key not in _PLANS:
        _PLANS[key] = plan_capacity(specs.clusters[name], teams, catalog)
        while len(_PLANS) > _KEPT:
            _PLANS.popitem(last=False)
    return _PLANS[key]
