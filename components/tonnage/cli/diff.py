"""`tonnage diff`: what the working tree changes against a git revision."""

from pathlib import Path
from typing import Literal

from tonnage.cli.console import console, progress
from tonnage.cli.folder import prefix_of, specs_folder
from tonnage.cli.revision import Revision, exported
from tonnage.cli.screen import FINDINGS, FINE, note, result
from tonnage.cli.sides import side_of
from tonnage.cli.usage import UsageError
from tonnage.report.compare import Report, report_of
from tonnage.report.json import render_report
from tonnage.report.markdown import render_markdown
from tonnage.report.terminal import show_report

Form = Literal["terminal", "markdown", "json"]


def run(specs: Path | None, base: str, form: Form, out: Path | None) -> int:
    """Compare, print or write. The exit code is 1 where the head has errors; what changed does not matter to it."""
    folder = specs_folder(specs, Path.cwd())
    with progress("comparing"), exported(folder, base) as revision:
        prefix = prefix_of(folder)
        before = side_of(revision.folder, revision.label, prefix)
        report = report_of(before, side_of(folder, "the working tree", prefix), tuple(_notes(revision)))
    _show(report, form, out)
    return FINDINGS if report.blocked else FINE


def _notes(revision: Revision) -> list[str]:
    notes = []
    if revision.behind:
        commits = f"{revision.behind} commit{'' if revision.behind == 1 else 's'}"
        notes.append(f"The base has moved on: {commits} on {revision.name} that this branch lacks touch the specs.")
    if revision.skipped:
        notes.append(f"Links and submodules are not followed: {', '.join(revision.skipped)}.")
    return notes


def _show(report: Report, form: Form, out: Path | None) -> None:
    if form == "terminal" and out is None:
        show_report(report, console())
        return
    text = render_report(report) if form == "json" else render_markdown(report)
    if out is None:
        result(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise UsageError(
            f"{out} cannot be written: {problem.strerror}", "name a file in a folder that exists"
        ) from None
    note(f"tonnage: wrote {out}")
