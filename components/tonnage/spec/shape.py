"""The models of specs, walked along a path of a file: which model or value stands where."""

import types
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from tonnage.files.paths import Path
from tonnage.spec.base import SpecModel

_M = TypeVar("_M")


@cache
def keys(model: type[SpecModel]) -> Mapping[str, FieldInfo]:
    """Fields by the key that a file uses."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def kind_of(field: FieldInfo) -> Any:
    """The whole annotation of a field, with the marks that pydantic took off."""
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation


def below(kind: Any, step: str | int) -> Any | None:
    """The annotation of what stands at a key or index of `kind`; None where nothing can stand there."""
    for arm in arms(kind):
        found = _below(arm, step)
        if found is not None:
            return found
    return None


def at(kind: Any, path: Path) -> Any | None:
    """The annotation at a path."""
    for step in path:
        kind = below(kind, step)
        if kind is None:
            return None
    return kind


def model_of(kind: Any) -> type[SpecModel] | None:
    """The model among the forms of a value, if there is one."""
    return next((a for a in arms(kind) if isinstance(a, type) and issubclass(a, SpecModel)), None)


def arms(kind: Any) -> Iterator[Any]:
    """The forms that a value may have, without their marks."""
    origin = get_origin(kind)
    if origin is Annotated:
        yield from arms(get_args(kind)[0])
    elif origin in {Union, types.UnionType}:
        for arm in get_args(kind):
            yield from arms(arm)
    else:
        yield kind


def marks(kind: Any, of: type[_M]) -> Iterator[_M]:
    """Marks of one class on a value or on one of its forms."""
    origin = get_origin(kind)
    if origin is Annotated:
        inner, *found = get_args(kind)
        yield from (m for m in found if isinstance(m, of))
        yield from marks(inner, of)
    elif origin in {Union, types.UnionType}:
        for arm in get_args(kind):
            yield from marks(arm, of)


def _below(arm: Any, step: str | int) -> Any | None:
    if isinstance(arm, type) and issubclass(arm, SpecModel):
        field = keys(arm).get(step) if isinstance(step, str) else None
        return None if field is None else kind_of(field)
    origin = get_origin(arm)
    if origin is tuple and isinstance(step, int):
        return get_args(arm)[0]
    if origin is Mapping and isinstance(step, str):
        return get_args(arm)[1]
    return None
