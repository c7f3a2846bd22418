"""The one type for everything that can be wrong: spec errors, shortfalls, policy results.

Problems are returned, not raised. A function hands back what it read and what it found;
only the outermost edge, where a caller can take no list, raises `SpecError`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs. An error stops the run before anything is declared."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, order=True)
class Position:
    """A place in a file. Line and column count from 1, as editors show them."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Finding:
    """One problem: where it is, what it is, and how to fix it.

    `where` is a path inside the file's data (`serving[0].slo.tpotP95`) or the name of the thing
    judged; `position` is its place in a file, where one is known.
    """

    where: str
    what: str
    fix: str
    severity: Severity = Severity.ERROR
    position: Position | None = None
    code: str = ""
    """Its kind, a row of the table in `tonnage.findings.table`: TN123. Empty for a rule of the user's own."""

    def at(self, position: Position | None) -> "Finding":
        """The same finding, placed in a file."""
        return replace(self, position=position)

    def __str__(self) -> str:
        place = f"{self.position}: " if self.position else ""
        kind = f"{self.severity} {self.code}" if self.code else f"{self.severity}"
        return f"{place}{kind}: {self.where}: {self.what}; {self.fix}"


class SpecError(Exception):
    """Raised at the edge of a Pulumi program, with every finding in its message."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = ordered(findings)
        super().__init__("\n" + "\n".join(str(f) for f in self.findings))


def errors(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those findings that stop a run."""
    return tuple(f for f in findings if f.severity is Severity.ERROR)


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings without repeats, by file and line; those without a position come last."""

    def key(f: Finding) -> tuple[bool, str, int, int, str, str]:
        p = f.position or Position("", 0, 0)
        return f.position is None, p.file, p.line, p.column, f.where, f.what

    return tuple(sorted(dict.fromkeys(findings), key=key))
