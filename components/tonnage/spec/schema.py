"""JSON Schema of spec files, for editors: made from the models, with their descriptions, ranges and examples."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal, TypeAlias

from pydantic.alias_generators import to_camel

from tonnage.files.field_docs import field_docs
from tonnage.spec.base import NotPlannedYet, SpecModel
from tonnage.spec.cluster import Cluster
from tonnage.spec.shape import arms, keys, kind_of, marks, model_of
from tonnage.spec.team import Team
from tonnage.spec.values import Amount

FileKind: TypeAlias = Literal["cluster", "team"]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MODELS: dict[str, type[SpecModel]] = {"cluster": Cluster, "team": Team}


def json_schema(kind: FileKind) -> dict[str, Any]:
    """The schema of one kind of file, draft 2020-12. What needs several files or the catalogue, it cannot tell."""
    model = _MODELS[kind]
    schema = model.model_json_schema(by_alias=True)
    definitions = schema.setdefault("$defs", {})
    for part in models(model):
        _describe(part, schema if part is model else definitions[part.__name__])
    _close(schema)
    return {"$schema": DIALECT, "title": f"tonnage {kind}", **{k: v for k, v in schema.items() if k != "title"}}


def models(root: type[SpecModel]) -> Iterator[type[SpecModel]]:
    """A model and all models below it, each once."""
    seen: dict[type[SpecModel], None] = {}
    waiting = [root]
    while waiting:
        model = waiting.pop()
        if model not in seen:
            seen[model] = None
            waiting += [m for field in keys(model).values() for m in _inside(kind_of(field))]
    yield from seen


@cache
def descriptions(model: type[SpecModel]) -> Mapping[str, str]:
    """What the model's source says below each of its fields, by the field's name; fields of its bases included."""
    found: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if issubclass(part, SpecModel) and part is not SpecModel:
            found |= field_docs(part)
    return found


def _describe(model: type[SpecModel], schema: dict[str, Any]) -> None:
    said = descriptions(model)
    for name, field in model.model_fields.items():
        key = field.alias or to_camel(name)
        there = schema["properties"][key] = _set(schema["properties"][key])
        mark = next(marks(kind_of(field), NotPlannedYet), None)
        text = " ".join([said.get(name, ""), *(m.range for m in marks(kind_of(field), Amount))])
        if mark is not None:
            values = f" ({', '.join(mark.values)})" if mark.values else ""
            text = f"{text} Not planned yet{values}: {mark.instead}.".strip()
        there["description"] = text
    schema.pop("title", None)


def _set(schema: dict[str, Any]) -> dict[str, Any]:
    """A key as it may be written: left out is a default of the models, and null is no value of a file."""
    forms = [form for form in schema.get("anyOf", []) if form != {"type": "null"}]
    kept = {k: v for k, v in schema.items() if k not in {"title", "anyOf"} and (k, v) != ("default", None)}
    if not forms:
        return kept
    return {**(forms[0] if len(forms) == 1 else {"anyOf": forms}), **kept}


def _close(schema: Any) -> None:
    """Keys of a mapping match their pattern, or are refused."""
    if isinstance(schema, dict) and "patternProperties" in schema:
        schema["additionalProperties"] = False
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        _close(inner)


def _inside(kind: Any) -> Iterator[type[SpecModel]]:
    """Models that a value is, or holds in lists and mappings."""
    model = model_of(kind)
    if model is not None:
        yield model
    for arm in arms(kind):
        for inner in getattr(arm, "__args__", ()):
            if inner is not Ellipsis:
                yield from _inside(inner)
