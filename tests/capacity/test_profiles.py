"""The hours of a month: phases, runs, and that nothing is lost between them."""

from datetime import date
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tonnage.capacity.profiles import When, Window, profiles_of, window_of
from tonnage.units import Duration

HOURS = {"day": Fraction(60), "night": Fraction(108)}
TODAY = date(2026, 11, 23)

hours = st.integers(-500, 1500).map(Fraction)
windows = st.builds(lambda a, n: Window(a, None if n is None else a + n), hours, st.none() | st.integers(1, 900))
whens = st.builds(When, st.sampled_from([None, "day", "night"]), st.none() | windows)


@given(st.lists(whens, max_size=4), st.sampled_from([{}, HOURS]))
def test_the_parts_of_a_month_sum_to_it(asked: list[When], phases: dict[str, Fraction]) -> None:
    """Whatever runs when."""
    found = profiles_of(phases, [f"a/w{i}" for i in range(len(asked))], asked)

    assert sum(p.share for p in found) == 1
    assert len({p.name for p in found}) == len(found)


@given(windows, st.sampled_from([None, "day", "night"]))
def test_a_run_has_its_hours_of_the_month(window: Window, phase: str | None) -> None:
    """By phases as well: a part of them that is its part of the month."""
    found = profiles_of(HOURS, ["a/run"], [When(phase, window)])
    part = Fraction(1) if phase is None else HOURS[phase] / 168

    assert sum(p.share for p in found if p.running[0]) * 730 == window.in_month * part


def test_without_phases_and_runs_there_is_one_part() -> None:
    """Nothing changes for clusters that speak of no time."""
    (only,) = profiles_of({}, ["a/w"], [When()])

    assert (only.share, only.running, only.phase) == (Fraction(1), (True,), None)


def test_a_run_is_named_where_it_is_under_way() -> None:
    """Three days from the eighth."""
    window = window_of(date(2026, 12, 1), Duration.parse("3d"), TODAY)
    names = {p.name: p.share * 730 for p in profiles_of({}, ["a/base", "a/run"], [When(), When(window=window)])}

    assert (window.first, window.last) == (Fraction(192), Fraction(264))
    assert names == {"all hours": 658, "all hours with a/run": 72}


def test_no_end_is_the_end_of_the_month() -> None:
    """Nobody knows better, and less must not be counted."""
    assert window_of(None, None, TODAY).in_month == 730
    assert window_of(date(2026, 12, 1), None, TODAY).in_month == 730 - 192


def test_what_has_ended_or_comes_later_has_no_hours() -> None:
    """Of this month."""
    assert window_of(date(2026, 11, 1), Duration.parse("3d"), TODAY).in_month == 0
    assert window_of(date(2027, 3, 1), Duration.parse("3d"), TODAY).in_month == 0
