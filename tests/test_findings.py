"""One type for everything that can be wrong: how it reads, sorts, and stops a run."""

from dataclasses import FrozenInstanceError, replace
from itertools import permutations

import pytest

from tonnage.findings import Finding, Position, Severity, SpecError, errors, ordered

HERE = Position("teams/search.yaml", 14, 19)
FINDING = Finding("serving[0].accelerators[1]", "unknown accelerator 'h10'", "did you mean 'h100-sxm'?", position=HERE)


def test_a_finding_reads_as_editors_and_people_want_it() -> None:
    """file:line:col first, so that a terminal can jump there; then what, then how to mend it."""
    assert str(FINDING) == (
        "teams/search.yaml:14:19: error: serving[0].accelerators[1]: unknown accelerator 'h10'; "
        "did you mean 'h100-sxm'?"
    )
    assert "19: error TN202: serving" in str(replace(FINDING, code="TN202"))
    assert str(FINDING.at(None)) == str(FINDING).removeprefix("teams/search.yaml:14:19: ")


def test_placing_changes_the_place_only() -> None:
    """The former finding stays as it is: values are frozen."""
    other = FINDING.at(Position("a.yaml", 1, 1))
    assert (other.where, other.what, other.fix, other.severity) == (
        FINDING.where,
        FINDING.what,
        FINDING.fix,
        FINDING.severity,
    )
    assert FINDING.position == HERE
    with pytest.raises(FrozenInstanceError):
        FINDING.where = "elsewhere"  # type: ignore[misc]  # that it is refused is what is tested


def test_only_errors_stop() -> None:
    """A finding is an error unless it says otherwise; warnings and notes never stop a run."""
    warning, info = (Finding("a", "b", "c", s) for s in (Severity.WARNING, Severity.INFO))
    assert errors([warning, FINDING, info]) == (FINDING,)


def test_order_is_by_file_line_and_column_without_repeats() -> None:
    """Whatever the order in which they were found; those without a place come last."""
    wanted = (
        Finding("b", "w", "f", position=Position("a.yaml", 2, 9)),
        Finding("a", "w", "f", position=Position("a.yaml", 10, 1)),
        Finding("a", "x", "f", position=Position("a.yaml", 10, 1)),
        Finding("a", "w", "f", position=Position("b.yaml", 1, 1)),
        Finding("a", "w", "f"),
        Finding("b", "w", "f"),
    )
    assert all(ordered([*mixed, mixed[0]]) == wanted for mixed in permutations(wanted))


def test_the_exception_of_the_edge_shows_all() -> None:
    """A Pulumi program takes no list; its user still sees every finding, in order."""
    late = Finding("a", "w", "f")
    error = SpecError([late, FINDING, FINDING])
    assert error.findings == (FINDING, late)
    assert str(error) == f"\n{FINDING}\n{late}"
