"""Keeps the programs of one sandbox, and ends them whatever happens to who asked for them.

A process of its own, run by its path with the standard library alone. It reads one command in JSON per line from its
standard input, and says on its standard output what happened:

    {"start": "etcd", "argv": ["/bin/etcd", …], "log": "/…/etcd.log"}     → started etcd 4711
                                                                           → failed etcd no such file
    {"keep": true}                                                         → keeping: logs stay when all is over
    {"detach": true}                                                       → detached: the end of input ends nothing
                                                                           → exited etcd 1

The end of its input is the end of who asked, by whatever cause: then all programs are killed, and the folder of the
sandbox goes, for nothing in it is worth saving. Should the supervisor itself be killed, the kernel kills its programs
(Linux).
"""

import ctypes
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
from types import FrameType
from typing import Any

_PR_SET_PDEATHSIG = 1
_LOOK_EVERY = 0.2


class Supervisor:
    """The programs that run, by name."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.detached = False
        self.ended = False
        self.keep = False
        self._unread = b""
        self._library = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._end)

    def run(self) -> None:
        """Obey until the end of input, a signal, or, once detached, the end of a program."""
        try:
            while not self.ended:
                self._listen()
                self._look()
        finally:
            for program in self.running.values():
                program.kill()
            for program in self.running.values():
                program.wait()
            self._clean()

    def _clean(self) -> None:
        for name in os.listdir(self.folder):  # noqa: PTH208 this script loads nothing that it can do without
            if not (self.keep and name == "logs"):
                path = os.path.join(self.folder, name)  # noqa: PTH118 as above
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)  # noqa: PTH107, PTH112 as above
        if not self.keep:
            os.rmdir(self.folder)  # noqa: PTH106 as above

    def _listen(self) -> None:
        watched = [] if self.detached else [0]
        ready, _, _ = select.select(watched, [], [], _LOOK_EVERY)
        if not ready:
            return
        read = os.read(0, 65536)
        if not read:
            self.ended = True
            return
        *lines, self._unread = (self._unread + read).split(b"\n")
        for line in lines:
            self._obey(json.loads(line))

    def _obey(self, command: dict[str, Any]) -> None:
        if command.get("detach"):
            self._say("detached")
            self.detached = True
            return
        if command.get("keep"):
            self.keep = True
            self._say("keeping")
            return
        name, parent = command["start"], os.getpid()
        try:
            with open(command["log"], "ab") as log:  # noqa: PTH123 as above
                self.running[name] = subprocess.Popen(  # noqa: S603 argv comes from the sandbox
                    command["argv"],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    preexec_fn=lambda: self._die_with(parent),  # noqa: PLW1509 one thread only: safe
                )
        except OSError as problem:
            self._say(f"failed {name} {problem}")
            return
        self._say(f"started {name} {self.running[name].pid}")

    def _die_with(self, parent: int) -> None:
        """In the child: be killed with the parent, and at once if it died before this was set."""
        if self._library is not None:
            self._library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)

    def _look(self) -> None:
        for name, program in list(self.running.items()):
            if (code := program.poll()) is not None:
                del self.running[name]
                self._say(f"exited {name} {code}")
                if self.detached:  # who looks later wants to know why
                    self.ended = self.keep = True

    def _say(self, line: str) -> None:
        if not self.detached:
            try:
                os.write(1, f"{line}\n".encode())
            except OSError:
                self.ended = True  # nobody listens any more

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        self.ended = True


def main(lock: str, folder: str) -> None:
    """Hold the lock as long as this process lives: who wants to know whether a sandbox is up asks for the lock."""
    with open(lock, "a", encoding="utf-8") as held:  # noqa: PTH123 as above
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        Supervisor(folder).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
