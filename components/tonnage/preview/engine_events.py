"""Read what the real engine wrote: its event log, line by line, and the output of `pulumi preview --json`.

Whatever is broken, cut off or unknown is said; what is unknown is kept. Secrets are masked before anything else
sees a value.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from tonnage.findings import Finding, Position, Severity, ordered
from tonnage.preview.engine_reading import Path as Keys
from tonnage.preview.engine_reading import path_text, shaped
from tonnage.preview.engine_secrets import masked
from tonnage.preview.engine_shapes import BODIES, Cancel, Summary, UnknownEvent
from tonnage.preview.engine_steps import PreviewDigest, Shape

_LARGEST = 512 * 1024 * 1024
_WHOLE = "the file"
_HEAD = ("sequence", "timestamp")
_DEEPEST = 400  # well above what state holds, well below where reading and masking would run out of stack


@dataclass(frozen=True)
class EngineEvent:
    """One line of an event log."""

    kind: str
    """Its key in the log: resourcePreEvent, …"""
    body: Shape
    sequence: int | None = None
    """Events are in this order; it differs between runs of the same program."""
    timestamp: int | None = None
    """Seconds since 1970."""
    line: int = 0
    """From 1."""


@dataclass(frozen=True)
class EventLog:
    """A whole event log, as far as it can be read."""

    events: tuple[EngineEvent, ...]
    """By sequence."""
    complete: bool
    """Whether the engine wrote its last event."""
    findings: tuple[Finding, ...] = ()

    def of(self, kind: type[Shape]) -> tuple[Any, ...]:
        """Bodies of one kind, in order."""
        return tuple(e.body for e in self.events if isinstance(e.body, kind))


@dataclass(frozen=True)
class Preview:
    """The output of `pulumi preview --json`; None: it cannot be read, and the findings say why."""

    digest: PreviewDigest | None
    findings: tuple[Finding, ...] = ()


def read_event_log(path: Path, shown: str, secrets: Collection[str] = ()) -> EventLog:
    """Read a file that `pulumi --event-log` wrote. `shown`: its name in findings. `secrets`: values to mask."""
    data = _bytes(path, shown)
    return (
        EventLog((), complete=False, findings=(data,)) if isinstance(data, Finding) else event_log(data, shown, secrets)
    )


def event_log(data: bytes, shown: str, secrets: Collection[str] = ()) -> EventLog:
    """Read the bytes of an event log."""
    found: list[Finding] = []
    trees = list(_lines(data, shown, found))
    clean, plain = masked((tree for _, tree in trees), secrets)
    events = [_event(tree, line, shown, found) for (line, _), tree in zip(trees, clean, strict=True)]
    # a line without a number keeps its place behind the line before it
    events.sort(key=lambda e: (e.sequence if e.sequence is not None else -1, e.line))
    complete = any(isinstance(e.body, Cancel | Summary) for e in events)
    if not complete:
        found.append(_cut(shown, len(data.splitlines())))
    found += [_kubeconfig(shown)] if plain else []
    return EventLog(tuple(events), complete, ordered(found))


def read_preview(path: Path, shown: str, secrets: Collection[str] = ()) -> Preview:
    """Read a file that holds the output of `pulumi preview --json`."""
    data = _bytes(path, shown)
    return Preview(None, (data,)) if isinstance(data, Finding) else preview(data, shown, secrets)


def preview(data: bytes, shown: str, secrets: Collection[str] = ()) -> Preview:
    """Read the bytes of such output."""
    tree = _parsed(data, shown, 1)
    if isinstance(tree, Finding):
        return Preview(None, (tree,))
    (clean,), plain = masked([tree], secrets)
    strange: list[Keys] = []
    digest = shaped(PreviewDigest, clean, (), strange)
    found = [_strange(path, Position(shown, 1, 1)) for path in _without_repeats(strange)]
    return Preview(digest, ordered([*found, *([_kubeconfig(shown)] if plain else [])]))


def _bytes(path: Path, shown: str) -> bytes | Finding:
    try:
        if path.stat().st_size > _LARGEST:
            return _broken(shown, 1, f"the file is larger than {_LARGEST // 2**20} MiB")
        return path.read_bytes()
    except OSError as bad:
        why = (bad.strerror or type(bad).__name__).lower()
        return Finding(
            _WHOLE, f"cannot be read: {why}", "run the engine again", position=Position(shown, 1, 1), code="TN451"
        )


def _lines(data: bytes, shown: str, found: list[Finding]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every line that is whole, with its number; the others become findings."""
    lines = data.split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        tree = _parsed(line, shown, number)
        if not isinstance(tree, Finding):
            yield number, tree
        elif number == len(lines):
            what = f"the last line is cut off after {len(line)} bytes: the engine, or what copied its log, was stopped"
            found.append(Finding(_WHOLE, what, _AGAIN, position=Position(shown, number, 1), code="TN452"))
        else:
            found.append(tree)


def _parsed(data: bytes, shown: str, line: int) -> dict[str, Any] | Finding:
    """One object of JSON. What is refused is never repeated: half a secret could not be told from other text."""
    try:
        tree = json.loads(data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except UnicodeDecodeError as bad:
        return _broken(shown, line, f"the byte {bad.start + 1} is not UTF-8")
    except json.JSONDecodeError as bad:
        return _broken(shown, line + bad.lineno - 1, f"is no JSON from column {bad.colno} on", bad.colno)
    except (ValueError, RecursionError):
        return _broken(shown, line, "holds a key twice, no number, or more levels than can be read")
    if not isinstance(tree, dict) or _depth(tree) > _DEEPEST:
        return _broken(shown, line, "is no object, or is nested too deep")
    return tree


def _event(tree: dict[str, Any], line: int, shown: str, found: list[Finding]) -> EngineEvent:
    here = Position(shown, line, 1)
    head = {key: tree[key] for key in _HEAD if type(tree.get(key)) is int}
    bodies = [key for key in tree if key in BODIES and isinstance(tree[key], dict)]
    others = {key: value for key, value in tree.items() if key not in head}
    if len(bodies) != 1 or len(others) != 1:
        # one event of an unknown kind is common when the engine is newer; anything else is as strange and kept alike
        kind = next(iter(others)) if len(others) == 1 else ""
        found.append(_strange((kind or "an event",), here))
        return EngineEvent(kind, UnknownEvent(rest=others), head.get("sequence"), head.get("timestamp"), line)
    kind = bodies[0]
    strange: list[Keys] = []
    body = shaped(BODIES[kind], tree[kind], (kind,), strange)
    found += [_strange(path, here) for path in _without_repeats(strange)]
    return EngineEvent(kind, body, head.get("sequence"), head.get("timestamp"), line)


def _without_repeats(paths: list[Keys]) -> list[Keys]:
    """Paths that differ in more than the number of a list's item, shortest first."""
    return list(
        {tuple("*" if isinstance(step, int) else step for step in path): path for path in reversed(paths)}.values()
    )


def _strange(path: Keys, position: Position) -> Finding:
    what = "is not known to this release, or of another type than expected: it is kept, and not judged"
    return Finding(
        path_text(path), what, "upgrade tonnage if the engine is newer", Severity.INFO, position, code="TN453"
    )


def _broken(shown: str, line: int, what: str, column: int = 1) -> Finding:
    return Finding(_WHOLE, what, _AGAIN, position=Position(shown, line, column), code="TN451")


_AGAIN = "run the engine again; give its log to nothing that changes it"


def _cut(shown: str, lines: int) -> Finding:
    what = "ends before the run did: neither a summary nor an end was written"
    return Finding(_WHOLE, what, _AGAIN, position=Position(shown, max(lines, 1), 1), code="TN452")


def _kubeconfig(shown: str) -> Finding:
    what = "the engine printed a kubeconfig in plain, and keeps it so in the stack's state"
    fix = "make it a secret, `pulumi config set --secret tonnage:kubeconfig`, and change the credentials in it"
    return Finding("kubeconfig", what, fix, Severity.WARNING, Position(shown, 1, 1), code="TN459")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _constant(name: str) -> NoReturn:
    raise ValueError(name)


def _depth(tree: object) -> int:
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [v for t in level for v in (t.values() if isinstance(t, dict) else t if isinstance(t, list) else ())]
    return deepest
