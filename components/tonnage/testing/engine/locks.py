"""Locks of a stack in a local backend: who holds it, since when, and whether it may be broken.

Their form and place are those of pulumi/pulumi, pkg/backend/diy/lock.go. An engine that is killed leaves its lock;
every later command refuses until `pulumi cancel` removes it, and that must not happen under an engine that works.
"""

import json
import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path


@dataclass(frozen=True, order=True)
class Lock:
    """One lock."""

    file: Path
    pid: int
    user: str
    host: str
    since: str
    """ISO 8601, as the engine wrote it."""

    def age(self, now: datetime) -> timedelta:
        """How long it has been held. `now` has a time zone."""
        return now - datetime.fromisoformat(self.since)


def locks_of(backend: Path, project: str, stack: str) -> tuple[Lock, ...]:
    """Locks of a stack, by file. `backend` is the folder of a `file://` backend."""
    folder = backend / ".pulumi" / "locks" / "organization" / project / stack
    return tuple(_lock(file) for file in sorted(folder.glob("*.json")))


def why_not_break(lock: Lock, now: datetime, host: str = "") -> str | None:
    """Why its owner may still be at work; None: it is dead, and the lock may go. `host`: left out, this machine."""
    owner = f"{lock.user}@{lock.host} (process {lock.pid}), for {int(lock.age(now).total_seconds())} s"
    if lock.host != (host or socket.gethostname()):
        return f"held by {owner}: whether it still works can be seen on that machine only"
    return f"held by {owner}, and that process lives" if _lives(lock.pid) else None


def _lock(file: Path) -> Lock:
    read = json.loads(file.read_bytes())
    return Lock(file, int(read["pid"]), str(read["username"]), str(read["hostname"]), _seconds(str(read["timestamp"])))


def _seconds(stamp: str) -> str:
    """A time of Go without what Python 3.11 cannot read: it writes nine digits of a second, or fewer."""
    head, dot, rest = stamp.partition(".")
    zone = rest.lstrip("0123456789")
    return f"{head}.{rest[: len(rest) - len(zone)][:6]:0<6}{zone}" if dot else stamp


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Ended, and not yet waited for: where there is no /proc, nobody can tell."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False
