"""Schemas of Kubernetes, made strict and turned into JSON Schema, for the judge of manifests.

Built-in kinds come from the schemas that `kubernetes-validate` ships, custom resources from their definitions. Both
refuse what the API server would drop silently (unknown fields) and what a builder leaves behind by mistake (null).
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

KUBERNETES = "1.35"
_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_LABELS = {
    "type": "object",
    "propertyNames": {
        "pattern": r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)\Z",
    },
    "additionalProperties": {"type": "string", "pattern": r"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?\Z"},
}
_QUANTITY_SCHEMA = {
    "anyOf": [
        {"type": "number"},
        {
            "type": "string",
            # the pattern that controller-gen writes into definitions for a quantity
            "pattern": r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))"
            r"(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?\Z",
        },
    ]
}
_CLUSTER_WIDE = frozenset({
    "APIService",
    "CSIDriver",
    "CertificateSigningRequest",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "DeviceClass",
    "FlowSchema",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "ResourceSlice",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
})  # fmt: skip
"""Built-in kinds without a namespace. Their schemas do not say it."""


def schema_of(api_version: str, kind: str, data: Path) -> tuple[Schema, bool] | str:
    """The strict schema of a kind and whether it has a namespace, or why there is none."""
    group, _, version = api_version.rpartition("/")
    crd = definition_of(group, kind, data)
    if crd is not None:
        served = {v["name"]: v for v in crd["spec"]["versions"] if v["served"]}
        if version not in served:
            return f"{kind} is not served as {api_version}, but as {', '.join(sorted(served))}"
        if served[version].get("deprecated"):
            return f"{api_version} {kind} is deprecated"
        root = _custom(served[version]["schema"]["openAPIV3Schema"])
        return _whole(root, api_version, kind), crd["spec"]["scope"] == "Namespaced"
    name = _kinds().get((group, version, kind))
    if name is None:
        return f"no schema for {api_version} {kind}: neither Kubernetes {KUBERNETES} nor a custom resource definition"
    return _whole({"$ref": f"#/$defs/{name}"}, api_version, kind), kind not in _CLUSTER_WIDE


def definition_of(group: str, kind: str, data: Path) -> dict[str, Any] | None:
    """The custom resource definition of a kind, as upstream ships it."""
    return _definitions(data / "crds" / group).get(kind) if group else None


@cache
def _definitions(folder: Path) -> Mapping[str, dict[str, Any]]:
    read = [json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))]
    return {crd["spec"]["names"]["kind"]: crd for crd in read}


def _whole(schema: Schema, api_version: str, kind: str) -> Schema:
    """An object as it is applied: type and name are given."""
    named = {"metadata": {"required": ["name"], "not": {"required": ["generateName"]}}}
    fixed = {"apiVersion": {"const": api_version}, "kind": {"const": kind}}
    needed = {"required": ["apiVersion", "kind", "metadata"], "properties": {**named, **fixed}}
    return {"allOf": [schema, needed], "$defs": _built_in()}


@cache
def _built_in() -> Schema:
    source = files("kubernetes_validate") / "kubernetes-json-schema" / f"v{KUBERNETES}.0-local" / "_definitions.json"
    read: Schema = json.loads(source.read_text())["$defs"]
    strict: Schema = {name: _closed(schema) for name, schema in read.items()}
    strict[_QUANTITY] = _QUANTITY_SCHEMA
    strict[_META]["properties"]["labels"] = _LABELS
    return strict


@cache
def _kinds() -> Mapping[tuple[str, str, str], str]:
    return {
        (gvk["group"], gvk["version"], gvk["kind"]): name
        for name, schema in _built_in().items()
        for gvk in schema.get("x-kubernetes-group-version-kind", ())
    }


def _closed(schema: Any) -> Any:
    """A built-in type without unknown fields and without null."""
    if isinstance(schema, list):
        return [_closed(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {k: _closed(v) for k, v in schema.items() if k != "description" or not isinstance(v, str)}
    if isinstance(closed.get("type"), list):
        (closed["type"],) = [t for t in closed["type"] if t != "null"]
    if isinstance(closed.get("properties"), dict) and "additionalProperties" not in closed:
        closed["additionalProperties"] = False
    return _ranged(closed)


def _custom(schema: Schema, *, root: bool = True) -> Schema:
    """The Kubernetes dialect of OpenAPI as JSON Schema."""
    made = {k: v for k, v in schema.items() if k not in {"description", "default", "properties", "items", "nullable"}}
    if "properties" in schema:
        made["properties"] = {k: _custom(s, root=False) for k, s in schema["properties"].items()}
    if "items" in schema:
        made["items"] = _custom(schema["items"], root=False)
    if isinstance(schema.get("additionalProperties"), dict):
        made["additionalProperties"] = _custom(schema["additionalProperties"], root=False)
    if schema.get("x-kubernetes-int-or-string"):
        made["type"] = ["integer", "string"]
        made.pop("anyOf", None)  # says the same once more
    if root or schema.get("x-kubernetes-embedded-resource"):
        typed = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}}
        made["properties"] = made.get("properties", {}) | typed | {"metadata": {"$ref": f"#/$defs/{_META}"}}
    if schema.get("type") == "object" and not schema.get("x-kubernetes-preserve-unknown-fields"):
        made.setdefault("additionalProperties", False)
    if isinstance(pattern := schema.get("pattern"), str):
        # Go's $ is the end of the text, Python's also stands before a last line break
        made["pattern"] = re.sub(r"(?<!\\)\$$", r"\\Z", pattern)
    return _nullable(_ranged(made)) if schema.get("nullable") else _ranged(made)


def _ranged(schema: Schema) -> Schema:
    low, high = _RANGES.get(str(schema.get("format")), (None, None))
    if low is None or high is None:
        return schema
    return {
        **schema,
        "minimum": max(low, schema.get("minimum", low)),
        "maximum": min(high, schema.get("maximum", high)),
    }


def _nullable(schema: Schema) -> Schema:
    return {"anyOf": [{"type": "null"}, schema]}
