"""From what a finding is about to a place in a spec file: `search/chat traffic.requests`, `team search budget`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tonnage.files.paths import Path, undotted
from tonnage.files.yaml import Document
from tonnage.findings import Position
from tonnage.spec.differences import places

_SUBJECT = re.compile(
    r"(?:team (?P<team>[^\s/]+)|cluster (?P<cluster>[^\s/]+)|(?P<owner>[^\s/]+)/(?P<workload>[^\s/]+))"
    r"(?: (?P<path>.+))?"
)


@dataclass(frozen=True)
class Places:
    """The files that specs were read from, by name of cluster and team."""

    clusters: Mapping[str, Document] = field(default_factory=dict)
    teams: Mapping[str, Document] = field(default_factory=dict)

    def of(self, where: str, cluster: str | None = None) -> Position | None:
        """The place of a subject, or of what is nearest above its path. None for what stands in no spec.

        With a cluster, a path that differs there is shown where it differs.
        """
        said = _SUBJECT.fullmatch(where)
        if said is None:
            return None
        path = undotted(said["path"] or "") or ()
        if said["cluster"]:
            return _at(self.clusters.get(said["cluster"]), (), path)
        if said["team"]:
            return _at(self.teams.get(said["team"]), (), path)
        return self._workload(self.teams.get(said["owner"]), said["workload"], path, cluster)

    def _workload(self, team: Document | None, name: str, path: Path, cluster: str | None) -> Position | None:
        if team is None or not isinstance(team.value, dict):
            return None
        base = places(team.value).get(name)
        if base is None:
            return None
        differing = ("clusters", cluster or "", name)
        if path and _known(team, differing, path) >= max(1, _known(team, base, path)):
            return team.at((*differing, *path))
        return _at(team, base, path)


def _at(document: Document | None, base: Path, path: Path) -> Position | None:
    return None if document is None else document.at((*base, *path))


def _known(document: Document, base: Path, path: Path) -> int:
    """How many steps of the path the file holds below a base."""
    return max((n for n in range(len(path) + 1) if (*base, *path[:n]) in document.positions), default=0)
