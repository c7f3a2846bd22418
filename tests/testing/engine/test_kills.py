"""The engine can be stopped at any event, and nothing that it started lives on. A stand-in plays the engine."""

import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.alive import gone
from tonnage.testing.engine.kills import Kill, Stopped, end_session, kill_at, kills, lines_of, session_members

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="sessions are read from /proc")
ENGINE = """
import os, subprocess, sys, time
log, events, hold = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "hold"
plugin = "import os, time; os.setpgid(0, 0); print(os.getpid(), flush=True); time.sleep(60)"
started = subprocess.Popen([sys.executable, "-c", plugin], stdout=subprocess.PIPE)
pid = started.stdout.readline().decode().strip()
print("plugin", pid, flush=True)
with open(log, "a") as file:
    for n in range(events):
        file.write('{"sequence": %d}\\n' % n)
        file.flush()
        time.sleep(0.01)
while hold:
    time.sleep(1)
started.kill()
started.wait()
"""


def run(folder: Path, event: int, *, events: int = 50, hold: bool = True, seconds: float = 60.0) -> tuple[Stopped, int]:
    """Run the stand-in until its log has so many lines; how it ended, and its plugin's process."""
    script = folder / "engine.py"
    script.write_text(ENGINE, encoding="utf-8")
    log, said = folder / "log.jsonl", folder / "said.txt"
    command = [sys.executable, str(script), str(log), str(events), "hold" if hold else "go"]
    stopped = kill_at(command, log, event, cwd=folder, env=os.environ, said=said, seconds=seconds)
    return stopped, int(said.read_text().split()[1])


@given(st.integers(0, 2**32), st.integers(0, 60), st.dictionaries(st.sampled_from("abc"), st.integers(0, 30)))
def test_moments_follow_from_the_seed_and_lie_inside_the_run(seed: int, count: int, phases: dict[str, int]) -> None:
    """As many as asked for, none past the last event of its phase, none twice before all have come once."""
    chosen = kills(seed, count, phases)

    assert chosen == kills(seed, count, dict(reversed(phases.items())))
    moments = sum(max(0, n - 1) for n in phases.values())
    assert len(chosen) == (count if moments else 0)
    assert all(1 <= k.event < phases[k.phase] for k in chosen)
    often = Counter(chosen).values()
    assert not often or max(often) <= -(-count // moments)


def test_another_seed_chooses_other_moments() -> None:
    """And all of a run are reached."""
    assert kills(1, 20, {"up": 200}) != kills(2, 20, {"up": 200})
    assert set(kills(1, 199, {"up": 200})) == {Kill("up", n) for n in range(1, 200)}


@LINUX
@pytest.mark.parametrize("event", [1, 7, 30])
def test_it_is_stopped_at_the_event_and_its_plugins_with_it(tmp_path: Path, event: int) -> None:
    """Also a plugin that made a group of its own, as the engine's do."""
    stopped, plugin = run(tmp_path, event)

    assert stopped.killed
    assert stopped.code == -signal.SIGKILL
    assert event <= stopped.events < event + 15
    assert gone([plugin], 5)


def test_a_run_that_ends_before_is_not_called_killed(tmp_path: Path) -> None:
    """The moment was never reached: the test may choose another."""
    stopped, plugin = run(tmp_path, 1000, events=5, hold=False)

    assert stopped == Stopped(5, killed=False, code=0)
    assert gone([plugin], 5)


def test_a_run_that_hangs_is_ended(tmp_path: Path) -> None:
    """A deadline, not for ever."""
    started = time.monotonic()
    stopped, _ = run(tmp_path, 1000, events=5, seconds=1.5)

    assert stopped.killed
    assert stopped.events == 5
    assert time.monotonic() - started < 20


@LINUX
def test_members_of_a_session_are_its_living_processes(tmp_path: Path) -> None:
    """This process is one of its own session, and none of one that is no more."""
    assert os.getpid() in session_members(os.getsid(0))
    stopped, plugin = run(tmp_path, 1)
    assert stopped.killed
    assert session_members(plugin) == ()
    end_session(plugin)


def test_only_whole_lines_count(tmp_path: Path) -> None:
    """The engine may be in the middle of one."""
    file = tmp_path / "log"
    assert lines_of(file) == 0
    file.write_bytes(b'{"a": 1}\n{"b"')
    assert lines_of(file) == 1
