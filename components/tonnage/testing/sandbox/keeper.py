"""Our end of the supervisor: start programs through it, and hear which of them have ended."""

import fcntl
import json
import os
import select
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

from tonnage.testing.sandbox.problems import SandboxError

_SUPERVISOR = Path(__file__).parent / "supervisor.py"
_ANSWER = 20.0
_END = 20.0


class Keeper:
    """A supervisor of its own for each sandbox. It ends its programs when this process ends, however that happens."""

    def __init__(self, lock: Path, folder: Path) -> None:
        # -I and -S: it starts in a moment and sees nothing of the user's environment; a session of its own: Ctrl-C in
        # a terminal reaches us alone, and we end it in order
        command = [sys.executable, "-I", "-S", str(_SUPERVISOR), str(lock), str(folder)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True)  # noqa: S603 our own script
        streams = (self._process.stdin, self._process.stdout, self._process.stderr)
        self._in, self._out, self._errors = (cast("IO[bytes]", s) for s in streams)  # pipes, as asked for
        self._unread = b""
        self.pids: dict[str, int] = {}
        self.ended: dict[str, str] = {}
        """Programs that have ended by themselves, and their exit codes."""

    @property
    def pid(self) -> int:
        """Of the supervisor."""
        return self._process.pid

    def start(self, name: str, argv: list[str], log: Path) -> None:
        """Start a program; what it says goes into the log."""
        self._tell({"start": name, "argv": argv, "log": str(log)}, "started")

    def detach(self) -> None:
        """From now on the end of this process ends nothing: only a signal to the supervisor does."""
        self._tell({"detach": True}, "detached")
        for stream in (self._in, self._out, self._errors):
            stream.close()
        self._process.returncode = 0  # nobody will wait for it: no warning of that, either

    def keep_logs(self) -> None:
        """Leave the logs when all is over."""
        self._tell({"keep": True}, "keeping")

    def look(self) -> None:
        """Learn which programs have ended meanwhile."""
        while self._read(0.0) is not None:
            pass

    def stop(self) -> None:
        """End all programs and the supervisor, and wait until that has happened."""
        with suppress(OSError):  # it may have ended already
            self._in.close()
        try:
            self._process.wait(_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._out.close()
        self._errors.close()

    def _tell(self, command: dict[str, object], answer: str) -> None:
        try:
            self._in.write(json.dumps(command).encode() + b"\n")
            self._in.flush()
        except OSError as problem:
            raise SandboxError(f"the supervisor has ended: {self._last_words()}") from problem
        end = time.monotonic() + _ANSWER
        while (word := self._read(end - time.monotonic())) != answer:
            if word is None:
                raise SandboxError(f"the supervisor does not answer {answer}: {self._last_words()}")

    def _read(self, seconds: float) -> str | None:
        """The first word of the next line; None where none comes in time."""
        while b"\n" not in self._unread:
            ready, _, _ = select.select([self._out], [], [], max(0.0, seconds))
            read = os.read(self._out.fileno(), 65536) if ready else b""
            if not read:
                return None
            self._unread += read
        line, self._unread = self._unread.split(b"\n", 1)
        word, *rest = line.decode().split(maxsplit=2)
        if word == "started":
            self.pids[rest[0]] = int(rest[1])
        elif word == "exited":
            self.ended[rest[0]] = rest[1]
        elif word == "failed":
            raise SandboxError(f"{rest[0]} cannot be started: {rest[1]}")
        return word

    def _last_words(self) -> str:
        try:
            self._process.wait(2)  # it may be on its way out
        except subprocess.TimeoutExpired:
            return "it still runs"
        return self._errors.read().decode(errors="replace").strip() or f"exit code {self._process.returncode}"


def is_held(lock: Path) -> bool:
    """Whether a supervisor lives that holds the lock."""
    if not lock.exists():
        return False
    with lock.open("a") as asked:
        try:
            fcntl.flock(asked, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
