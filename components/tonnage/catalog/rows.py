"""Catalogue rows as plain data: flat, with source, date and licence beside the values, read into frozen values.

The same form in the package's own JSON files and in a user's `catalog.yaml`. A problem is a path inside the row
and what is wrong there.
"""

import dataclasses
import difflib
import types
from collections.abc import Hashable, Iterable, Mapping
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from tonnage.files.plain import Problem, from_plain, key_of

T = TypeVar("T")

_SOURCE_KEYS = {"source": "title", "checked": "checked", "licence": "licence"}
_OUTSIDE = {inner: outer for outer, inner in _SOURCE_KEYS.items()}


def sourced(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with `source`, `checked` and `licence` gathered as the value's one source."""
    source = {inner: row[outer] for outer, inner in _SOURCE_KEYS.items() if outer in row}
    return {key: value for key, value in row.items() if key not in _SOURCE_KEYS} | {"source": source}


def read_row(kind: type[T], row: Mapping[str, Any], **known: object) -> tuple[T | None, tuple[Problem, ...]]:
    """A value of `kind` from a flat row and what is known of it already; what may be unknown may be left out."""
    value, problems = from_plain(kind, dict.fromkeys(unknowable(cast("Hashable", kind))) | known | sourced(row))
    return value, tuple(_flat(problem) for problem in problems)


@cache
def unknowable(kind: Any) -> tuple[str, ...]:
    """Keys of the fields that may be None and have no default."""
    hints = get_type_hints(kind)
    return tuple(
        key_of(f.name)
        for f in dataclasses.fields(kind)
        if f.default is dataclasses.MISSING
        and get_origin(hints[f.name]) in {Union, types.UnionType}
        and type(None) in get_args(hints[f.name])
    )


def keys_of(kind: type) -> tuple[str, ...]:
    """Keys of a flat row of `kind`."""
    own = (key_of(f.name) for f in dataclasses.fields(kind) if f.name != "source")
    return (*own, *_SOURCE_KEYS)


def closest(word: str, known: Iterable[str]) -> str:
    """How to mend a word that is not known."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, 1)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"use one of {', '.join(names)}" if len(names) <= 12 else "look the name up in the catalogue"


def mended(problem: str) -> tuple[str, str]:
    """A problem of `read_row`, told apart from how to mend it."""
    if problem.startswith("lacks "):
        key = problem.removeprefix("lacks ")
        known = {"source": "name where the figures come from", "checked": "add the day it was read, like 2026-11-23"}
        return problem, known.get(key, f"add {key}")
    _, none_of, choices = problem.partition(" is none of ")
    if none_of:
        return problem, f"use one of {choices}"
    what, _, fix = problem.rpartition("cannot be read: ")[2].partition("; ")
    return what, fix or "compare with the shipped rows"


def _flat(problem: Problem) -> Problem:
    """The problem with its path as the row is written."""
    path, what = problem
    if path == ("source",) and what.startswith("lacks "):
        return (), f"lacks {_OUTSIDE[what.removeprefix('lacks ')]}"
    if path[:1] == ("source",) and len(path) > 1:
        return (_OUTSIDE.get(str(path[1]), str(path[1])), *path[2:]), what
    return problem
