"""Strict JSON: bounded, no link followed, no key twice, no NaN. For files that users lay beside their specs."""

import json
import re
from pathlib import Path
from typing import Any, NoReturn

from tonnage.files.yaml_text import LARGEST, WHOLE, read_bytes
from tonnage.findings import Finding, Position

_DEEPEST = 64


class _RefusedError(ValueError):
    """What our own hooks refuse, and the code of it."""

    def __init__(self, what: str, code: str) -> None:
        super().__init__(what)
        self.code = code


def read_json(path: Path, shown: str) -> tuple[object, str] | Finding:
    """The data of a file and its text, or why it cannot be read. `shown`: the file's name in findings."""
    data = read_bytes(path, shown)
    return data if isinstance(data, Finding) else parse_json(data, shown)


def parse_json(data: bytes, shown: str) -> tuple[object, str] | Finding:
    """The data of a file's bytes and their text, or why they cannot be read."""
    if len(data) > LARGEST:
        return _wrong("TN003", shown, f"is larger than {LARGEST // 1024} KiB", "drop what is no configuration")
    try:
        text = data.decode("utf-8-sig")
        tree = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except (ValueError, RecursionError) as bad:
        return _refused(bad, data, shown)
    if _depth(tree) > _DEEPEST:
        return _wrong("TN003", shown, f"is nested deeper than {_DEEPEST} levels", "keep plain values")
    return tree, text


def _refused(bad: Exception, data: bytes, shown: str) -> Finding:
    """A refusal in our own words."""
    if isinstance(bad, UnicodeDecodeError):
        what = f"holds the byte 0x{data[bad.start]:02x}, which is not UTF-8"
        return _wrong("TN004", shown, what, "save it as UTF-8")
    if isinstance(bad, json.JSONDecodeError):
        place = Position(shown, bad.lineno, bad.colno)
        what = f"is no JSON from here on: {bad.msg[0].lower()}{bad.msg[1:]}"
        return Finding(WHOLE, what, "correct it", position=place, code="TN007")
    if isinstance(bad, _RefusedError):
        return _wrong(bad.code, shown, str(bad), "keep one plain value")
    return _wrong("TN003", shown, "is nested too deep, or holds a number of too many digits", "keep plain values")


def place_of(key: str, text: str, shown: str) -> Position:
    """Where a key first stands in a file's text; the file's start if it does not."""
    found = re.search(rf'"{re.escape(key)}"\s*:', text)
    before = text[: found.start()] if found else ""
    return Position(shown, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _RefusedError(f"holds the key {twice[:40]!r} twice", "TN012")
    return found


def _constant(name: str) -> NoReturn:
    raise _RefusedError(f"holds {name}, which is no JSON", "TN014")


def _depth(tree: object) -> int:
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [v for t in level for v in (t.values() if isinstance(t, dict) else t if isinstance(t, list) else ())]
    return deepest


def _wrong(code: str, shown: str, what: str, fix: str) -> Finding:
    return Finding(WHOLE, what, fix, position=Position(shown, 1, 1), code=code)
