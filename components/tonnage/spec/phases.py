"""Phases of a cluster's week: `Mon-Fri 07:00-20:00 America/New_York`, and the rest.

A phase is told by the wall clock of one time zone, so that phases that cover the week without gap cover every week of
the year: where a clock is changed, the phase that holds the changed hour is shorter or longer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from tonnage.spec.phase_text import DAYS, MINUTES_OF_DAY, REST, PhaseTimes, Refusal, times_of
from tonnage.spec.problems import Problem
from tonnage.spec.zones import stretches

MINUTES = 7 * MINUTES_OF_DAY
_MONDAY = datetime(1900, 1, 1)  # noqa: DTZ001 - a reading of a wall clock has no zone


@dataclass(frozen=True)
class Span:
    """A part of the week in one phase, in minutes from Monday 00:00 by the wall clock."""

    start: int
    end: int
    phase: str


@dataclass(frozen=True)
class Week:
    """A week that is divided into phases without gap or overlap."""

    spans: tuple[Span, ...]
    """In order, from minute 0 to minute 10,080."""
    zone: str
    """The time zone of all of them."""

    @property
    def phases(self) -> tuple[str, ...]:
        """Names of the phases, in order of the alphabet."""
        return tuple(sorted({s.phase for s in self.spans}))

    @property
    def hours(self) -> Mapping[str, Fraction]:
        """Hours of each phase in a week without a change of the clock. They sum to 168."""
        return self._shares(0, MINUTES * 60)

    def hours_on(self, start: date, days: int) -> Mapping[str, Fraction]:
        """Hours of each phase on so many days of the phases' zone, from the start of a day; changed clocks counted.

        They sum to 24 for each day, less the hour where clocks go forward, more the hour where they go back.
        """
        total = dict.fromkeys(self.phases, Fraction(0))
        for first, last in stretches(self.zone, start, start + timedelta(days=days)):
            for phase, hours in self._shares(_seconds(first), _seconds(last)).items():
                total[phase] += hours
        return total

    def _shares(self, first: int, last: int) -> dict[str, Fraction]:
        """Hours between two readings of a clock that nobody changes, in seconds from a Monday 00:00."""
        return {p: Fraction(self._until(last, p) - self._until(first, p), 3600) for p in self.phases}

    def _until(self, reading: int, phase: str) -> int:
        """Seconds of a phase from that Monday to a reading."""
        weeks, into = divmod(reading, MINUTES * 60)
        own = [s for s in self.spans if s.phase == phase]
        begun = sum(max(0, min(into, s.end * 60) - s.start * 60) for s in own)
        return weeks * sum((s.end - s.start) * 60 for s in own) + begun


def week_of(phases: Mapping[str, str]) -> tuple[Week | None, tuple[Problem, ...]]:
    """The week as phases divide it, by name and text, or None and every mistake. Paths begin at the phase's name.

    A text is `rest`, for one phase at most, or ranges joined by commas and the time zone after them:
    `Mon-Fri 07:00-12:00, Sat 08:00-12:00 Europe/Berlin`. A range whose second time is not the later one ends on the
    next day. No phases at all are no week: None, and no mistake.
    """
    read = {name: times_of(text) for name, text in sorted(phases.items())}
    wrong = [Problem((n,), r.what, r.fix, "TN135") for n, r in read.items() if isinstance(r, Refusal)]
    told = {n: r for n, r in read.items() if isinstance(r, PhaseTimes)}
    resting = [n for n, r in told.items() if not r.ranges]
    wrong += (
        Problem((n,), f"is the {REST}, as {resting[0]} is", "give one of them its times", "TN136") for n in resting[1:]
    )
    wrong += _one_zone(told)
    spans = sorted((start, end, name) for name, times in told.items() for start, end in _unrolled(times) if start < end)
    wrong += _overlaps(spans)
    holes = list(_holes(spans))
    if not wrong and phases:
        wrong += _uncovered(holes, resting)
    if wrong or not phases:
        return None, tuple(wrong)
    zone = next((t.zone for t in told.values() if t.zone), "UTC")
    whole = sorted([*spans, *((start, end, resting[0]) for start, end in holes)])
    return Week(tuple(Span(*each) for each in whole), zone), ()


def _unrolled(times: PhaseTimes) -> Iterator[tuple[int, int]]:
    """Parts of the week from 0 to 10,080 minutes; what goes beyond Sunday comes back on Monday."""
    for start, end in times.ranges:
        yield start, min(end, MINUTES)
        yield 0, end - MINUTES


def _one_zone(told: Mapping[str, PhaseTimes]) -> Iterator[Problem]:
    zoned = [(name, times.zone) for name, times in told.items() if times.zone]
    for name, zone in zoned[1:]:
        first, of_first = zoned[0]
        if zone != of_first:
            what = f"is told in {zone}, but {first} in {of_first}: in some weeks they would overlap or leave a hole"
            yield Problem((name,), what, "tell all phases in one time zone", "TN136")


def _overlaps(spans: list[tuple[int, int, str]]) -> Iterator[Problem]:
    """One problem for each two phases, on the second of them."""
    shared: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for i, (_, end, name) in enumerate(spans):
        for later, until, other in spans[i + 1 :]:
            if later >= end:
                break
            first, second = sorted((name, other))
            shared.setdefault((first, second), []).append((later, min(end, until)))
    for (first, second), parts in sorted(shared.items()):
        what = f"names {_listed(parts)} twice" if first == second else f"overlaps with {first} on {_listed(parts)}"
        yield Problem((second,), what, "let each hour belong to one phase", "TN136")


def _holes(spans: list[tuple[int, int, str]]) -> Iterator[tuple[int, int]]:
    reached = 0
    for start, end, _ in [*spans, (MINUTES, MINUTES, "")]:
        if start > reached:
            yield reached, start
        reached = max(reached, end)


def _uncovered(holes: list[tuple[int, int]], resting: list[str]) -> Iterator[Problem]:
    if holes and not resting:
        yield Problem((), f"leave {_listed(holes)} to no phase", f"add a phase with the text {REST}", "TN136")
    elif resting and not holes:
        yield Problem((resting[0],), "is never: the other phases fill the week", "drop it, or shorten another", "TN136")


def _listed(parts: list[tuple[int, int]]) -> str:
    """Parts of the week in words, those that meet as one: Mon 07:00 to 09:00 and 4 more."""
    met = [(0, 0)]
    for start, end in sorted(set(parts)):
        if met[-1][1] == start:
            met[-1] = (met[-1][0], end)
        else:
            met.append((start, end))
    met = [part for part in met if part != (0, 0)]
    start, end = met[0]
    more = f" and {len(met) - 1} more" if len(met) > 1 else ""
    return f"{_said(start)} to {_said(end)}{more}"


def _said(minute: int) -> str:
    day, into = divmod(minute, MINUTES_OF_DAY)
    return f"{DAYS[day % 7]} {into // 60:02}:{into % 60:02}"


def _seconds(reading: datetime) -> int:
    return (reading - _MONDAY) // timedelta(seconds=1)
