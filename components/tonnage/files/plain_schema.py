"""JSON Schema of what `files.plain` writes and reads: frozen dataclasses as plain data."""

import dataclasses
import types
from collections.abc import Collection, Mapping
from datetime import date
from enum import Enum
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from tonnage.files.field_docs import field_docs
from tonnage.files.plain import key_of
from tonnage.units import Quantity

Schema: TypeAlias = dict[str, Any]
_SCALARS: Mapping[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    date: {"type": "string", "format": "date", "examples": ["2026-11-23"]},
}


def plain_schema(kind: type, definitions: Schema, without: Collection[str] = ()) -> Schema:
    """The schema of a dataclass as a mapping, without some fields. Classes inside it go to `definitions`, by name."""
    hints, docs = get_type_hints(kind), field_docs(kind)
    fields = [f for f in dataclasses.fields(kind) if f.name not in without]
    properties = {
        key_of(f.name): _of(hints[f.name], definitions) | ({"description": docs[f.name]} if f.name in docs else {})
        for f in fields
    }
    missing = dataclasses.MISSING
    needed = [key_of(f.name) for f in fields if f.default is missing and f.default_factory is missing]
    schema: Schema = {"type": "object", "description": _first_line(kind), "properties": properties}
    return schema | {"additionalProperties": False} | ({"required": needed} if needed else {})


def _of(kind: Any, definitions: Schema) -> Schema:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        forms = [_of(form, definitions) for form in inner if form is not type(None)]
        return {"anyOf": [*forms, {"type": "null"}]} if type(None) in inner else {"anyOf": forms}
    if origin is Literal:
        return {"enum": list(inner)}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": _of(inner[1], definitions)}
    if origin is tuple and inner[-1] is Ellipsis:
        return {"type": "array", "items": _of(inner[0], definitions)}
    if origin is tuple:
        return {"type": "array", "prefixItems": [_of(i, definitions) for i in inner], "minItems": len(inner)}
    return _SCALARS.get(kind) or _of_class(kind, definitions)


def _of_class(kind: type, definitions: Schema) -> Schema:
    if issubclass(kind, Quantity):
        examples = [example.strip() for example in kind.EXAMPLE.split(" or ")]
        return {"type": ["string", "number"] if "" in kind.UNITS else "string", "examples": examples}
    if issubclass(kind, Enum):
        return {"enum": [choice.value for choice in kind]}
    if kind.__name__ not in definitions:
        definitions[kind.__name__] = {}  # so that a class inside itself ends
        definitions[kind.__name__] = plain_schema(kind, definitions)
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _first_line(kind: type) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]
