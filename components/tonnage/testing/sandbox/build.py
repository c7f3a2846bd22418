"""Build the programs once, into the user's cache: whole or not at all, and by one builder at a time."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tonnage.testing.sandbox.problems import SandboxError
from tonnage.testing.sandbox.programs import BUILT_FROM, PROGRAMS, Module, build_command

CHECKSUMS = "checksums.json"
_EVERY = 15.0
Say = Callable[[str], None]


def build(target: Path, say: Say) -> None:
    """Build all programs into `target`, unless they are there and whole; another builder is waited for.

    What is broken is built anew. Raises SandboxError with the end of the compiler's output where a build fails.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _alone(target.with_name(f"{target.name}.lock"), say):
        if target.is_dir():
            if (wrong := flaw(target)) is None:
                return
            say(f"sandbox: the cache is broken ({wrong}); building anew")
            shutil.rmtree(target)
        for left in target.parent.glob(f"{target.name}.tmp-*"):  # of builders that were killed
            shutil.rmtree(left)
        made = Path(tempfile.mkdtemp(prefix=f"{target.name}.tmp-", dir=target.parent))
        try:
            for module in BUILT_FROM:
                _build(module, made, say)
            sums = {name: checksum(made / name) for name in PROGRAMS}
            (made / CHECKSUMS).write_text(json.dumps(sums, indent=2) + "\n", encoding="utf-8")
            made.rename(target)
        finally:
            shutil.rmtree(made, ignore_errors=True)


def flaw(folder: Path) -> str | None:
    """Why the programs of a folder cannot be trusted; None means that all are as they were built."""
    try:
        sums = json.loads((folder / CHECKSUMS).read_bytes())
    except (OSError, ValueError):
        return f"{CHECKSUMS} is missing or cannot be read"
    for name in PROGRAMS:
        if not (folder / name).is_file():
            return f"{name} is missing"
        if checksum(folder / name) != sums.get(name):
            return f"{name} is not what was built"
        if not os.access(folder / name, os.X_OK):
            return f"{name} may not be run"
    return None


def checksum(file: Path) -> str:
    """SHA-256, in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def _alone(lock: Path, say: Say) -> Iterator[None]:
    """Hold a lock that ends with the process, however it ends."""
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("sandbox: another process is building; waiting for it")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _build(module: Module, target: Path, say: Say) -> None:
    start = last = time.monotonic()
    say(f"sandbox: building {module.name} {module.version}")
    env = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off"}
    command = build_command(module, target)
    said: deque[str] = deque(maxlen=20)
    with subprocess.Popen(  # noqa: S603 the command is ours, `go` is the user's
        command, cwd=module.folder, env=env, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL
    ) as go:
        try:
            for count, line in enumerate(go.stderr or (), 1):
                said.append(line)
                if time.monotonic() - last > _EVERY:
                    last = time.monotonic()
                    say(f"sandbox: {module.name}: {count} packages, {last - start:.0f} s: {line.strip()}")
        except BaseException:
            go.kill()
            raise
    if go.returncode:
        raise SandboxError(f"go could not build {module.name} {module.version}:\n{''.join(said)}")
    say(f"sandbox: {module.name} built in {time.monotonic() - start:.0f} s")
