"""Frozen values become plain data and come back equal; a wrong tree is named, never raised."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonnage.files.plain import from_plain, to_plain
from tonnage.units import Memory, MoneyRate, Share

AMOUNTS = st.fractions(min_value=-1000, max_value=1000, max_denominator=100_000)


@dataclass(frozen=True)
class Inner:
    """A part with an optional and a fixed-length field."""

    rate: MoneyRate | None
    ends: tuple[int, int] | None = None


@dataclass(frozen=True)
class Outer:
    """Every kind of field that stored values use."""

    first_name: str
    share: Share
    day: date
    level: float
    parts: tuple[Inner, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    sunk: bool = False


VALUES = st.builds(
    Outer,
    first_name=st.text(max_size=5),
    share=st.builds(Share, AMOUNTS),
    day=st.dates(),
    level=st.floats(allow_nan=False, allow_infinity=False),
    parts=st.lists(
        st.builds(
            Inner,
            rate=st.none() | st.builds(MoneyRate, AMOUNTS),
            ends=st.none() | st.tuples(st.integers(), st.integers()),
        ),
        max_size=3,
    ).map(tuple),
    counts=st.dictionaries(st.text(max_size=3), st.integers(), max_size=3),
    sunk=st.booleans(),
)


@given(VALUES)
def test_what_is_written_is_read_back_equal(value: Outer) -> None:
    """Exactly, for any amounts: thirds and negative ones too."""
    assert from_plain(Outer, to_plain(value)) == (value, ())


def test_defaults_are_left_out_and_keys_are_camel_case() -> None:
    """A reader sees what differs, in the style of the specs."""
    tree = to_plain(Outer("chat", Share(Fraction(3, 10)), date(2026, 11, 23), 1.5))
    assert tree == {"firstName": "chat", "share": "30%", "day": "2026-11-23", "level": 1.5}


GOOD: dict[str, object] = {"firstName": "chat", "share": "30%", "day": "2026-11-23", "level": 1}


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ({"share": "30"}, ("share",), "has no unit"),
        ({"share": None}, ("share",), "cannot be read"),
        ({"day": "tomorrow"}, ("day",), "cannot be read"),
        ({"level": True}, ("level",), "is not float"),
        ({"firstName": 7}, ("firstName",), "is not str"),
        ({"sunk": "yes"}, ("sunk",), "is not bool"),
        ({"colour": 1}, ("colour",), "is no key"),
        ({"parts": {}}, ("parts",), "is not a list"),
        ({"parts": [{}]}, ("parts", 0), "lacks rate"),
        ({"parts": [{"rate": None, "ends": [1]}]}, ("parts", 0, "ends"), "holds 1 values"),
        ({"parts": [3]}, ("parts", 0), "is not a mapping"),
        ({"counts": {"a": "1"}}, ("counts", "a"), "is not int"),
        ({"counts": []}, ("counts",), "is not a mapping"),
    ],
)
def test_a_wrong_tree_is_named_with_its_path(change: dict[str, object], path: tuple[object, ...], said: str) -> None:
    """A hand-edited file says where it is wrong."""
    value, problems = from_plain(Outer, GOOD | change)
    assert value is None
    assert [(where, said in what) for where, what in problems] == [(path, True)]


def test_all_problems_come_at_once() -> None:
    """One look shows everything that is wrong."""
    _, problems = from_plain(Outer, GOOD | {"share": "x", "level": "y", "colour": 1})
    assert len(problems) == 3


def test_a_whole_amount_of_memory_reads_as_written() -> None:
    """80GiB stays 80GiB."""
    assert to_plain(Memory.gib(80)) == "80GiB"
