"""Which processes live: a zombie does not."""

import time
from collections.abc import Iterable
from pathlib import Path


def alive(pids: Iterable[int]) -> list[int]:
    """Those of the processes that still run."""
    return [pid for pid in pids if _state(pid) not in {"", "Z", "X"}]


def gone(pids: Iterable[int], seconds: float = 10.0) -> bool:
    """Whether all of them have ended within the time."""
    end = time.monotonic() + seconds
    waited = list(pids)
    while alive(waited):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def children(pid: int) -> list[int]:
    """Processes that a process has started itself."""
    file = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(p) for p in file.read_text().split()] if file.exists() else []


def _state(pid: int) -> str:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return text.rsplit(")", 1)[1].split()[0]
