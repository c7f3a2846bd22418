"""No process is left, whatever happens to who started it. The supervisor itself, with plain programs under it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox.alive import alive, gone
from tonnage.testing.sandbox import SandboxError
from tonnage.testing.sandbox.keeper import Keeper, is_held

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's own safeguard is Linux's")
SLEEP = ["sleep", "300"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as a sandbox has it."""
    made = tmp_path / "sandbox"
    (made / "logs").mkdir(parents=True)
    return made


def test_the_end_of_its_block_ends_everything_and_removes_the_folder(folder: Path) -> None:
    """The ordinary end."""
    keeper = Keeper(folder / "lock", folder)
    for name in ("one", "two"):
        keeper.start(name, SLEEP, folder / "logs" / f"{name}.log")
    pids = [keeper.pid, *keeper.pids.values()]
    assert alive(pids) == pids
    assert is_held(folder / "lock")
    keeper.stop()

    assert gone(pids, 0)
    assert not folder.exists()


def test_logs_stay_when_asked_for(folder: Path) -> None:
    """And only they."""
    keeper = Keeper(folder / "lock", folder)
    keeper.start("speaks", ["sh", "-c", "echo out; echo err >&2; sleep 300"], folder / "logs" / "speaks.log")
    (folder / "data").mkdir()
    while "err" not in (folder / "logs" / "speaks.log").read_text():
        time.sleep(0.02)
    keeper.keep_logs()
    keeper.stop()

    assert [p.name for p in folder.iterdir()] == ["logs"]
    assert (folder / "logs" / "speaks.log").read_text().split() == ["out", "err"]


def test_a_program_that_ends_is_noticed(folder: Path) -> None:
    """With its exit code."""
    keeper = Keeper(folder / "lock", folder)
    keeper.start("fails", ["sh", "-c", "exit 7"], folder / "logs" / "fails.log")
    end = time.monotonic() + 10
    while "fails" not in keeper.ended and time.monotonic() < end:
        keeper.look()
        time.sleep(0.02)
    keeper.stop()

    assert keeper.ended == {"fails": "7"}


def test_a_program_that_is_not_there_is_an_error_with_its_name(folder: Path) -> None:
    """And leaves nothing."""
    keeper = Keeper(folder / "lock", folder)
    keeper.start("one", SLEEP, folder / "logs" / "one.log")
    pids = [keeper.pid, *keeper.pids.values()]
    with pytest.raises(SandboxError, match="no-such-program"):
        keeper.start("absent", ["/no-such-program"], folder / "logs" / "absent.log")
    keeper.stop()

    assert gone(pids)


PARENT = """
import sys, time
from pathlib import Path
from tonnage.testing.sandbox.keeper import Keeper
folder = Path(sys.argv[1])
keeper = Keeper(folder / "lock", folder)
for name in ("one", "two", "three"):
    keeper.start(name, ["sleep", "300"], folder / "logs" / name)
print(keeper.pid, *keeper.pids.values(), flush=True)
time.sleep(300)
"""


def started(folder: Path, *, own_session: bool = False) -> tuple[subprocess.Popen[str], list[int]]:
    """A process that has started three programs, and the ids of all that it started."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(folder)], stdout=subprocess.PIPE, text=True, start_new_session=own_session
    )
    assert parent.stdout is not None
    return parent, [int(pid) for pid in parent.stdout.readline().split()]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_whatever_ends_the_parent_ends_the_programs(folder: Path, number: signal.Signals) -> None:
    """kill -9, kill, Ctrl-C, a closed terminal."""
    parent, pids = started(folder)
    assert len(alive(pids)) == 4
    parent.send_signal(number)
    parent.communicate(timeout=10)

    assert gone(pids)
    assert not folder.exists()


def test_ctrl_c_reaches_only_who_asked(folder: Path) -> None:
    """A terminal signals its whole group: the supervisor is in another, and ends things in order."""
    parent, pids = started(folder, own_session=True)
    os.killpg(parent.pid, signal.SIGINT)
    parent.communicate(timeout=10)

    assert gone(pids)
    assert not folder.exists()


def test_the_kernel_ends_the_programs_of_a_killed_supervisor(folder: Path) -> None:
    """The last safeguard."""
    parent, pids = started(folder)
    os.kill(pids[0], signal.SIGKILL)

    assert gone(pids)
    parent.kill()
    parent.communicate(timeout=10)


def test_a_detached_one_outlives_its_parent_until_it_is_told(folder: Path) -> None:
    """Between `up` and `down`."""
    detached = PARENT.replace("time.sleep(300)", "keeper.detach()")
    done = subprocess.run([sys.executable, "-c", detached, str(folder)], capture_output=True, text=True, check=True)
    supervisor, *programs = [int(pid) for pid in done.stdout.split()]
    time.sleep(0.5)
    assert alive([supervisor, *programs]) == [supervisor, *programs]
    os.kill(supervisor, signal.SIGTERM)

    assert done.stderr == ""
    assert gone([supervisor, *programs])
    assert not folder.exists()


def test_a_detached_one_ends_when_a_part_of_it_does_and_leaves_the_logs(folder: Path) -> None:
    """Half a control plane answers in riddles."""
    detached = PARENT.replace("time.sleep(300)", "keeper.detach()")
    done = subprocess.run([sys.executable, "-c", detached, str(folder)], capture_output=True, text=True, check=True)
    supervisor, first, *others = [int(pid) for pid in done.stdout.split()]
    os.kill(first, signal.SIGKILL)

    assert gone([supervisor, *others])
    assert [p.name for p in folder.iterdir()] == ["logs"]


def test_two_cannot_hold_one_lock(folder: Path) -> None:
    """Two `up` at once are one."""
    first = Keeper(folder / "lock", folder)
    first.start("one", SLEEP, folder / "logs" / "one")
    second = Keeper(folder / "lock", folder)
    with pytest.raises(SandboxError):
        second.start("two", SLEEP, folder / "logs" / "two")
    second.stop()

    assert folder.exists()
    first.stop()
