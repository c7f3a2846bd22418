"""`tonnage explain`: what a finding's code or a key of a spec means."""

import re

from tonnage.cli.screen import FINE, result
from tonnage.cli.usage import UsageError, unknown
from tonnage.findings.table import kinds
from tonnage.report.explanation import render_key, render_kind, render_kinds
from tonnage.spec.keys import all_paths, explained


def run(what: str | None) -> int:
    """Print one page, or all codes. The exit code."""
    if what is None:
        result(render_kinds(kinds().values()))
    elif re.fullmatch(r"(?i)tn\d+", what):
        result(_kind(what.upper()))
    else:
        result(_key(what))
    return FINE


def _kind(code: str) -> str:
    if code not in kinds():
        raise UsageError(f"there is no code {code}", "`tonnage explain` lists all of them")
    return render_kind(kinds()[code])


def _key(path: str) -> str:
    found = explained(path)
    if not found:
        raise unknown("key", path, all_paths())
    return "\n".join(map(render_key, found))
