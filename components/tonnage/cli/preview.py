"""`tonnage preview`: what each stack declares."""

from pathlib import Path

from tonnage.cli.console import console, progress
from tonnage.cli.folder import prefix_of, specs_folder
from tonnage.cli.screen import result, tell
from tonnage.cli.sides import side_of
from tonnage.cli.usage import unknown
from tonnage.report.json import render_declared
from tonnage.report.terminal import show_preview
from tonnage.spec.load import load_specs


def run(specs: Path | None, cluster: str | None, *, as_json: bool) -> int:
    """Record every stack, or those of one cluster, and print what they declare. The exit code."""
    folder = specs_folder(specs, Path.cwd())
    if cluster is not None:
        read, _ = load_specs(folder)
        if read is not None and cluster not in read.clusters:
            raise unknown("cluster", cluster, read.clusters)
    with progress("recording"):
        side = side_of(folder, "the working tree", prefix_of(folder), cluster)
    if as_json:
        result(render_declared(side.declared, side.findings))
    elif side.complete:
        show_preview(side.declared, console())
    return tell(side.findings)
