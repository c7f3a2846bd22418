"""Keys that are set but change nothing yet: said aloud, never silence."""

from collections.abc import Iterator, Mapping
from typing import Any

from tonnage.files.paths import Path
from tonnage.spec.base import NotPlannedYet
from tonnage.spec.problems import Problem
from tonnage.spec.shape import below, keys, marks, model_of


def unplanned(kind: Any, tree: object, path: Path = ()) -> Iterator[Problem]:
    """Where a file's data sets such a key to more than its default."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from _at(kind, key, value, path)
    elif isinstance(tree, list | tuple):
        for index, value in enumerate(tree):
            yield from _at(kind, index, value, path)


def _at(kind: Any, step: str | int, value: object, path: Path) -> Iterator[Problem]:
    inner, here = below(kind, step), (*path, step)
    if inner is None or value is None:
        return
    mark = next(marks(inner, NotPlannedYet), None)
    if mark is None:
        yield from unplanned(inner, value, here)
    elif value in mark.values if mark.values else not _is_default(kind, step, value):
        yield Problem(here, f"not planned yet: {mark.instead}", "drop the key, or go on without it", "TN134")


def _is_default(kind: Any, step: str | int, value: object) -> bool:
    owner = model_of(kind)
    if owner is None or not isinstance(step, str):
        return False
    default = keys(owner)[step].default
    return value == default or (value in ([], {}) and not default)
