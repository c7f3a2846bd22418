"""JSON to shapes and back. Nothing is lost on the way: what does not fit a field stays under its key."""

import types
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from tonnage.files.plain import key_of
from tonnage.preview.engine_steps import Shape

S = TypeVar("S", bound=Shape)
Path = tuple[str | int, ...]
_MISFIT = object()


def shaped(kind: type[S], tree: Mapping[str, Any], at: Path = (), strange: list[Path] | None = None) -> S:
    """A value of `kind`. Paths of keys that it does not know, or whose value is of another type, go to `strange`."""
    said: list[Path] = [] if strange is None else strange
    values: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    known = _known(kind)
    for key, value in tree.items():
        name, of = known.get(key, ("", None))
        read = _MISFIT if of is None else _read(of, value, (*at, key), said)
        if read is _MISFIT:
            said.append((*at, key))
            rest[key] = value
        else:
            values[name] = read
    return kind(**values, rest=rest)


def tree_of(value: object) -> Any:
    """What a value was read from, but for nulls: a field that is None is left out."""
    if isinstance(value, Shape):
        own = {key: getattr(value, name) for key, (name, _) in _known(type(value)).items()}
        return {**{key: tree_of(v) for key, v in own.items() if v is not None}, **value.rest}
    if isinstance(value, Mapping):
        return {key: tree_of(v) for key, v in value.items()}
    if isinstance(value, tuple):
        return [tree_of(v) for v in value]
    return value


def path_text(path: Path) -> str:
    """A path as people write it: resourcePreEvent.metadata.new"""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def _known(kind: type[Shape]) -> Mapping[str, tuple[str, Any]]:
    """By key: name and type of the field, None taken off the type."""
    found: Mapping[str, tuple[str, Any]] = _fields(kind)  # type: ignore[arg-type] # mypy takes a class for its values
    return found


@cache
def _fields(kind: type[Shape]) -> Mapping[str, tuple[str, Any]]:
    hints = get_type_hints(kind)
    own = [f.name for f in fields(kind) if f.name != "rest"]
    return {kind.KEYS.get(name, key_of(name)): (name, _without_none(hints[name])) for name in own}


def _without_none(hint: Any) -> Any:
    if get_origin(hint) is types.UnionType:
        return next(a for a in get_args(hint) if a is not type(None))
    return hint


def _read(of: Any, value: Any, at: Path, strange: list[Path]) -> Any:
    """The value as a field holds it, or `_MISFIT`."""
    if value is None:
        return None
    origin = get_origin(of)
    if origin is tuple:
        return _read_list(get_args(of)[0], value, at, strange)
    if origin is Mapping:
        return _read_mapping(get_args(of)[1], value, at, strange)
    if isinstance(of, type) and issubclass(of, Shape):
        return shaped(of, value, at, strange) if isinstance(value, Mapping) else _MISFIT
    return value if of is Any or type(value) is of else _MISFIT


def _read_list(of: Any, value: Any, at: Path, strange: list[Path]) -> Any:
    if not isinstance(value, list):
        return _MISFIT
    read = tuple(_MISFIT if item is None else _read(of, item, (*at, i), strange) for i, item in enumerate(value))
    return _MISFIT if any(item is _MISFIT for item in read) else read


def _read_mapping(of: Any, value: Any, at: Path, strange: list[Path]) -> Any:
    if not isinstance(value, Mapping):
        return _MISFIT
    if of is Any:
        return value
    # Go writes an empty list as null at times; either way there is nothing under the key
    read = {key: _read(of, item, (*at, key), strange) for key, item in value.items() if item is not None}
    return _MISFIT if any(item is _MISFIT for item in read.values()) else read
