"""Differences of plain data, field by field."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tonnage.report.fields import ABSENT, field_changes

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "name"]), inner, max_size=3),
    max_leaves=12,
)


def paths(before: Any, after: Any) -> list[tuple[str, Any, Any]]:
    return [(c.shown_path, c.before, c.after) for c in field_changes(before, after)]


def test_only_the_leaves_that_differ_are_named() -> None:
    """A reviewer reads spec.replicas, not the whole object."""
    before = {"spec": {"replicas": 9, "selector": {"app": "chat"}}}
    after = {"spec": {"replicas": 14, "selector": {"app": "chat"}}}

    assert paths(before, after) == [("spec.replicas", 9, 14)]


def test_containers_are_matched_by_name_and_not_by_place() -> None:
    """A sidecar put in front does not make every container look changed."""
    engine = {"name": "engine", "image": "a"}
    before = {"containers": [engine]}
    after = {"containers": [{"name": "proxy"}, {**engine, "image": "b"}]}

    assert paths(before, after) == [
        ("containers[engine].image", "a", "b"),
        ("containers[proxy]", ABSENT, {"name": "proxy"}),
    ]


def test_an_argument_put_in_the_middle_is_one_change() -> None:
    """Arguments after it have moved but not changed."""
    assert paths({"args": ["a", "c"]}, {"args": ["a", "b", "c"]}) == [("args[1]", ABSENT, "b")]


def test_null_is_told_apart_from_unset() -> None:
    """Kubernetes reads the two differently."""
    assert paths({}, {"a": None}) == [("a", ABSENT, None)]


def test_true_is_not_one_but_floats_of_the_engine_are_their_integers() -> None:
    """The engine sends 9.0 for 9; that is no change, true for 1 is."""
    assert paths({"a": 9}, {"a": 9.0}) == []
    assert paths({"a": 1}, {"a": True}) == [("a", 1, True)]


@given(PLAIN)
def test_what_is_equal_is_silent(tree: Any) -> None:
    """No difference, no line."""
    assert field_changes(tree, tree) == ()


@given(PLAIN, PLAIN)
def test_every_difference_is_found_and_turns_round(before: Any, after: Any) -> None:
    """Trees whose text differs have changes, and the way back has as many."""
    there, back = field_changes(before, after), field_changes(after, before)

    assert bool(there) == (json.dumps(before, sort_keys=True) != json.dumps(after, sort_keys=True))
    assert len(there) == len(back)


def test_another_order_of_named_items_is_a_change() -> None:
    """Init containers run in their order."""
    a, b = {"name": "a"}, {"name": "b"}

    assert paths({"init": [a, b]}, {"init": [b, a]}) == [("init.(order)", ["a", "b"], ["b", "a"])]
