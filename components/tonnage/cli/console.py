"""Tables, colours and progress: what needs rich, apart from what does not."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Timer

from rich.console import Console

_PATIENCE = 1.0  # seconds before a waiting person is told what goes on
_WIDTH = 140  # columns where the output is a file or a pipe: equal everywhere, wide enough for the tables


def console() -> Console:
    """The console for results; rich itself honours NO_COLOR and leaves colours out of pipes."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH)


@contextmanager
def progress(text: str) -> Iterator[None]:
    """Say what goes on, once it has taken a second, and only to a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    status = Console(stderr=True).status(text)
    lock, done = Lock(), False

    def start() -> None:
        with lock:
            if not done:
                status.start()

    timer = Timer(_PATIENCE, start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        with lock:
            done = True
            status.stop()
