"""Where things are printed: the result alone on stdout, all else on stderr."""

import sys
from collections.abc import Iterable

from tonnage.findings import Finding, errors, ordered
from tonnage.report.escape import visible

FINE, FINDINGS, USAGE = 0, 1, 2
"""Exit codes: nothing of severity error, at least one, or the command could not start."""


def tell(findings: Iterable[Finding]) -> int:
    """Print findings on stderr, one a line; return the exit code that they ask for."""
    found = ordered(findings)
    for f in found:
        print(visible(line(f)), file=sys.stderr)
    return FINDINGS if errors(found) else FINE


def line(f: Finding) -> str:
    """file:line:col: severity: where: what; fix"""
    return str(f)


def listed(findings: Iterable[Finding]) -> str:
    """Findings as a result, one a line, in the order given."""
    return "".join(f"{visible(line(f))}\n" for f in findings)


def note(text: str) -> None:
    """A message that is no result."""
    print(visible(text), file=sys.stderr)


def result(text: str) -> None:
    """The result, as it is."""
    sys.stdout.write(text)
