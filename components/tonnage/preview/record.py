"""Run any Pulumi program in this process and note what it declares: no engine, cluster, credentials or network."""

import asyncio
import contextvars
import json
import runpy
import threading
import traceback
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pulumi import runtime

from tonnage.findings import Finding, Position, Severity, SpecError, errors, ordered
from tonnage.manifests.declared import Declared
from tonnage.preview.monitor import Engine, Monitor, same_key
from tonnage.preview.requests import declared_of
from tonnage.preview.surroundings import own_process
from tonnage.preview.wire import Plain

Program = Path | Callable[[], object]
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class Recording:
    """What one stack declares. Either complete, or without any resource and with the errors that say why."""

    project: str
    stack: str
    resources: tuple[Declared, ...]
    """By type and name."""
    exports: Mapping[str, object] = field(default_factory=dict)
    """Outputs of the stack, secrets masked."""
    findings: tuple[Finding, ...] = ()


def record(
    program: Program,
    project: str,
    stack: str,
    config: Mapping[str, object] | None = None,
    secrets: Collection[str] = (),
    *,
    root: Path | None = None,
) -> Recording:
    """Record what a program declares in a preview of a stack that does not exist yet.

    `program` is a folder with `__main__.py`, a file, or a function without arguments. `config` holds values by full
    key (`tonnage:cluster`), those named in `secrets` as secrets. `root` is the folder of Pulumi.yaml; left out, the
    program's. What the program raises or logs as an error comes back as findings; nothing is raised.
    """
    values = {key: v if isinstance(v, str) else json.dumps(v) for key, v in (config or {}).items()}
    plain = Plain(values[key] for key in secrets if key in values)
    monitor, engine = Monitor(project, stack, plain), Engine(stack, plain)
    path = program.resolve() if isinstance(program, Path) else None
    run = _Run(program if path is None else path, values, list(secrets), str(root or path or Path.cwd()))
    with _ONE_AT_A_TIME, own_process(path):
        raised = run.over(monitor, engine)
    monitor.close()
    found = [*monitor.findings, *engine.findings, *same_key(monitor.requests)]
    found += [] if raised is None else _explained(raised, stack, path, plain)
    if errors(found):
        return Recording(project, stack, (), {}, ordered(found))
    return Recording(project, stack, declared_of(stack, monitor.requests, plain), monitor.exports, ordered(found))


@dataclass(frozen=True)
class _Run:
    program: Program
    config: Mapping[str, str]
    secrets: list[str]
    root: str

    def over(self, monitor: Monitor, engine: Engine) -> BaseException | None:
        """Run in a thread of its own: Pulumi keeps its settings per context and its event loop per thread."""
        raised: list[BaseException] = []

        def body() -> None:
            try:
                contextvars.Context().run(self._inside, monitor, engine)
            except BaseException as problem:  # noqa: BLE001 the program is not ours: whatever it raises is a result
                raised.append(problem)
            finally:
                contextvars.Context().run(_neutral)

        thread = threading.Thread(target=body, name="recording", daemon=True)
        thread.start()
        thread.join()
        return raised[0] if raised else None

    def _inside(self, monitor: Monitor, engine: Engine) -> None:
        runtime.Settings(
            project=monitor.project,
            stack=monitor.stack,
            monitor=monitor,
            engine=engine,
            dry_run=True,
            organization="organization",
            root_directory=self.root,
        )
        runtime.set_all_config(dict(self.config), self.secrets)
        with asyncio.Runner() as runner:
            # outputs that nobody awaits after a failure are not news: the failure itself is reported
            runner.get_loop().set_exception_handler(lambda *_: None)
            runner.run(runtime.run_in_stack(self._start))

    def _start(self) -> None:
        if isinstance(self.program, Path):
            runpy.run_path(str(self.program), run_name="__main__")
        else:
            self.program()


def _neutral() -> None:
    """Pulumi keeps the settings first made in an empty context for all others without any: make those say nothing."""
    runtime.Settings(project="project", stack="stack", root_directory="root_directory", organization="organization")


def _explained(raised: BaseException, stack: str, program: Path | None, plain: Plain) -> list[Finding]:
    if isinstance(raised, SpecError):
        return list(raised.findings)
    if isinstance(raised, SystemExit):
        what, fix = "the program ends itself before everything is declared", "let it run to its end"
    else:
        what, fix = f"{type(raised).__name__}: {raised}", "correct the program"
    return [
        Finding(
            f"stack {stack}", plain.hidden(what.strip()), fix, Severity.ERROR, _place(raised, program), code="TN604"
        )
    ]


def _place(raised: BaseException, program: Path | None) -> Position | None:
    """The last line of the program's own folder that led to the exception."""
    if program is None:
        return None
    folder = program if program.is_dir() else program.parent
    frames = [f for f in traceback.extract_tb(raised.__traceback__) if Path(f.filename).parent == folder]
    if not frames:
        return None
    return Position(frames[-1].filename, frames[-1].lineno or 1, (frames[-1].colno or 0) + 1)
