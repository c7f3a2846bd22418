"""`tonnage check`: findings only."""

from pathlib import Path

from tonnage.capacity.situation import planned, stored
from tonnage.cli.console import progress
from tonnage.cli.here import situation_here
from tonnage.cli.screen import FINDINGS, FINE, listed, result
from tonnage.findings import errors, ordered
from tonnage.report.json import render_findings


def run(specs: Path | None, *, as_json: bool) -> int:
    """Judge specs, plan and plan files; print what was found. The exit code."""
    at = situation_here(specs)
    with progress("checking"):
        kept = stored(at)
        made = planned(at, before=kept.plans)
    found = ordered([*at.findings, *made.findings, *kept.findings, *kept.stale])
    result(render_findings(found) if as_json else listed(found))
    return FINDINGS if errors(found) else FINE
