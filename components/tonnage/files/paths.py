"""Paths inside a file's data, as people write them: `serving[0].slo.tpotP95`, `markets["g6e.*"]`."""

import json
import re
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indices from the root of a document."""

_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_STEP = re.compile(r'\.?(?P<bare>[A-Za-z_][A-Za-z0-9_-]*)|\[(?P<index>\d{1,9})\]|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]')
_LONGEST_KEY = 40


def dotted(path: Path) -> str:
    """The path as text. Keys that are no plain words are quoted in brackets, and long ones cut."""
    parts = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif len(step) <= _LONGEST_KEY and _BARE.fullmatch(step):
            parts.append(f".{step}")
        else:
            cut = step if len(step) <= _LONGEST_KEY else f"{step[:_LONGEST_KEY]}…"
            parts.append(f"[{json.dumps(cut, ensure_ascii=False)}]")
    return "".join(parts).removeprefix(".")


def undotted(text: str) -> Path | None:
    """The path that `dotted` wrote, unless it was cut; None for text that is no path."""
    path: list[str | int] = []
    at = 0
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            return None
        path.append(_key(step))
        at = step.end()
    return tuple(path)


def _key(step: re.Match[str]) -> str | int:
    if step["index"] is not None:
        return int(step["index"])
    return str(json.loads(step["quoted"], strict=False)) if step["quoted"] is not None else step["bare"]
