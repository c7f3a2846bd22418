"""Keys of spec files in words, for people: what a key means, what it takes, and what happens where it is left out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tonnage.files.paths import undotted
from tonnage.spec.schema import FileKind, json_schema

KINDS: tuple[FileKind, ...] = ("cluster", "team")
Link = Callable[[str], str]
"""How the name of a part of a file is shown where a key takes one."""


@dataclass(frozen=True)
class Key:
    """One key of a kind of file."""

    file: FileKind
    path: str
    """serving.slo.ttftP95: lists are passed over, and of a mapping any name stands for all."""
    meaning: str
    form: str
    left_out: str
    """What happens then."""
    examples: tuple[str, ...]
    below: Mapping[str, str]
    """Keys of the mapping that it takes, each with its meaning."""


def explained(path: str) -> tuple[Key, ...]:
    """What stands at a path, in each kind of file that has it; indices of lists may be left out."""
    steps = [s for s in undotted(path) or () if isinstance(s, str)]
    found = (_at(kind, steps) for kind in KINDS if steps)
    return tuple(key for key in found if key is not None)


def all_paths() -> tuple[str, ...]:
    """Every path that names a key of one kind of file at least, in order."""
    return tuple(sorted({path for kind in KINDS for path in _below(_schema(kind), kind, "")}))


def form_of(field: Mapping[str, Any], link: Link) -> str:
    """What a key takes, in words."""
    if "$ref" in field:
        return link(str(field["$ref"]).rsplit("/", 1)[-1])
    if either := _either(field):
        return " or ".join(dict.fromkeys(form_of(f, link) for f in either))
    if "const" in field or "enum" in field:
        return ", ".join(f"`{v}`" for v in field.get("enum", [field.get("const")]))
    return _held(field, link) or _simple(field)


def left_out(field: Mapping[str, Any], *, required: bool) -> str:
    """What happens where a key is left out; empty: nothing that needs to be said."""
    value = field.get("default")
    if required:
        return "must be given"
    if value in (None, [], {}) or isinstance(value, Mapping):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _either(field: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The forms of a key that takes several."""
    return [*field.get("anyOf", []), *field.get("oneOf", [])]


def _held(field: Mapping[str, Any], link: Link) -> str | None:
    if field.get("type") == "array":
        return f"list of {form_of(field.get('items', {}), link)}"
    if field.get("type") != "object":
        return None
    inner = _values(field)
    return f"by name: {form_of(inner, link)}" if inner else "by name"


def _values(field: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of a mapping's values."""
    inner: Any = field.get("additionalProperties") or next(iter(field.get("patternProperties", {}).values()), {})
    return inner if isinstance(inner, Mapping) else {}


def _simple(field: Mapping[str, Any]) -> str:
    low, high = field.get("minimum"), field.get("maximum")
    ranged = f", {low:,} to {high:,}" if low is not None and high is not None else ""
    examples = field.get("examples")
    shown = f" such as {', '.join(f'`{e}`' for e in examples)}" if examples else ""
    words = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    kinds = field.get("type", "value")
    said = " or ".join(words.get(str(k), "value") for k in (kinds if isinstance(kinds, list) else [kinds]))
    return f"{said}{ranged}{shown}"


@cache
def _schema(kind: FileKind) -> Mapping[str, Any]:
    return json_schema(kind)


def _at(kind: FileKind, steps: list[str]) -> Key | None:
    schema = field = _schema(kind)
    required, meaning = False, ""
    for step in steps:
        inner = _step(field, step, schema)
        if inner is None:
            return None
        required = any(step in form.get("required", ()) for form in _forms(field, schema))
        field = inner
        meaning = field.get("description", meaning)
    parts = [form for form in _forms(field, schema) if "properties" in form]
    return Key(
        kind,
        ".".join(steps),
        meaning,
        form_of(field, lambda _: "a mapping"),
        left_out(field, required=required),
        _examples(field, schema),
        {k: v.get("description", "") for part in parts for k, v in part["properties"].items()},
    )


def _step(field: Mapping[str, Any], step: str, schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The schema of a key; of a mapping by name, of what any name holds."""
    forms = list(_forms(field, schema))
    named = next((f["properties"][step] for f in forms if step in f.get("properties", {})), None)
    return named or next((_values(f) for f in forms if "properties" not in f and _values(f)), None)


def _forms(field: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The forms of a value, references followed and lists passed over."""
    if "$ref" in field:
        yield from _forms(schema["$defs"][str(field["$ref"]).rsplit("/", 1)[-1]], schema)
    elif either := _either(field):
        for form in either:
            yield from _forms(form, schema)
    elif field.get("type") == "array":
        yield from _forms(field.get("items", {}), schema)
    else:
        yield field


def _examples(field: Mapping[str, Any], schema: Mapping[str, Any]) -> tuple[str, ...]:
    found = [str(e) for form in _forms(field, schema) for e in (*form.get("examples", ()), *form.get("enum", ()))]
    return tuple(dict.fromkeys(found))


def _below(field: Mapping[str, Any], kind: FileKind, path: str) -> Iterator[str]:
    for form in _forms(field, _schema(kind)):
        for key, inner in form.get("properties", {}).items():
            here = f"{path}.{key}".lstrip(".")
            yield here
            yield from _below(inner, kind, here)
