"""The second judge: the rules in CEL that stand in custom resource definitions, evaluated as an API server does.

The API server fills in defaults first, then evaluates each rule at each place where a value stands. Rules that name
`oldSelf` are for changes: they are evaluated when the object's former state is given. A rule that cannot be evaluated
is told like a broken one, so nothing passes unseen.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import celpy
from celpy import celtypes
from celpy.adapter import json_to_cel
from celpy.celparser import CELParseError
from celpy.evaluation import CELEvalError

from manifests.judge_schemas import Schema, definition_of

_ABSENT = object()
_RESERVED = frozenset(
    {"as", "break", "const", "continue", "else", "for", "function", "if", "import", "in", "let", "loop", "namespace"}
    | {"package", "return", "var", "void", "while", "true", "false", "null"}
)


def judge_rules(manifest: Mapping[str, Any], data: Path, old: Mapping[str, Any] | None = None) -> list[str]:
    """Each rule that a custom resource breaks, or a change from `old` to it; built-in kinds have none."""
    schema = _schema(manifest, data)
    if schema is None:
        return []
    before = _ABSENT if old is None else _defaulted(schema, copy.deepcopy(dict(old)))
    return sorted(set(_broken(schema, _defaulted(schema, copy.deepcopy(dict(manifest))), before, "")))


def count_rules(manifest: Mapping[str, Any], data: Path) -> int:
    """How many rules stand in the definition of a kind; a judge that sees none proves nothing."""
    return str(_schema(manifest, data)).count("'rule':")


def _schema(manifest: Mapping[str, Any], data: Path) -> Schema | None:
    group, _, version = manifest["apiVersion"].rpartition("/")
    crd = definition_of(group, manifest["kind"], data)
    if crd is None:
        return None
    (schema,) = (v["schema"]["openAPIV3Schema"] for v in crd["spec"]["versions"] if v["name"] == version)
    assert isinstance(schema, dict)
    return schema


def _defaulted(schema: Schema, value: Any) -> Any:
    """The value with the defaults of its schema in place, as the API server stores it."""
    if isinstance(value, dict):
        for key, below in schema.get("properties", {}).items():
            if key not in value and "default" in below:
                value[key] = copy.deepcopy(below["default"])
            if key in value:
                value[key] = _defaulted(below, value[key])
        if isinstance(extra := schema.get("additionalProperties"), dict):
            return {key: _defaulted(extra, v) for key, v in value.items()}
    if isinstance(value, list) and "items" in schema:
        return [_defaulted(schema["items"], item) for item in value]
    return value


def _broken(schema: Schema, value: Any, old: Any, path: str) -> Iterator[str]:
    for rule in schema.get("x-kubernetes-validations", ()):
        if "oldSelf" not in rule["rule"] or old is not _ABSENT:
            yield from _told(rule, schema, value, old, path)
    if isinstance(value, dict):
        extra = schema.get("additionalProperties")
        for key, v in value.items():
            below = schema.get("properties", {}).get(key, extra if isinstance(extra, dict) else {})
            former = old.get(key, _ABSENT) if isinstance(old, dict) else _ABSENT
            yield from _broken(below, v, former, f"{path}.{key}".lstrip("."))
    if isinstance(value, list) and "items" in schema:
        for i, item in enumerate(value):
            yield from _broken(schema["items"], item, _former(schema, item, old), f"{path}[{i}]")


def _former(schema: Schema, item: Any, old: Any) -> Any:
    """The old element with the same keys; elements of other lists cannot be told apart."""
    keys = schema.get("x-kubernetes-list-map-keys")
    if not keys or not isinstance(old, list):
        return _ABSENT
    return next((o for o in old if all(o.get(k) == item.get(k) for k in keys)), _ABSENT)


def _told(rule: Mapping[str, Any], schema: Schema, value: Any, old: Any, path: str) -> Iterator[str]:
    given = {"self": json_to_cel(_escaped(schema, value))}
    if old is not _ABSENT:
        given["oldSelf"] = json_to_cel(_escaped(schema, old))
    place = path or "(object)"
    try:
        if not _program(rule["rule"]).evaluate(given):
            yield f"{place}: {rule.get('message') or rule['rule']}"
    except (CELEvalError, CELParseError) as problem:
        yield f"{place}: cannot evaluate {rule['rule']!r}: {problem.args[0]}"


def _escaped(schema: Schema, value: Any) -> Any:
    """Names of fields as rules write them; keys of maps stay."""
    if isinstance(value, list):
        return [_escaped(schema.get("items", {}), v) for v in value]
    if not isinstance(value, dict):
        return value
    known = schema.get("properties", {})
    extra = schema.get("additionalProperties")
    below = extra if isinstance(extra, dict) else {}
    return {(_name(k) if k in known else k): _escaped(known.get(k, below), v) for k, v in value.items()}


def _name(field: str) -> str:
    if field in _RESERVED:
        return f"__{field}__"
    written = {"__": "__underscores__", ".": "__dot__", "-": "__dash__", "/": "__slash__"}
    return re.sub(r"__|[./-]", lambda m: written[m[0]], field)


def _find(text: celtypes.StringType, pattern: celtypes.StringType) -> celtypes.StringType:
    """Kubernetes' own addition to CEL: the first match, or nothing."""
    match = re.search(pattern, text)
    return celtypes.StringType(match[0] if match else "")


def _split(text: celtypes.StringType, separator: celtypes.StringType) -> celtypes.ListType:
    """From CEL's extended strings library."""
    return celtypes.ListType([celtypes.StringType(part) for part in str(text).split(str(separator))])


@cache
def _program(rule: str) -> Any:
    environment = celpy.Environment()
    return environment.program(environment.compile(rule), functions={"find": _find, "split": _split})
