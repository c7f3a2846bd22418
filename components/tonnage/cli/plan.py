"""`tonnage plan`: nodes, replicas and money that the specs ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tonnage.capacity.planfile import write_plan_files
from tonnage.capacity.releasing import released
from tonnage.capacity.result import CapacityPlan
from tonnage.capacity.situation import Planned, Situation, Stored, planned, stored, to_store
from tonnage.cli.console import console, progress
from tonnage.cli.here import situation_here
from tonnage.cli.screen import note, result, tell
from tonnage.cli.usage import unknown
from tonnage.cli.writing import put_whole
from tonnage.findings import Finding, Severity, errors
from tonnage.report.explain import explain, subjects
from tonnage.report.json import render_plans


@dataclass(frozen=True)
class Asked:
    """What is wanted of the plan."""

    what: str | None
    """A workload, pool or cluster to explain; None: everything."""
    explain: bool
    write: bool
    json: bool
    release: bool = False
    """Let go what the plan files say is releasing."""


def run(specs: Path | None, cluster: str | None, asked: Asked) -> int:
    """Plan, and print or write it. The exit code."""
    at = situation_here(specs, cluster)
    with progress("planning"):
        kept = stored(at)
        before = {name: released(plan) if asked.release else plan for name, plan in kept.plans.items()}
        made = planned(at, cluster, before)
    findings = [*at.findings, *made.findings]
    if asked.write:
        return _write(at, made, [*findings, *_unknown_before(kept, made)])
    _show(made.plans, findings, asked)
    return tell([*findings, *_stored_before(kept, made)])


def _show(plans: Mapping[str, CapacityPlan], findings: list[Finding], asked: Asked) -> None:
    shown = tuple(plans.values())
    if asked.json:
        result(render_plans(shown, findings))
    elif asked.explain:
        said = explain(shown, asked.what) if shown else ""
        if said is None:
            raise unknown("workload, pool or cluster", asked.what or "", subjects(shown))
        result(said)
    elif shown:
        from tonnage.report.terminal import show_plan  # noqa: PLC0415 tables are loaded only to be shown

        for plan in shown:
            show_plan(plan, console())


def _stored_before(kept: Stored, made: Planned) -> list[Finding]:
    """That plan files say something else is worth knowing, but no fault of the specs."""
    if not made.plans:
        return []
    old = [f for name in made.plans for f in kept.stale_in.get(name, ())]
    return [replace(f, severity=Severity.WARNING) for f in (*kept.findings, *old)]


def _unknown_before(kept: Stored, made: Planned) -> list[Finding]:
    """Where files are overwritten that could not be read, nothing of them can be kept until it is released."""
    what = "its plan files could not be read, so nodes and quotas that they held are not kept"
    fix = "take readable ones from git and write again; or see in `tonnage diff` that nothing shrinks"
    names = [name for name in kept.broken if name in made.plans]
    return [Finding(f"plan of {name}", what, fix, Severity.WARNING, code="TN384") for name in names]


def _write(at: Situation, made: Planned, findings: list[Finding]) -> int:
    if errors(findings):
        code = tell(findings)
        note("tonnage: nothing was written, because the plan has errors")
        return code
    count = 0
    for files in to_store(at, made.plans).values():
        for name, text in write_plan_files(files).items():
            count += _put(at.folder / name, text)
        count += _drop_former(at.folder, files.pools.cluster, set(files.teams))
    note(
        f"tonnage: {count} plan file{'' if count == 1 else 's'} changed"
        if count
        else "tonnage: plan files are as before"
    )
    return tell(findings)


def _put(file: Path, text: str) -> int:
    """Write a file where it changed; 1 if so."""
    if file.is_file() and file.read_text(encoding="utf-8") == text:
        return 0
    file.parent.mkdir(parents=True, exist_ok=True)
    put_whole(file, text)
    note(f"tonnage: wrote {file}")
    return 1


def _drop_former(folder: Path, cluster: str, teams: set[str]) -> int:
    """Remove the files of teams that no longer run on the cluster; how many."""
    former = [f for f in sorted((folder / "plan" / cluster).glob("*.yaml")) if f.stem not in {*teams, "pools"}]
    for file in former:
        file.unlink()
        note(f"tonnage: removed {file}")
    return len(former)
