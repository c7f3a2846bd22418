"""The word that was probably meant, and silence where none was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonnage.spec.suggest import instead, nearest

GPUS = ["a100-80-sxm", "h100-nvl", "h100-pcie", "h100-sxm", "l4", "l40", "l40s"]


@pytest.mark.parametrize(
    ("word", "fix"),
    [
        ("L40S", "did you mean 'l40s'?"),
        ("h100_sxm", "did you mean 'h100-sxm'?"),
        ("h10-sxm", "did you mean 'h100-sxm'?"),
        ("h100", "did you mean 'h100-nvl', 'h100-pcie' or 'h100-sxm'?"),
        ("a100", "did you mean 'a100-80-sxm'?"),
        ("tpu", "name another"),
        ("", "name another"),
        ("x" * 10_000, "name another"),
    ],
)
def test_the_probable_word_is_named(word: str, fix: str) -> None:
    """Letter case, punctuation, a slip of the finger, a beginning; never a wild guess."""
    assert instead(word, GPUS, "name another") == fix


def test_the_order_of_the_known_words_means_nothing() -> None:
    """The same finding in every run."""
    assert instead("h100", reversed(GPUS), "") == instead("h100", set(GPUS), "")


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=8))
def test_only_known_words_are_named(word: str, known: list[str]) -> None:
    """Whatever was written."""
    near = nearest(word, known)
    assert near is None or near in known
