"""Frozen values to plain data and back, exactly: what plan files and catalogue rows are made of.

A dataclass becomes a mapping with camelCase keys; fields at their default are left out. Quantities become
the text that reads back as an equal value; a value that no decimal can hold is written as a fraction.
Reading is strict: a key that does not exist, a value of another type, or a missing key is a problem with
its path, and all problems are collected.
"""

import dataclasses
import types
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any, Literal, TypeAlias, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from tonnage.units import Quantity, UnitError

Path: TypeAlias = tuple[str | int, ...]
Problem: TypeAlias = tuple[Path, str]
"""Where in the tree, and what is wrong there."""
T = TypeVar("T")


def to_plain(value: object) -> object:
    """Mappings, lists, text, numbers and None that `from_plain` turns into an equal value."""
    if isinstance(value, Quantity):
        return _text(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            key_of(f.name): to_plain(getattr(value, f.name))
            for f in dataclasses.fields(value)
            if not _is_default(f, getattr(value, f.name))
        }
    if isinstance(value, Mapping):
        return {str(key): to_plain(value[key]) for key in sorted(value)}
    if isinstance(value, tuple | list):
        return [to_plain(v) for v in value]
    if isinstance(value, date):
        return value.isoformat()
    return value


def from_plain(kind: type[T], tree: object) -> tuple[T | None, tuple[Problem, ...]]:
    """A value of `kind`, or None and every problem of the tree."""
    problems: list[Problem] = []
    value = _read(kind, tree, (), problems)
    return (None if problems else cast("T", value)), tuple(problems)


def key_of(name: str) -> str:
    """The key of a field: camelCase."""
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)


def _is_default(spot: "dataclasses.Field[Any]", value: object) -> bool:
    if spot.default is not dataclasses.MISSING:
        return bool(spot.default == value)
    return spot.default_factory is not dataclasses.MISSING and bool(spot.default_factory() == value)


def _text(value: Quantity) -> str:
    shown = str(value)
    try:
        if type(value).parse(shown) == value:
            return shown
    except UnitError:  # a negative amount: no text of a spec may hold one
        pass
    return f"{value.amount} {next(iter(value.UNITS))}"


def _quantity(kind: type[Quantity], text: str) -> Quantity:
    base = next(iter(kind.UNITS))
    number, _, unit = text.rpartition(" ")
    if unit == base and ("/" in number or number.startswith("-")):
        return kind(Fraction(number))
    return kind.parse(text)


@cache
def _fields(kind: Any) -> dict[str, tuple[str, Any, bool]]:
    """By key: field name, type, and whether it may be left out."""
    hints = get_type_hints(kind)
    missing = dataclasses.MISSING
    return {
        key_of(f.name): (f.name, hints[f.name], f.default is not missing or f.default_factory is not missing)
        for f in dataclasses.fields(kind)
    }


def _read(kind: Any, tree: object, path: Path, problems: list[Problem]) -> Any:
    origin = get_origin(kind)
    if origin in {Union, types.UnionType}:
        inner = next(a for a in get_args(kind) if a is not type(None))
        return None if tree is None else _read(inner, tree, path, problems)
    if origin is Literal:
        if tree not in get_args(kind):
            problems.append((path, f"{str(tree)[:80]!r} is none of {', '.join(map(str, get_args(kind)))}"))
        return tree
    if origin is tuple:
        return _read_tuple(get_args(kind), tree, path, problems)
    if origin is Mapping:
        return _read_mapping(get_args(kind)[1], tree, path, problems)
    if dataclasses.is_dataclass(kind) and not issubclass(cast("type", kind), Quantity):
        return _read_fields(kind, tree, path, problems)
    return _read_scalar(kind, tree, path, problems)


def _read_fields(kind: Any, tree: object, path: Path, problems: list[Problem]) -> Any:
    if not isinstance(tree, Mapping):
        problems.append((path, "is not a mapping"))
        return None
    known = _fields(kind)
    problems.extend(((*path, str(key)), "is no key here") for key in tree if key not in known)
    missing = [key for key, (_, _, optional) in known.items() if not optional and key not in tree]
    problems.extend((path, f"lacks {key}") for key in missing)
    values = {name: _read(of, tree[key], (*path, key), problems) for key, (name, of, _) in known.items() if key in tree}
    return None if problems else kind(**values)


def _read_mapping(of: Any, tree: object, path: Path, problems: list[Problem]) -> dict[str, Any]:
    if not isinstance(tree, Mapping):
        problems.append((path, "is not a mapping"))
        return {}
    return {str(key): _read(of, value, (*path, str(key)), problems) for key, value in tree.items()}


def _read_tuple(of: tuple[Any, ...], tree: object, path: Path, problems: list[Problem]) -> tuple[Any, ...]:
    if not isinstance(tree, list | tuple):
        problems.append((path, "is not a list"))
        return ()
    if of[-1] is not Ellipsis and len(of) != len(tree):
        problems.append((path, f"holds {len(tree)} values, not {len(of)}"))
        return ()
    each = (of[0],) * len(tree) if of[-1] is Ellipsis else of
    return tuple(_read(k, v, (*path, i), problems) for i, (k, v) in enumerate(zip(each, tree, strict=True)))


def _read_scalar(kind: Any, tree: object, path: Path, problems: list[Problem]) -> Any:
    try:
        if issubclass(kind, Quantity):
            return _quantity(kind, str(tree))
        if kind is date:
            return tree if isinstance(tree, date) else date.fromisoformat(str(tree))
    except (UnitError, ValueError) as bad:
        problems.append((path, f"{str(tree)[:80]!r} cannot be read: {bad}"))
        return None
    if kind is float and isinstance(tree, int) and not isinstance(tree, bool):
        return float(tree)
    if type(tree) is not kind:
        problems.append((path, f"{str(tree)[:80]!r} is not {kind.__name__}"))
        return None
    return tree
