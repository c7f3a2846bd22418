"""The judge of manifests: strict, all errors at once, and what it has no schema for is an error too."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from manifests.judge_schemas import schema_of


def judge(manifest: Mapping[str, Any], data: Path) -> list[str]:
    """Everything that is wrong with an object; empty means that it is fine.

    Custom resources are judged by the definitions in `data`/crds, built-in kinds by the schemas of Kubernetes 1.35.
    Rules in CEL are the work of `judge_rules`.
    """
    wrong = _read(str(manifest.get("apiVersion")), str(manifest.get("kind")), data)
    if isinstance(wrong, str):
        return [wrong]
    validator, namespaced = wrong
    found = [_said(error) for error in validator.iter_errors(manifest)]
    return sorted({*found, *_misplaced(manifest, namespaced)})


@cache
def _read(api_version: str, kind: str, data: Path) -> tuple[Validator, bool] | str:
    schema = schema_of(api_version, kind, data)
    return schema if isinstance(schema, str) else (_Judge(schema[0]), schema[1])


def _misplaced(manifest: Mapping[str, Any], namespaced: bool) -> Iterator[str]:
    """An object without its namespace lands wherever the caller's context points."""
    metadata = manifest.get("metadata")
    given = isinstance(metadata, Mapping) and bool(metadata.get("namespace"))
    if namespaced and not given:
        yield f"metadata.namespace: {manifest['kind']} needs one"
    if given and not namespaced:
        yield f"metadata.namespace: {manifest['kind']} has none"


def _said(error: ValidationError) -> str:
    path = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.absolute_path).lstrip(".")
    return f"{path or '(object)'}: {error.message[:300]}"


def _unique_keys(_: Validator, keys: list[str], items: Any, __: Any) -> Iterator[ValidationError]:
    """x-kubernetes-list-map-keys: two elements with the same keys are one to the API server."""
    elements = [i for i in items if isinstance(i, Mapping)] if isinstance(items, list) else []
    seen = [tuple(element.get(key) for key in keys) for element in elements]
    for twice in sorted({key for key in seen if seen.count(key) > 1}, key=repr):
        named = ", ".join(f"{k}={v!r}" for k, v in zip(keys, twice, strict=True))
        yield ValidationError(f"two elements have {named}")


def _unique_items(_: Validator, kind: str, items: Any, __: Any) -> Iterator[ValidationError]:
    """x-kubernetes-list-type: a set holds each value once."""
    if kind == "set" and isinstance(items, list):
        for twice in sorted({repr(i) for i in items if items.count(i) > 1}):
            yield ValidationError(f"{twice} stands twice in a set")


_Judge = extend(  # type: ignore[no-untyped-call] # its stubs leave it without types
    Draft202012Validator,
    {"x-kubernetes-list-map-keys": _unique_keys, "x-kubernetes-list-type": _unique_items},
)
