"""One state of the specs as a report compares it: plans, and what every stack of it declares."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tonnage.capacity.planfile import FOLDER as PLAN_FOLDER
from tonnage.capacity.planfile import write_plan_files
from tonnage.capacity.situation import Planned, Situation, planned, situation, stored, to_store
from tonnage.cli.revision import held
from tonnage.cli.stacks import PROGRAM, StackConfigFile, project_of, stacks_of
from tonnage.findings import Finding, Severity, errors, ordered
from tonnage.manifests.declared import Declared
from tonnage.preview import record
from tonnage.report.compare import Side
from tonnage.spec.load import Specs
from tonnage.stack import declare

_STALE = "plan files are stale: what is shown holds after `tonnage plan --write`"


@dataclass(frozen=True)
class Recorded:
    """What stacks declare, and what was found on the way."""

    declared: tuple[Declared, ...]
    findings: tuple[Finding, ...]


def side_of(folder: Path, label: str, prefix: str, only: str | None = None) -> Side:
    """Plan a folder of specs and record its stacks. `only`: one cluster."""
    if not (folder / "clusters").is_dir() and not (folder / "teams").is_dir():
        return Side(label)
    return side_at(situation(folder, prefix), label, only)


def side_at(at: Situation, label: str, only: str | None = None) -> Side:
    """As `side_of`, of specs that have been read."""
    kept = stored(at)
    made = planned(at, only, kept.plans)
    found = [*at.findings, *made.findings, *kept.findings]
    if at.specs is None or at.catalog is None or errors((*at.findings, *kept.findings)):
        return Side(label, findings=ordered(found), complete=False)
    clusters = {n: c for n, c in at.specs.clusters.items() if only in {None, n}}
    fresh = kept.files.keys() - kept.stale_in.keys()
    plans = {n: kept.files[n].plan if n in fresh else p for n, p in made.plans.items()}
    with _with_fresh_plan(at, made, afresh=bool(kept.stale_in or errors(made.findings))) as current:
        recorded = _recorded(at, at.specs, current, only)
    found += [
        Finding(f"plan of {n}", _STALE, "run it and commit the result", Severity.WARNING, code="TN341")
        for n in sorted(kept.stale_in)
    ]
    found += recorded.findings
    return Side(
        label=label,
        clusters=clusters,
        teams={n: at.specs.teams.get(n, ()) for n in clusters},
        plans=plans,
        declared=recorded.declared,
        findings=ordered(found),
        catalog=at.catalog.version,
        complete=not errors(recorded.findings),
    )


def _recorded(at: Situation, specs: Specs, current: Path, only: str | None) -> Recorded:
    stacks, found = stacks_of(at.folder, specs, at.prefix)
    project, root = project_of(at.folder)
    runs = [_record(current, s, project, root) for s in stacks if only in {None, s.cluster}]
    declared = tuple(d for r in runs for d in r.declared)
    return Recorded(declared, (*found, *(f for r in runs for f in r.findings)))


@contextmanager
def _with_fresh_plan(at: Situation, made: Planned, *, afresh: bool) -> Iterator[Path]:
    """The folder itself, or a copy of it in which the plan files are those of now.

    Where the plan has errors, programs would refuse to declare it; the reviewer wants to see it all the same.
    """
    if not afresh:
        yield at.folder
        return
    with TemporaryDirectory(prefix="tonnage-head-") as name:
        copy = Path(name).resolve()
        for file in _specs_and_program(at.folder):
            target = copy / file.relative_to(at.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        for files in to_store(at, made.plans).values():
            for own, text in write_plan_files(files).items():
                (copy / own).parent.mkdir(parents=True, exist_ok=True)
                (copy / own).write_text(text, encoding="utf-8")
        yield copy


def _specs_and_program(folder: Path) -> Iterator[Path]:
    """What a specs folder holds, plan files left out; hidden folders (a virtual environment) are not entered."""
    for top in sorted(folder.iterdir()):
        if top.is_symlink() or top.name.startswith(".") or top.name == PLAN_FOLDER:
            continue
        below = sorted(top.rglob("*")) if top.is_dir() else [top]
        yield from (f for f in below if f.is_file() and not f.is_symlink() and held(f.relative_to(folder).as_posix()))


def _record(folder: Path, stack: StackConfigFile, project: str, root: Path) -> Recorded:
    program = folder if (folder / PROGRAM).is_file() else declare
    config = {**stack.config, "tonnage:specs": str(folder.resolve())}
    recording = record(program, project, stack.name, config, stack.secrets, root=root.resolve())
    return Recorded(recording.resources, tuple(replace(f, where=_said(f, stack.name)) for f in recording.findings))


def _said(f: Finding, stack: str) -> str:
    return f.where if f.where.startswith("stack ") else f"stack {stack}: {f.where}"
