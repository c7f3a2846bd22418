"""Names that Kubernetes takes, and one lawful name from several parts that never falls together with another."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonnage.names import LABEL_LIMIT, is_label, label

PARTS = st.lists(st.text(max_size=40), min_size=1, max_size=4)
DNS_LABEL = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")


@pytest.mark.parametrize("name", ["a", "search", "g6e-12xlarge", "a1", "a-b-c", "a" * 63])
def test_lawful_names_are_taken(name: str) -> None:
    """And `label` leaves them as they are."""
    assert is_label(name)
    assert label(name) == name


@pytest.mark.parametrize(
    "name", ["", "-a", "a-", "1a", "A", "a_b", "a.b", "a b", "a\n", "ä", "\u0430", "a" * 64, "${x}", "../a", "{{a}}"]
)
def test_unlawful_names_are_not(name: str) -> None:
    """Not even those that only look lawful, or end in a line feed."""
    assert not is_label(name)
    assert label(name) != name


@given(PARTS, st.integers(16, LABEL_LIMIT))
def test_a_label_is_always_lawful_and_within_the_limit(parts: list[str], limit: int) -> None:
    """From any text."""
    made = label(*parts, limit=limit)
    assert len(made) <= limit
    assert DNS_LABEL.fullmatch(made)
    assert is_label(made)


@given(PARTS, PARTS)
def test_different_parts_give_different_labels(one: list[str], other: list[str]) -> None:
    """What was cut or replaced is told apart by the digest; only dashes inside lawful parts may shift."""
    if "-".join(one) != "-".join(other):
        assert label(*one) != label(*other)


def test_long_and_odd_names_stay_readable() -> None:
    """The beginning is kept; eight digits tell it apart."""
    assert re.fullmatch(r"search-chat-prod-east-[0-9a-f]{8}", label("search", "Chat", "prod_east"))
    assert re.fullmatch(r"a{54}-[0-9a-f]{8}", label("a" * 80))
    assert re.fullmatch(r"x-7b-[0-9a-f]{8}", label("7b"))


def test_names_cut_at_one_place_do_not_collide() -> None:
    """The fault that plain truncation has."""
    made = {label("w" * 70 + str(i)) for i in range(1000)}
    assert len(made) == 1000
