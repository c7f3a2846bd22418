"""A sandbox that stays up between commands: one for each name and user."""

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

from tonnage.testing.sandbox.api import until
from tonnage.testing.sandbox.binaries import cache_folder, programs
from tonnage.testing.sandbox.keeper import is_held
from tonnage.testing.sandbox.problems import SandboxError
from tonnage.testing.sandbox.start import Wanted, start

_DOWN_WITHIN = 30.0
_STATE = "state.json"


def up(name: str, score: str, emulate: str) -> Path:
    """Start it, built first where needed; its kubeconfig. Raises SandboxError where it is up or cannot be had."""
    if is_up(name):
        raise SandboxError(f"sandbox {name} is up already; its kubeconfig is {kubeconfig_of(name)}")
    found = programs(may_build=True)
    folder = _folder(name)
    shutil.rmtree(folder, ignore_errors=True)  # the logs of one that broke
    folder.mkdir(parents=True, mode=0o700)
    started = start(Wanted(found, score, emulate), folder, _lock(name))
    started.api.close()
    state = {"pid": started.keeper.pid, "server": started.plan.server, "programs": started.keeper.pids}
    (folder / _STATE).write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")
    started.keeper.detach()
    return kubeconfig_of(name)


def down(name: str) -> bool:
    """End it, and wait until nothing of it is left. False: it was not up."""
    if not is_up(name):
        shutil.rmtree(_folder(name), ignore_errors=True)
        return False
    os.kill(state_of(name)["pid"], signal.SIGTERM)
    if not until(lambda: not is_up(name), _DOWN_WITHIN):
        raise SandboxError(f"sandbox {name} has not ended after {_DOWN_WITHIN:.0f} s")
    shutil.rmtree(_folder(name), ignore_errors=True)
    return True


def is_up(name: str) -> bool:
    """Whether its supervisor lives: it holds a lock as long as it does."""
    return is_held(_lock(name))


def kubeconfig_of(name: str) -> Path:
    """The file by which clients reach it as administrator."""
    return _folder(name) / "admin.kubeconfig"


def state_of(name: str) -> dict[str, Any]:
    """Process ids and address, as written when it was ready. Raises SandboxError while it starts."""
    try:
        read = json.loads((_folder(name) / _STATE).read_bytes())
    except (OSError, ValueError) as problem:
        raise SandboxError(f"sandbox {name} is starting; try again in a few seconds") from problem
    return dict(read)


def logs_of(name: str) -> Path | None:
    """Where the logs are of one that is up, or has broken."""
    logs = _folder(name) / "logs"
    return logs if logs.is_dir() else None


def _folder(name: str) -> Path:
    return cache_folder() / "running" / name


def _lock(name: str) -> Path:
    return cache_folder() / "running" / f"{name}.lock"
