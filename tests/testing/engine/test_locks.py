"""A lock names its owner and its age, and is broken only under an owner that is dead."""

import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tonnage.testing.engine.locks import locks_of, why_not_break

NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=UTC)


def lock(backend: Path, pid: int, host: str = "", stamp: str = "2026-11-25T11:58:30.123456789Z") -> None:
    """A lock as the engine writes it."""
    folder = backend / ".pulumi" / "locks" / "organization" / "reference" / "staging"
    folder.mkdir(parents=True, exist_ok=True)
    body = {"pid": pid, "username": "ada", "hostname": host or socket.gethostname(), "timestamp": stamp}
    (folder / f"{pid}.json").write_text(json.dumps(body), encoding="utf-8")


def ended() -> int:
    """The id of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_stack_without_locks_has_none(tmp_path: Path) -> None:
    """Also where its folder does not exist."""
    assert locks_of(tmp_path, "reference", "staging") == ()


def test_a_lock_says_who_and_since_when(tmp_path: Path) -> None:
    """Of this stack, and of no other."""
    lock(tmp_path, 4711, "runner-3")
    (found,) = locks_of(tmp_path, "reference", "staging")

    assert (found.pid, found.user, found.host) == (4711, "ada", "runner-3")
    assert found.age(NOW) == timedelta(seconds=89, microseconds=876544)
    assert locks_of(tmp_path, "reference", "prod") == ()


@pytest.mark.parametrize(
    "stamp",
    [
        "2026-11-25T11:58:30Z",
        "2026-11-25T11:58:30.5Z",
        "2026-11-25T12:58:30.123456789+01:00",
        "2026-11-25T06:58:30-05:00",
    ],
)
def test_times_of_every_form_are_read(tmp_path: Path, stamp: str) -> None:
    """Go writes as many digits as it has, in the zone of the machine."""
    lock(tmp_path, 1, stamp=stamp)
    (found,) = locks_of(tmp_path, "reference", "staging")
    assert timedelta(seconds=89) <= found.age(NOW) <= timedelta(seconds=90)


def test_the_lock_of_a_living_engine_stays(tmp_path: Path) -> None:
    """Its owner and age are named."""
    lock(tmp_path, os.getpid())
    (found,) = locks_of(tmp_path, "reference", "staging")
    assert why_not_break(found, NOW) == (
        f"held by ada@{socket.gethostname()} (process {os.getpid()}), for 89 s, and that process lives"
    )


def test_the_lock_of_a_dead_engine_may_go(tmp_path: Path) -> None:
    """What a crash leaves."""
    lock(tmp_path, ended())
    assert why_not_break(locks_of(tmp_path, "reference", "staging")[0], NOW) is None


def test_the_lock_of_another_machine_stays(tmp_path: Path) -> None:
    """A process id says nothing there."""
    lock(tmp_path, ended(), host="runner-3")
    reason = why_not_break(locks_of(tmp_path, "reference", "staging")[0], NOW)
    assert reason is not None
    assert "on that machine only" in reason


@pytest.mark.skipif(sys.platform != "linux", reason="where there is no /proc an ended process cannot be told")
def test_an_engine_that_ended_but_was_not_waited_for_is_dead(tmp_path: Path) -> None:
    """As it is when the test that killed it is slow."""
    process = subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.DEVNULL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    try:
        lock(tmp_path, process.pid)
        assert why_not_break(locks_of(tmp_path, "reference", "staging")[0], NOW) is None
    finally:
        process.wait()
