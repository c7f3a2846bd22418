"""Where the programs are: the folder that TONNAGE_SANDBOX_BIN names, PATH, or what was built into the user's cache."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tonnage.testing.sandbox.build import build, flaw
from tonnage.testing.sandbox.problems import SandboxError
from tonnage.testing.sandbox.programs import BUILT_FROM, PROGRAMS, digest

BIN = "TONNAGE_SANDBOX_BIN"
BUILD = "TONNAGE_SANDBOX_BUILD"
# below it the API server cannot ask etcd for the progress of watches (etcd-io/etcd, fixed in 3.4.31 and 3.5.13)
_OLDEST_ETCD = (3, 5, 13)
_FIX = "run `python -m tonnage.testing.sandbox build` (about 20 minutes, once), or set TONNAGE_SANDBOX_BUILD=1"
Programs = Mapping[str, Path]


def to_stderr(line: str) -> None:
    """Write a line of progress where it is in nobody's way."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def cache_folder() -> Path:
    """Below XDG_CACHE_HOME, or ~/.cache: tonnage/sandbox."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "tonnage" / "sandbox"


def why_not(*, may_build: bool | None = None) -> str | None:
    """Say why no sandbox can be started here and now; None means it can (it may have to be built before).

    `may_build`: whether building counts as a way; left out, only where TONNAGE_SANDBOX_BUILD is 1.
    """
    if shutil.which("openssl") is None:
        return "openssl is not on PATH: certificates cannot be made; install it"
    found = _found()
    if not isinstance(found, str):
        return None
    if not _allowed(may_build) or os.environ.get(BIN):
        return found
    return None if shutil.which("go") else f"{found}; and go, which could build it, is not on PATH"


def programs(*, may_build: bool | None = None, say: Callable[[str], None] = to_stderr) -> Programs:
    """All five programs, built first where they are absent and that is allowed. Raises SandboxError with the reason."""
    if problem := why_not(may_build=may_build):
        raise SandboxError(problem)
    found = _found()
    if not isinstance(found, str):
        return found
    build(cache_folder() / digest(), say)
    built = _found()
    if isinstance(built, str):
        raise SandboxError(built)
    return built


def _found() -> Programs | str:
    """The first place that holds all programs; text: why none does."""
    if named := os.environ.get(BIN):
        folder = Path(named)
        missing = [p for p in PROGRAMS if not os.access(folder / p, os.X_OK)]
        if missing:
            return f"{BIN}={named} holds no {', '.join(missing)}; correct or unset it"
        given = {p: folder / p for p in PROGRAMS}
        return given if (unfit := _unfit(given)) is None else f"{BIN}={named}: {unfit}"
    on_path = {p: Path(where) for p in PROGRAMS if (where := shutil.which(p))}
    if len(on_path) == len(PROGRAMS) and _unfit(on_path) is None:
        return on_path
    folder = cache_folder() / digest()
    if not folder.is_dir():
        return f"the programs of the sandbox are neither in {BIN} nor on PATH nor built; {_FIX}"
    if (wrong := flaw(folder)) is not None:
        return f"the cache {folder} is broken: {wrong}; {_FIX}"
    return {p: folder / p for p in PROGRAMS}


def _unfit(given: Programs) -> str | None:
    """Why programs that others built are not taken; None means they are."""
    wanted = next(m.version for m in BUILT_FROM if m.name == "kubernetes")
    minor = ".".join(wanted.split(".")[:2])
    kubernetes = _version(given["kube-apiserver"])
    if ".".join(kubernetes.split(".")[:2]) != minor:
        return f"kube-apiserver is {kubernetes or 'of unknown version'}, needed is {minor}"
    etcd = _version(given["etcd"])
    if tuple(int(n) for n in re.findall(r"\d+", etcd)[:3]) < _OLDEST_ETCD:
        return f"etcd is {etcd or 'of unknown version'}, needed is {'.'.join(map(str, _OLDEST_ETCD))} or newer"
    return None


def _version(program: Path) -> str:
    """v1.36.3, or nothing where the program does not say."""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 a program that the user named
    found = re.search(r"v?(\d+\.\d+\.\d+)", done.stdout)
    return f"v{found[1]}" if found else ""


def _allowed(may_build: bool | None) -> bool:
    return os.environ.get(BUILD) == "1" if may_build is None else may_build
