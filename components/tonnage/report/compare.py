"""The report as a value: everything that two states of the specs differ in, and why. Renderers only print it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from tonnage.capacity.result import CapacityPlan
from tonnage.findings import Finding, errors, ordered
from tonnage.manifests.declared import Declared
from tonnage.report.causes import Why, why
from tonnage.report.changes import MoneyDelta, PlanChanges, Tally, compare
from tonnage.report.objects import ObjectChange, compare_objects
from tonnage.report.order import Step, apply_order
from tonnage.report.risk import Risk, endings, risks
from tonnage.report.spec_changes import SpecChange, spec_changes
from tonnage.spec.cluster import Cluster
from tonnage.spec.team import Team
from tonnage.units import MoneyRate

MoneyShown = Literal["list", "contract", "hidden"]
_STRICTNESS: tuple[MoneyShown, ...] = ("contract", "list", "hidden")


@dataclass(frozen=True)
class Side:
    """One state of the specs, and what follows from it."""

    label: str
    """main (1a2b3c4), or the working tree."""
    clusters: Mapping[str, Cluster] = field(default_factory=dict)
    teams: Mapping[str, tuple[Team, ...]] = field(default_factory=dict)
    """By cluster: its teams, as they are there."""
    plans: Mapping[str, CapacityPlan] = field(default_factory=dict)
    declared: tuple[Declared, ...] = ()
    findings: tuple[Finding, ...] = ()
    catalog: object = None
    """Anything that is equal for equal catalogues."""
    complete: bool = True
    """False: the specs could not be read or declared, and an absent plan or object means nothing."""


@dataclass(frozen=True)
class ClusterReport:
    """What changed in one cluster, and why."""

    changes: PlanChanges
    edits: tuple[SpecChange, ...]
    why: Why


@dataclass(frozen=True)
class TeamRow:
    """A team over all its clusters, before and after."""

    team: str
    gpus: tuple[tuple[str, str, int, int], ...]
    """Cluster, accelerator, GPU quota before, after; those that changed."""
    before: MoneyRate | None
    after: MoneyRate | None
    """None where the team does not exist."""
    budget: MoneyRate | None
    unpriced: tuple[str, ...]
    """Pools that the amounts leave out."""


@dataclass(frozen=True)
class Report:
    """What a reviewer should know of a change."""

    base: str
    head: str
    comparable: bool
    """False: one side could not be read, so only findings are reported."""
    notes: tuple[str, ...]
    clusters: tuple[ClusterReport, ...]
    teams: tuple[TeamRow, ...]
    objects: tuple[ObjectChange, ...]
    steps: tuple[Step, ...]
    risks: tuple[Risk, ...]
    endings: tuple[Risk, ...]
    blocked: tuple[Finding, ...]
    """Errors of the head."""
    advice: tuple[Finding, ...]
    """Warnings and notes of the head that the base does not have."""
    base_errors: tuple[Finding, ...]
    """Errors of the base that the head no longer has."""
    money: MoneyShown

    @property
    def nodes(self) -> Tally:
        """Nodes over all clusters."""
        return sum((c.changes.nodes for c in self.clusters), Tally(0, 0))

    @property
    def gpus(self) -> Tally:
        """GPUs over all clusters."""
        return sum((c.changes.gpus for c in self.clusters), Tally(0, 0))

    @property
    def cost(self) -> MoneyDelta:
        """Money over all clusters."""
        nothing = MoneyRate(Fraction(0))
        return sum((c.changes.money for c in self.clusters), MoneyDelta(nothing, nothing))

    @property
    def changed(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self.clusters or self.teams or self.objects)


def report_of(base: Side, head: Side, notes: Sequence[str] = ()) -> Report:
    """Compare two sides. Where one is not complete, findings are all that can be told."""
    comparable = base.complete and head.complete
    clusters = tuple(_clusters(base, head)) if comparable else ()
    objects = compare_objects(base.declared, head.declared) if comparable else ()
    plans = tuple(c.changes for c in clusters)
    known = {_identity(f) for f in base.findings}
    present = {_identity(f) for f in head.findings}
    blocked = errors(ordered(head.findings))
    return Report(
        base=base.label,
        head=head.label,
        comparable=comparable,
        notes=tuple(notes),
        clusters=clusters,
        teams=tuple(_teams(base, head)) if comparable else (),
        objects=objects,
        steps=apply_order(objects, plans),
        risks=risks(objects, plans),
        endings=endings([head.clusters[p.cluster] for p in plans if p.cluster in head.clusters]),
        blocked=blocked,
        advice=tuple(f for f in ordered(head.findings) if f not in blocked and _identity(f) not in known),
        base_errors=tuple(f for f in errors(ordered(base.findings)) if _identity(f) not in present),
        money=_money_shown([*base.clusters.values(), *head.clusters.values()]),
    )


def _clusters(base: Side, head: Side) -> Iterator[ClusterReport]:
    for name in sorted({*base.clusters, *head.clusters}):
        changes = compare(name, base.plans.get(name), head.plans.get(name))
        old, new = base.clusters.get(name), head.clusters.get(name)
        edits = spec_changes(old, new, base.teams.get(name, ()), head.teams.get(name, ()))
        if changes or edits:
            yield ClusterReport(changes, edits, why(changes, edits, new or old, base.catalog != head.catalog))


def _teams(base: Side, head: Side) -> Iterator[TeamRow]:
    both = _changes(base, head)
    quotas, costs = ({c.name for s in both for c in s.quotas}, {c.name for s in both for c in s.costs})
    for team in sorted(quotas | costs):
        gpus = tuple(row for s in both for row in _gpu_rows(s, team))
        before, after = (_cost(side, team) for side in (base, head))
        now = [p.costs[team] for _, p in sorted(head.plans.items()) if team in p.costs]
        budget = next((c.budget for c in now if c.budget is not None), None)
        unpriced = tuple(sorted({name for c in now for name in c.unpriced}))
        yield TeamRow(team, gpus, before, after, budget, unpriced)


def _changes(base: Side, head: Side) -> tuple[PlanChanges, ...]:
    names = sorted({*base.plans, *head.plans})
    return tuple(compare(n, base.plans.get(n), head.plans.get(n)) for n in names)


def _gpu_rows(changes: PlanChanges, team: str) -> Iterator[tuple[str, str, int, int]]:
    for c in changes.quotas:
        if c.name == team:
            old, new = (dict(q.gpus) if q else {} for q in (c.before, c.after))
            for accelerator in sorted({*old, *new}):
                if (pair := (old.get(accelerator, 0), new.get(accelerator, 0)))[0] != pair[1]:
                    yield changes.cluster, accelerator, *pair


def _cost(side: Side, team: str) -> MoneyRate | None:
    rates = [p.costs[team].rate.amount for _, p in sorted(side.plans.items()) if team in p.costs]
    return MoneyRate(sum(rates, Fraction(0))) if rates else None


def _identity(f: Finding) -> tuple[str, str]:
    """What makes it the same problem: lines move when a file is edited."""
    return f.where, f.what


def _money_shown(clusters: Sequence[Cluster]) -> MoneyShown:
    """One report has one rule: the strictest that any of its clusters asks for."""
    return max((c.report.money for c in clusters), key=_STRICTNESS.index, default="list")
