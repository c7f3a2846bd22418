"""Definitions of the two kinds that node feature discovery keeps its findings and rules in.

Names, scope and fields: kubernetes-sigs/node-feature-discovery v0.19.0, deployment/base/nfd-crds. The schemas are our
own. Rules stay open: what a rule may say is judged by node feature discovery, not here.
"""

from typing import Any

from tonnage.manifests.declared import Manifest
from tonnage.manifests.gpu_stack.agents import labels

GROUP = "nfd.k8s-sigs.io"


def definitions(agent: str) -> dict[str, Manifest]:
    """Both definitions by what people call them."""
    return {
        "node-features-definition": _definition(agent, "NodeFeature", "Namespaced", _feature()),
        "node-feature-rules-definition": _definition(agent, "NodeFeatureRule", "Cluster", _rule()),
    }


def _definition(agent: str, kind: str, scope: str, spec: dict[str, Any]) -> Manifest:
    singular = kind.lower()
    schema = {
        "type": "object",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": spec,
        },
    }
    version = {"name": "v1alpha1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{singular}s.{GROUP}", "labels": labels(agent)},
        "spec": {
            "group": GROUP,
            "names": {"kind": kind, "listKind": f"{kind}List", "plural": f"{singular}s", "singular": singular},
            "scope": scope,
            "versions": [version],
        },
    }


def _feature() -> dict[str, Any]:
    """What one node was found to have: flags, attributes, lists of devices; and labels that follow."""
    instance = {"type": "object", "required": ["attributes"], "properties": {"attributes": _texts()}}
    sets = {
        "flags": {"type": "object", "additionalProperties": {"type": "object"}},
        "attributes": _texts(),
        "instances": {"type": "array", "items": instance},
    }
    features = {
        name: {
            "type": "object",
            "additionalProperties": {"type": "object", "required": ["elements"], "properties": {"elements": elements}},
        }
        for name, elements in sets.items()
    }
    return {
        "type": "object",
        "properties": {"features": {"type": "object", "properties": features}, "labels": _texts()},
    }


def _rule() -> dict[str, Any]:
    rules = {"type": "array", "items": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return {"type": "object", "required": ["rules"], "properties": {"rules": rules}}


def _texts() -> dict[str, Any]:
    return {"type": "object", "additionalProperties": {"type": "string"}}
