"""What differs between the specs of two sides, by the workload, team or cluster that it belongs to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tonnage.report.fields import ABSENT, field_changes
from tonnage.spec.base import SpecModel
from tonnage.spec.cluster import Cluster
from tonnage.spec.team import Team

WORKLOAD_KINDS = ("serving", "training", "batch", "notebooks")


@dataclass(frozen=True)
class SpecChange:
    """One key of a spec before and after, as text; None where it is not set."""

    cluster: str
    subject: str
    """search/chat, team search or cluster prod-east."""
    path: str
    """traffic.requests, as in the file; empty where the whole subject comes or goes."""
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if not self.path:
            return "new" if self.before is None else "removed"
        return f"{self.path} {self.before or 'unset'} → {self.after or 'unset'}"


def spec_changes(
    before: Cluster | None, after: Cluster | None, teams_before: Sequence[Team], teams_after: Sequence[Team]
) -> tuple[SpecChange, ...]:
    """All differences of one cluster's specs. Teams are those on the cluster, as they are there."""
    cluster = after or before
    if cluster is None:
        return ()
    found = [*_differ(cluster.name, f"cluster {cluster.name}", before, after)]
    old, new = {t.name: t for t in teams_before}, {t.name: t for t in teams_after}
    for name in sorted({*old, *new}):
        found += _team(cluster.name, old.get(name), new.get(name))
    return tuple(found)


def _team(cluster: str, before: Team | None, after: Team | None) -> Iterator[SpecChange]:
    team = after or before
    name = team.name if team else ""
    yield from _differ(cluster, f"team {name}", before, after, without={*WORKLOAD_KINDS, "clusters"})
    for kind in WORKLOAD_KINDS:
        old, new = _workloads(before, kind), _workloads(after, kind)
        for workload in sorted({*old, *new}):
            yield from _differ(cluster, f"{name}/{workload}", old.get(workload), new.get(workload))


def _workloads(team: Team | None, kind: str) -> Mapping[str, SpecModel]:
    return {w.name: w for w in getattr(team, kind)} if team else {}


def _differ(
    cluster: str, subject: str, before: SpecModel | None, after: SpecModel | None, without: set[str] | None = None
) -> Iterator[SpecChange]:
    if before is None or after is None:
        if before is not after:
            yield SpecChange(cluster, subject, "", "present" if before else None, "present" if after else None)
        return
    old, new = _plain(before, without), _plain(after, without)
    for change in field_changes(old, new):
        yield SpecChange(cluster, subject, change.shown_path, _text(change.before), _text(change.after))


def _plain(model: SpecModel, without: set[str] | None) -> dict[str, object]:
    plain: dict[str, object] = model.model_dump(mode="json", by_alias=True, exclude=without)
    return plain


def _text(value: object) -> str | None:
    if value is ABSENT or value is None:
        return None
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {_text(v) or 'unset'}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_text(v) or "unset" for v in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)
