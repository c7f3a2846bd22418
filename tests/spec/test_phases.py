"""Phases of the week: every hour in one of them, by a clock that may be changed."""

import struct
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonnage.spec.phase_text import DAYS
from tonnage.spec.phases import MINUTES, Week, week_of
from tonnage.spec.zones import stretches, zones

NEW_YORK = {"day": "Mon-Fri 07:00-20:00 America/New_York", "night": "rest"}
HOUR = timedelta(hours=1)


def divided(phases: dict[str, str]) -> Week:
    """The week of phases that hold no mistake."""
    week, wrong = week_of(phases)
    assert wrong == ()
    assert week is not None
    return week


def refused(phases: dict[str, str]) -> list[tuple[str, str, str]]:
    """Subject, problem and fix of phases that divide no week."""
    week, wrong = week_of(phases)
    assert week is None
    return [(".".join(map(str, p.path)), p.what, p.fix) for p in wrong]


def test_the_rest_is_what_the_other_phases_leave() -> None:
    """Five days of 13 hours, and 103 hours around them."""
    assert divided(NEW_YORK).hours == {"day": Fraction(65), "night": Fraction(103)}


def test_no_phases_are_no_week_and_no_mistake() -> None:
    """A cluster need not have phases."""
    assert week_of({}) == (None, ())


def test_one_phase_may_be_the_whole_week() -> None:
    """With nothing but the rest, the rest is everything."""
    assert divided({"always": "rest"}).hours == {"always": Fraction(168)}


def test_a_range_may_end_on_the_next_day_and_in_the_next_week() -> None:
    """Nights run past midnight, Sunday's into Monday."""
    week = divided({"night": "Fri-Sun 22:00-06:00 Europe/Berlin", "day": "rest"})

    assert [(s.start, s.end) for s in week.spans if s.phase == "night"] == [
        (0, 6 * 60),
        ((4 * 24 + 22) * 60, (5 * 24 + 6) * 60),
        ((5 * 24 + 22) * 60, (6 * 24 + 6) * 60),
        ((6 * 24 + 22) * 60, MINUTES),
    ]


def test_days_may_run_past_the_end_of_the_week_and_ranges_may_be_several() -> None:
    """Sat-Mon are three days; parts of one phase are joined by commas."""
    week = divided({"few": "Sat-Mon 10:00-12:00, Wed 08:30-09:00, Sun 20:00-24:00 UTC", "rest": "rest"})

    assert week.hours["few"] == Fraction(21, 2)


@pytest.mark.parametrize(
    ("start", "hours"),
    [(date(2026, 3, 2), 167), (date(2026, 3, 9), 168), (date(2026, 10, 26), 169), (date(2026, 11, 2), 168)],
)
def test_a_week_across_a_change_of_the_clock_sums_to_its_hours(start: date, hours: int) -> None:
    """The changed hour is one of the night, and the day keeps its 65."""
    on = divided(NEW_YORK).hours_on(start, 7)

    assert sum(on.values()) == hours
    assert on["day"] == 65


def test_the_phase_that_reads_the_changed_hour_gains_or_loses_it() -> None:
    """In autumn 01:00-02:00 is read twice; in spring 02:00-03:00 never."""
    week = divided({"early": "Sun 01:30-02:30 America/New_York", "else": "rest"})

    assert week.hours_on(date(2026, 11, 1), 1)["early"] == Fraction(3, 2)
    assert week.hours_on(date(2026, 3, 8), 1)["early"] == Fraction(1, 2)


def test_a_day_that_a_zone_skipped_has_no_hours() -> None:
    """Samoa went from 29 to 31 December 2011."""
    week = divided({"all": "Mon-Sun 00:00-24:00 Pacific/Apia"})

    assert week.hours_on(date(2011, 12, 29), 1) == {"all": 24}
    assert week.hours_on(date(2011, 12, 30), 1) == {"all": 0}
    assert week.hours_on(date(2011, 12, 29), 3) == {"all": 48}


def test_the_order_of_phases_in_a_file_changes_nothing() -> None:
    """The week is a value of what is said, not of where."""
    assert divided(NEW_YORK) == divided(dict(reversed(NEW_YORK.items())))
    assert list(divided(NEW_YORK).hours) == ["day", "night"]


@pytest.mark.parametrize(
    ("phases", "findings"),
    [
        (
            {"day": "Mon-Fri 07:00-20:00 UTC"},
            [("", "leave Mon 00:00 to Mon 07:00 and 5 more to no phase", "add a phase with the text rest")],
        ),
        (
            {"day": "Mon-Sun 00:00-23:59 UTC", "night": "Mon-Sat 23:59-24:00 UTC"},
            [("", "leave Sun 23:59 to Mon 00:00 to no phase", "add a phase with the text rest")],
        ),
        (
            {"a": "rest", "b": "rest"},
            [("b", "is the rest, as a is", "give one of them its times")],
        ),
        (
            {"a": "Mon-Fri 07:00-20:00 UTC", "b": "Fri-Sat 19:30-23:00 UTC", "c": "rest"},
            [("b", "overlaps with a on Fri 19:30 to Fri 20:00", "let each hour belong to one phase")],
        ),
        (
            {"a": "Mon-Tue 07:00-09:00, Mon 08:00-10:00 UTC", "c": "rest"},
            [("a", "names Mon 08:00 to Mon 09:00 twice", "let each hour belong to one phase")],
        ),
        (
            {"a": "Mon-Sun 00:00-24:00 UTC", "b": "rest"},
            [("b", "is never: the other phases fill the week", "drop it, or shorten another")],
        ),
        (
            {"a": "Mon 07:00-09:00 UTC", "b": "Tue 07:00-09:00 Europe/Berlin", "c": "rest"},
            [
                (
                    "b",
                    "is told in Europe/Berlin, but a in UTC: in some weeks they would overlap or leave a hole",
                    "tell all phases in one time zone",
                )
            ],
        ),
    ],
)
def test_phases_that_do_not_divide_the_week_are_refused(
    phases: dict[str, str], findings: list[tuple[str, str, str]]
) -> None:
    """Holes and overlaps are named by day and time."""
    assert refused(phases) == findings


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        (
            "weekdays",
            "'weekdays' is no part of the week",
            "write it like Mon-Fri 07:00-20:00 America/New_York, or rest",
        ),
        (
            "Mon 07:00-08:00",
            "'Mon 07:00-08:00' names no time zone",
            "write it like Mon-Fri 07:00-20:00 America/New_York",
        ),
        (
            "Mon 07:00-08:00 America/NewYork",
            "there is no time zone 'America/NewYork'",
            "did you mean 'America/New_York'?",
        ),
        (
            "Mon 07:00-08:00 Here",
            "there is no time zone 'Here'",
            "name one as America/New_York, Europe/Berlin or UTC",
        ),
        ("Mon,Tue 07:00-08:00 UTC", "'Mon' is not days and times", "write each range like Mon-Fri 07:00-20:00"),
        ("07:00-08:00 UTC", "'07:00-08:00' is not days and times", "write each range like Mon-Fri 07:00-20:00"),
        ("Monday 07:00-08:00 UTC", "'Monday' is no day", "write Mon"),
        ("Fri-Lun 07:00-08:00 UTC", "'Lun' is no day", "write one of Mon, Tue, Wed, Thu, Fri, Sat, Sun"),
        ("Mon 7:00-08:00 UTC", "'7:00' is no time of day", "write two digits each, from 00:00 to 24:00"),
        ("Mon 07:00-24:01 UTC", "'24:01' is no time of day", "write two digits each, from 00:00 to 24:00"),
        ("Mon 07:00-07:00 UTC", "'07:00-07:00' is no stretch of time", "write 00:00-24:00 for a day"),
        ("Mon 24:00-07:00 UTC", "'24:00-07:00' is no stretch of time", "write 00:00-24:00 for a day"),
    ],
)
def test_a_text_that_names_no_part_of_the_week_is_refused(text: str, what: str, fix: str) -> None:
    """One problem, at the phase, with the right form."""
    assert refused({"day": text}) == [("day", what, fix)]


@given(st.text(max_size=60) | st.from_regex(r"[MTWFS][a-z]{2}(-[A-Z][a-z]{2})? [0-9:-]{5,12} [A-Z][A-Za-z/]*"))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing that somebody writes raises."""
    week, wrong = week_of({"day": text, "night": "rest"})

    assert (week is None) == bool(wrong)


@st.composite
def weeks(draw: st.DrawFn) -> dict[str, str]:
    """Phases whose ranges lie one behind the other, in a zone that changes its clock or does not."""
    zone = draw(st.sampled_from(["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]))
    parts: dict[str, list[str]] = {}
    for day in DAYS:
        cuts = sorted(draw(st.sets(st.integers(0, 1440), min_size=2, max_size=5)))
        for start, end in pairwise(cuts):
            name = draw(st.sampled_from(["a", "b", "left"]))
            if name != "left":
                parts.setdefault(name, []).append(f"{day} {_at(start)}-{_at(end)}")
    return {**{n: f"{', '.join(p)} {zone}" for n, p in parts.items()}, "left": "rest"}


def _at(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@given(weeks(), st.dates(date(2000, 1, 1), date(2037, 1, 1)), st.integers(0, 60))
def test_each_instant_belongs_to_the_phase_that_its_clock_reads(phases: dict[str, str], start: date, days: int) -> None:
    """Spans tile the week; hours of a stretch of days are those of its days, whatever clocks do."""
    week, wrong = week_of(phases)
    if week is None:
        assert [p.what for p in wrong] == ["is never: the other phases fill the week"]
        return

    assert [s.start for s in week.spans] == [0, *(s.end for s in week.spans[:-1])]
    assert week.spans[-1].end == MINUTES
    assert sum(week.hours.values()) == 168
    whole = week.hours_on(start, days)
    split = [week.hours_on(start, days // 2), week.hours_on(start + timedelta(days=days // 2), days - days // 2)]
    assert all(hours == sum(part[phase] for part in split) for phase, hours in whole.items())


@given(st.sampled_from(sorted(zones())), st.dates(date(1975, 1, 1), date(2045, 1, 1)), st.integers(0, 40))
def test_stretches_of_a_zone_are_as_long_as_the_time_that_passes(zone: str, start: date, days: int) -> None:
    """Readings from the first to the last day, and between them no more than a change of the clock."""
    found = list(stretches(zone, start, start + timedelta(days=days)))

    passed = sum((last - first for first, last in found), timedelta())
    assert abs(passed - timedelta(days=days)) <= timedelta(days=1)
    assert all(first < last for first, last in found)
    assert all(first.tzinfo is None for first, _ in found)


def test_no_zone_changes_its_clock_twice_within_a_day() -> None:
    """So that a change is found by looking at every day."""
    first_day = datetime(1970, 1, 1, tzinfo=UTC).timestamp()
    close = []
    for zone in sorted(zones()):
        at = _transitions(files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes())
        close += [(zone, a, b) for a, b in pairwise(at) if a >= first_day and timedelta(seconds=b - a) < 25 * HOUR]

    assert close == []


def _transitions(table: bytes) -> list[int]:
    """Instants at which a zone changes, in seconds since 1970, from the 64-bit part of its TZif file (RFC 9636)."""
    counts = struct.unpack(">6l", table[20:44])
    utc, std, leap, times, types, chars = counts
    second = 44 + times * 5 + types * 6 + chars + leap * 8 + std + utc
    times = struct.unpack(">6l", table[second + 20 : second + 44])[3]
    return list(struct.unpack(f">{times}q", table[second + 44 : second + 44 + times * 8]))


def test_an_unknown_zone_is_a_mistake_of_the_caller() -> None:
    """Texts of specs are checked before a zone is opened; nothing reads files by a path from outside."""
    with pytest.raises(ValueError, match=r"no time zone ../../etc/passwd"):
        list(stretches("../../etc/passwd", date(2026, 1, 1), date(2026, 1, 2)))
