"""The hours of a plan's month: which phase they belong to, and which runs are under way.

A month is 730 hours from the plan's date. A phase has the part of it that it has of a week without a change of the
clock. A run has the hours from its start to its end, as far as they lie in the month; no clock is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from tonnage.spec.cluster import Cluster
from tonnage.spec.phases import week_of
from tonnage.units import HOURS_PER_MONTH, Duration

WEEK = Fraction(168)
"""Hours of a week."""
_HOUR = 3_600_000
_ALWAYS = "all hours"


@dataclass(frozen=True)
class Window:
    """When a run is under way, in hours from the plan's date; no end: as long as anybody knows."""

    first: Fraction
    last: Fraction | None

    @property
    def in_month(self) -> Fraction:
        """Its hours in the plan's month."""
        month = Fraction(HOURS_PER_MONTH)
        return max(Fraction(0), min(month, month if self.last is None else self.last) - max(Fraction(0), self.first))


@dataclass(frozen=True)
class When:
    """When the pods of a workload exist. Left out: always."""

    phase: str | None = None
    window: Window | None = None


@dataclass(frozen=True)
class Profile:
    """Hours of the month in which the same workloads run."""

    name: str
    """day; or: day with search/ranker."""
    share: Fraction
    """Part of the month. All of them sum to 1."""
    phase: str | None
    running: tuple[bool, ...]
    """By workload, whether its pods exist."""


def hours_of(cluster: Cluster) -> Mapping[str, Fraction]:
    """Hours of each phase in a week without a change of the clock; none where the cluster has no phases."""
    week, _ = week_of(cluster.phases)
    return week.hours if week else {}


def window_of(start: date | None, length: Duration | None, as_of: date) -> Window:
    """From the start of a day, or from the plan's date, for so long."""
    first = Fraction((start - as_of).days * 24) if start else Fraction(0)
    return Window(first, None if length is None else first + length.amount / _HOUR)


def profiles_of(hours: Mapping[str, Fraction], names: Sequence[str], whens: Sequence[When]) -> tuple[Profile, ...]:
    """The month in profiles, in order of time and then of phases. `names` and `whens`: of the workloads.

    One alone where nothing changes: then it is the whole month.
    """
    phases: list[tuple[str | None, Fraction]] = [(p, h / WEEK) for p, h in sorted(hours.items())]
    merged: dict[tuple[str, str | None, tuple[bool, ...]], Fraction] = {}
    for first, last in _stretches([w.window for w in whens if w.window]):
        part = (last - first) / HOURS_PER_MONTH
        under_way = [n for n, w in zip(names, whens, strict=True) if w.window and _covers(w.window, first)]
        for phase, share in phases or [(None, Fraction(1))]:
            running = tuple(_runs(w, phase, first) for w in whens)
            name = " with ".join([phase or _ALWAYS, *([", ".join(under_way)] if under_way else [])])
            key = (name, phase, running)
            merged[key] = merged.get(key, Fraction(0)) + part * share
    return tuple(Profile(name, share, phase, running) for (name, phase, running), share in merged.items() if share)


def _stretches(windows: Sequence[Window]) -> list[tuple[Fraction, Fraction]]:
    """Parts of the month in which no run starts or ends."""
    month = Fraction(HOURS_PER_MONTH)
    ends = [e for w in windows for e in (w.first, w.last) if e is not None and 0 < e < month]
    return list(pairwise(sorted({Fraction(0), month, *ends})))


def _covers(window: Window, hour: Fraction) -> bool:
    return window.first <= hour and (window.last is None or hour < window.last)


def _runs(when: When, phase: str | None, hour: Fraction) -> bool:
    in_phase = when.phase is None or phase is None or when.phase == phase
    return in_phase and (when.window is None or _covers(when.window, hour))
