"""What went wrong in a run of the engine, as findings: its own words, failed steps, and counts that disagree."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from tonnage.findings import Finding, Position, Severity
from tonnage.preview.engine_policies import one_line, place_of
from tonnage.preview.engine_steps import Diagnostic

_WEIGHTS = {"error": Severity.ERROR, "warning": Severity.WARNING}
_AGAIN = "see what the engine says of it; mend that, then run `pulumi refresh` and the update again"


@dataclass(frozen=True)
class Failed:
    """Which steps ended well."""

    said: frozenset[str]
    """URNs whose operation failed, by an event of its own."""
    accused: frozenset[str]
    """URNs that an error is about."""
    ended: frozenset[tuple[str, str]]
    """URN and operation of steps that were finished."""

    def outcome(self, urn: str, ops: Collection[str]) -> Literal["done", "failed", "open"]:
        """How the operations on a resource went, taken together."""
        if all((urn, op) in self.ended for op in ops):
            return "done"
        return "failed" if urn in self.said or urn in self.accused else "open"


def failed_urns(diagnostics: Iterable[Diagnostic]) -> frozenset[str]:
    """Resources that an error is about."""
    return frozenset(d.urn for d in diagnostics if d.severity == "error" and d.urn)


def diagnostic_findings(said: Iterable[tuple[Diagnostic, int]], shown: str) -> list[Finding]:
    """Errors and warnings of the engine, providers and program, with the line of the log that holds them."""
    found: dict[tuple[str, str, Severity], int] = {}
    for diagnostic, line in said:
        severity = _WEIGHTS.get(diagnostic.severity or "")
        text = one_line(diagnostic.message or "").removeprefix("error: ").removeprefix("warning: ")
        if severity is not None and not diagnostic.ephemeral and text:
            found.setdefault((place_of(diagnostic.urn or ""), text, severity), line)
    return [
        Finding(where, text, "do what the message says", severity, Position(shown, line, 1), code="TN456")
        for (where, text, severity), line in found.items()
    ]


def step_findings(steps: Iterable[tuple[str, str, str]], shown: str) -> list[Finding]:
    """Steps (URN, operation, outcome) that did not end well."""
    start = Position(shown, 1, 1)
    return [
        Finding(
            place_of(urn),
            f"{op} failed"
            if outcome == "failed"
            else f"{op} began and was not finished: nobody knows whether it was done",
            _AGAIN,
            position=start,
            code="TN457",
        )
        for urn, op, outcome in steps
        if outcome != "done"
    ]


def count_findings(
    counted: Mapping[str, int], summary: Mapping[str, int] | None, *, corrupt: bool | None, shown: str
) -> list[Finding]:
    """Where the engine's own count differs from the steps that were read, or it doubts its state."""
    start = Position(shown, 1, 1)
    found = []
    if corrupt:
        what = "the engine says that its state may no longer be what exists"
        found.append(
            Finding("the stack", what, "run `pulumi refresh` before anything else", position=start, code="TN458")
        )
    ops = sorted({*counted, *(summary or {})}) if summary is not None else []
    for op in ops:
        ours, theirs = counted.get(op, 0), (summary or {}).get(op, 0)
        if ours != theirs:
            what = f"the engine counts {theirs} of {op}, but {ours} are read: steps are missing, or told twice"
            found.append(Finding("the stack", what, "run the engine again", position=start, code="TN458"))
    return found
