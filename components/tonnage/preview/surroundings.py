"""What a program may change in the process that runs it, put back afterwards: folder, import path, modules."""

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType


@contextmanager
def own_process(program: Path | None) -> Iterator[None]:
    """Run the body as if the process were the program's own, started in its folder.

    Modules of the program's folder are loaded afresh and forgotten again, so that the base and the head of a diff
    may have modules of one name. Pulumi's own variables are hidden: the recording's config is the only one.
    Everything in here belongs to the whole process, so only one body may run at a time.
    """
    folder = program if program is None or program.is_dir() else program.parent
    cwd, path, argv, variables = Path.cwd(), list(sys.path), list(sys.argv), dict(os.environ)
    modules = dict(sys.modules)
    for name in [n for n in os.environ if n.startswith("PULUMI_CONFIG")]:
        del os.environ[name]
    try:
        if folder is not None:
            _enter(folder, program or folder)
        yield
    finally:
        os.chdir(cwd)
        sys.path[:], sys.argv[:] = path, argv
        os.environ.clear()
        os.environ.update(variables)
        if folder is not None:
            _forget(folder, modules)


def _enter(folder: Path, program: Path) -> None:
    own = _modules_of(folder)
    for name in [n for n in sys.modules if n.partition(".")[0] in own]:
        del sys.modules[name]
    # a folder that was read less than a tick of the file system's clock ago may be cached without its newest file
    importlib.invalidate_caches()
    sys.path.insert(0, str(folder))
    sys.argv[:] = [str(program)]
    os.chdir(folder)


def _forget(folder: Path, before: dict[str, ModuleType]) -> None:
    for name in [n for n in sys.modules if n not in before and _comes_from(n.partition(".")[0], folder)]:
        del sys.modules[name]
    sys.modules.update(before)


def _modules_of(folder: Path) -> frozenset[str]:
    """Names that a program in the folder imports from there, before any other place."""
    single = {file.stem for file in folder.glob("*.py")} - {"__main__"}
    return frozenset(single | {init.parent.name for init in folder.glob("*/__init__.py")})


def _comes_from(top: str, folder: Path) -> bool:
    """Whether a top-level module was found in the folder itself; installed packages below it were not."""
    module = sys.modules.get(top)
    places = [getattr(module, "__file__", None), *getattr(module, "__path__", ())]
    return any(place and folder in (Path(place).parent, Path(place).parent.parent) for place in places)
