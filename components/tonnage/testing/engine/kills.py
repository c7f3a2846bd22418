"""Stop the engine anywhere, as a crash of its machine would: SIGKILL to it and all that it has started.

Where is counted in events of its log, so a seed names the same moment again, as far as the engine repeats itself.
"""

import os
import random
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.002
_GONE_WITHIN = 10.0


@dataclass(frozen=True, order=True)
class Kill:
    """Where the engine is stopped."""

    phase: str
    """What it is doing: a name of the test's own."""
    event: int
    """As soon as its log holds so many events, from 1."""


@dataclass(frozen=True)
class Stopped:
    """How a run ended."""

    events: int
    """Whole lines that its log held when it was stopped, or at its end."""
    killed: bool
    """False: it had ended by itself before."""
    code: int
    """Exit code; negative the signal."""


def kills(seed: int, count: int, phases: Mapping[str, int]) -> tuple[Kill, ...]:
    """So many moments, chosen among all events of all phases; the same for the same seed.

    `phases`: events that a clean run of each has. No moment comes twice before each has come once.
    """
    moments = [Kill(phase, event) for phase, events in sorted(phases.items()) for event in range(1, events)]
    if not moments:
        return ()
    chance = random.Random(seed)  # noqa: S311 a choice of moments, not a key
    chosen: list[Kill] = []
    while len(chosen) < count:
        chosen += chance.sample(moments, min(len(moments), count - len(chosen)))
    return tuple(chosen)


def kill_at(
    command: Sequence[str],
    log: Path,
    event: int,
    *,
    cwd: Path,
    env: Mapping[str, str],
    said: Path,
    seconds: float = 600.0,
) -> Stopped:
    """Run a command in a session of its own, and kill the whole session when its event log holds `event` lines.

    `said`: a file for what it prints. A run that takes longer than `seconds` is killed too. When this returns, nothing
    that the command has started is left but what put itself into another session.
    """
    end = time.monotonic() + seconds
    killed = False
    with said.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 the caller's own command
            list(command), cwd=cwd, env=dict(env), stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            while process.poll() is None and not killed:
                killed = lines_of(log) >= event or time.monotonic() > end
                time.sleep(0 if killed else _EVERY)
        finally:
            end_session(process.pid)
            code = process.wait()
    return Stopped(lines_of(log), killed and code == -signal.SIGKILL, code)


def lines_of(log: Path) -> int:
    """Whole lines that a file holds; 0 where it is not there yet."""
    try:
        return log.read_bytes().count(b"\n")
    except FileNotFoundError:
        return 0


def end_session(session: int) -> None:
    """Kill every process of a session, those too that made a group of their own, as plugins of the engine do."""
    end = time.monotonic() + _GONE_WITHIN
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(session, signal.SIGKILL)
    while (members := session_members(session)) and time.monotonic() < end:
        for pid in members:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_EVERY)


def session_members(session: int) -> tuple[int, ...]:
    """Living processes of a session; none where there is no /proc, as on macOS: there only the group is killed."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, _, _, own, *_ = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            if int(own) == session and state not in {"Z", "X"}:
                found.append(int(folder.name))
    return tuple(sorted(found))
