"""What differs between two trees of plain data, field by field."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum
from typing import Any, Final, TypeAlias, TypeGuard

Path: TypeAlias = tuple[str | int, ...]
"""Keys of mappings as text, places in lists as numbers or, where items have names, as `[name]`."""


class Absent(Enum):
    """The value of a field that is not there; None is a value."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True)
class FieldChange:
    """One field before and after; `ABSENT` where it is not set."""

    path: Path
    before: Any
    after: Any

    @property
    def shown_path(self) -> str:
        """spec.template.spec.containers[engine].args[3]"""
        return shown(self.path)


def shown(path: Path) -> str:
    """A path as people write it."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.startswith("[") or not text:
            text += step
        else:
            text += f".{step}"
    return text


def field_changes(before: object, after: object) -> tuple[FieldChange, ...]:
    """Every leaf that differs. A subtree that exists on one side only is one change."""
    return tuple(_walk((), before, after))


def _walk(path: Path, before: object, after: object) -> Iterator[FieldChange]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _walk_keys(path, before, after)
    elif _is_list(before) and _is_list(after):
        yield from _walk_lists(path, before, after)
    elif not _same(before, after):
        yield FieldChange(path, before, after)


def _walk_keys(path: Path, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[FieldChange]:
    for key in sorted({*before, *after}, key=str):
        yield from _walk((*path, key), before.get(key, ABSENT), after.get(key, ABSENT))


def _walk_lists(path: Path, before: Sequence[object], after: Sequence[object]) -> Iterator[FieldChange]:
    old, new = _by_name(before), _by_name(after)
    if old is not None and new is not None:
        names = [*old, *(n for n in new if n not in old)]
        for name in names:
            yield from _walk((*path, f"[{name}]"), old.get(name, ABSENT), new.get(name, ABSENT))
        stayed = [n for n in old if n in new]
        if stayed != [n for n in new if n in old]:
            yield FieldChange((*path, "(order)"), list(old), list(new))
    elif len(before) == len(after):
        for place, (b, a) in enumerate(zip(before, after, strict=True)):
            yield from _walk((*path, place), b, a)
    else:
        yield from _moved(path, before, after)


def _moved(path: Path, before: Sequence[object], after: Sequence[object]) -> Iterator[FieldChange]:
    """Items added and removed, so that one new argument does not shift all that follow."""
    matcher = SequenceMatcher(None, [_text(b) for b in before], [_text(a) for a in after], autojunk=False)
    for kind, b0, b1, a0, a1 in matcher.get_opcodes():
        if kind == "equal":
            continue
        paired = min(b1 - b0, a1 - a0)
        for k in range(paired):
            yield from _walk((*path, a0 + k), before[b0 + k], after[a0 + k])
        yield from (FieldChange((*path, k), before[k], ABSENT) for k in range(b0 + paired, b1))
        yield from (FieldChange((*path, k), ABSENT, after[k]) for k in range(a0 + paired, a1))


def _by_name(items: Sequence[object]) -> dict[str, object] | None:
    """Items by their `name` or `id`, if each has one of its own."""
    for key in ("name", "id"):
        named: dict[str, object] = {i[key]: i for i in items if isinstance(i, Mapping) and isinstance(i.get(key), str)}
        if len(named) == len(items):
            return named
    return None


def _text(item: object) -> str:
    return json.dumps(item, sort_keys=True, default=str)


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, list | tuple)


def _same(before: object, after: object) -> bool:
    """Equal, with true and 1 told apart but 1 and 1.0 not: the engine sends every number as a float."""
    return before == after and isinstance(before, bool) == isinstance(after, bool)
