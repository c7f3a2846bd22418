"""The specs of a folder, read as a whole: all problems of all files in one run, each at its place."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tonnage.files.yaml import Document
from tonnage.findings import Finding, errors, ordered
from tonnage.spec.cluster import Cluster
from tonnage.spec.differences import KINDS, nowhere, on_cluster, twice
from tonnage.spec.phases import week_of
from tonnage.spec.placing import Places
from tonnage.spec.problems import Problem
from tonnage.spec.read import Judge, M, Source, read_spec
from tonnage.spec.sources import spec_files
from tonnage.spec.suggest import instead
from tonnage.spec.team import Team
from tonnage.spec.values import said

CLUSTERS, TEAMS = "clusters", "teams"


@dataclass(frozen=True)
class Specs:
    """All specs of a folder."""

    clusters: Mapping[str, Cluster]
    teams: Mapping[str, tuple[Team, ...]]
    """By cluster: the teams on it, by name, as they are there. What does not run there is left out."""
    places: Places = field(default_factory=Places, repr=False, compare=False)
    """Where all of it stands."""

    def placed(self, findings: Iterable[Finding], cluster: str | None = None) -> tuple[Finding, ...]:
        """Findings, each with its place in a file, where its `where` tells one.

        That is `search/chat`, `team search` or `cluster prod-east`, and a path behind a blank. With a cluster, what
        differs there is shown where it differs. A finding that has a place keeps it.
        """
        return tuple(f if f.position else replace(f, position=self.places.of(f.where, cluster)) for f in findings)


def load_specs(folder: Path, prefix: str = "") -> tuple[Specs | None, tuple[Finding, ...]]:
    """Specs of a folder that holds clusters/ and teams/, and all findings. None where one of them is an error.

    Files are shown as `prefix` and their path in the folder.
    """
    specs, findings = load_what_can_be(folder, prefix)
    return (None if errors(findings) else specs), findings


def load_what_can_be(folder: Path, prefix: str = "") -> tuple[Specs, tuple[Finding, ...]]:
    """As `load_specs`, but with all that is right however wrong the rest is, to be judged further in the same run."""
    clusters, strange = _read(Cluster, folder, CLUSTERS, prefix, _week)
    teams, stranger = _read(Team, folder, TEAMS, prefix)
    findings = [*strange, *stranger]
    if not clusters and not strange:
        fix = f"add {CLUSTERS}/<name>.yaml, one file for each cluster"
        findings.append(Finding(f"{prefix}{CLUSTERS}", "holds no cluster", fix, code="TN101"))
    known = {c.name for c in clusters}
    there = {c.name: c.value for c in clusters if c.value is not None}
    placed: dict[str, list[Team]] = {name: [] for name in sorted(there)}
    for source in teams:
        source.add(twice(source.tree))
        on = {name: on_cluster(source, name) for name in _clusters_of(source, known)}
        run = {w.name for team in on.values() if team is not None for kind in KINDS for w in getattr(team, kind)}
        if on and None not in on.values() and not errors(source.findings):
            source.warn(nowhere(source, run))
        for name, team in on.items():
            if team is not None and name in placed:
                placed[name].append(team)
    wrong = {t.name for t in teams if errors(t.findings)}
    findings += [f for c in clusters for f in c.bounded()]
    findings += [f for t in teams for f in t.bounded()]
    kept = {name: tuple(t for t in ts if t.name not in wrong) for name, ts in placed.items()}
    places = Places(_documents(clusters), _documents(teams))
    return Specs(there, kept, places), ordered(findings)


def _read(
    model: type[M], folder: Path, kind: str, prefix: str, further: Judge | None = None
) -> tuple[list[Source[M]], tuple[Finding, ...]]:
    files, strange = spec_files(folder, kind, prefix)
    return [read_spec(model, f, f"{prefix}{kind}/{f.name}", further) for f in files], strange


def _week(tree: Mapping[str, object]) -> Iterator[Problem]:
    """Phases that do not divide the week; where one of them is no text, the week cannot be judged."""
    phases = tree.get("phases")
    if isinstance(phases, dict) and all(isinstance(part, str) for part in (*phases, *phases.values())):
        yield from (replace(p, path=("phases", *p.path)) for p in week_of(phases)[1])


def _clusters_of(team: Source[Team], known: set[str]) -> list[str]:
    """Clusters that the team names and that exist; the others are noted."""
    named = team.tree.get(CLUSTERS)
    names = list(named) if isinstance(named, dict) else []
    for name in names:
        if name not in known:
            fix = instead(name, known, f"add {CLUSTERS}/{said(name)[1:-1]}.yaml")
            team.add([Problem((CLUSTERS, name), f"there is no cluster {said(name)}", fix, "TN131", of_key=True)])
    return [name for name in names if name in known]


def _documents(sources: Iterable[Source[M]]) -> dict[str, Document]:
    return {s.name: s.document for s in sources if s.document is not None}
