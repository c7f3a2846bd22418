"""`tonnage preview`: what each stack declares."""

from pathlib import Path

from tonnage.cli.console import console, progress
from tonnage.cli.here import situation_here
from tonnage.cli.screen import result, tell
from tonnage.cli.sides import side_at
from tonnage.report.json import render_declared
from tonnage.report.terminal import show_preview


def run(specs: Path | None, cluster: str | None, *, as_json: bool) -> int:
    """Record every stack, or those of one cluster, and print what they declare. The exit code."""
    at = situation_here(specs, cluster)
    with progress("recording"):
        side = side_at(at, "the working tree", cluster)
    if as_json:
        result(render_declared(side.declared, side.findings))
    elif side.complete:
        show_preview(side.declared, console())
    return tell(side.findings)
