"""`tonnage check`: findings only."""

from pathlib import Path

from tonnage.capacity.situation import planned, situation, stored
from tonnage.cli.console import progress
from tonnage.cli.folder import prefix_of, specs_folder
from tonnage.cli.screen import FINDINGS, FINE, line, result
from tonnage.findings import errors, ordered
from tonnage.report.escape import visible
from tonnage.report.json import render_findings


def run(specs: Path | None, *, as_json: bool) -> int:
    """Judge specs, plan and plan files; print what was found. The exit code."""
    folder = specs_folder(specs, Path.cwd())
    at = situation(folder, prefix_of(folder))
    with progress("checking"):
        made, kept = planned(at), stored(at)
    found = ordered([*at.findings, *made.findings, *kept.findings, *kept.stale])
    if as_json:
        result(render_findings(found))
    else:
        result("".join(f"{visible(line(f))}\n" for f in found))
    return FINDINGS if errors(found) else FINE
