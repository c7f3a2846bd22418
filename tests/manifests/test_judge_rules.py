"""The second judge: rules in CEL hold on creation and on change, and what cannot be evaluated is told."""

import copy
import json
from pathlib import Path
from typing import Any

import celpy
import pytest

from manifests.judge_rules import _program, count_rules, judge_rules
from manifests.test_judge import NODE_POOL, SCALED_OBJECT

NODE_CLASS: dict[str, Any] = {
    "apiVersion": "karpenter.k8s.aws/v1",
    "kind": "EC2NodeClass",
    "metadata": {"name": "a"},
    "spec": {
        "role": "nodes",
        "amiSelectorTerms": [{"alias": "al2023@v20260801"}],
        "subnetSelectorTerms": [{"tags": {"karpenter.sh/discovery": "a"}}],
        "securityGroupSelectorTerms": [{"tags": {"karpenter.sh/discovery": "a"}}],
    },
}
POOL: dict[str, Any] = {
    "apiVersion": "inference.networking.k8s.io/v1",
    "kind": "InferencePool",
    "metadata": {"name": "a", "namespace": "b"},
    "spec": {
        "selector": {"matchLabels": {"a": "b"}},
        "targetPorts": [{"number": 8000}],
        "endpointPickerRef": {"name": "epp", "port": {"number": 9002}},
    },
}
QUEUE: dict[str, Any] = {
    "apiVersion": "kueue.x-k8s.io/v1beta2",
    "kind": "LocalQueue",
    "metadata": {"name": "a", "namespace": "b"},
    "spec": {"clusterQueue": "a"},
}


def changed(manifest: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    """The object with other fields in its spec; None drops one."""
    merged = {**manifest["spec"], **spec}
    return {**manifest, "spec": {k: v for k, v in merged.items() if v is not None}}


@pytest.mark.parametrize("manifest", [NODE_POOL, NODE_CLASS, POOL, QUEUE, SCALED_OBJECT], ids=lambda m: m["kind"])
def test_what_is_right_passes(manifest: dict[str, Any], data: Path) -> None:
    """As a new object and as a change that changes nothing."""
    assert judge_rules(manifest, data) == []
    assert judge_rules(manifest, data, old=copy.deepcopy(manifest)) == []


def test_there_are_rules_to_break(data: Path) -> None:
    """A judge that finds no rules would pass everything."""
    assert count_rules(NODE_POOL, data) >= 20
    assert count_rules(NODE_CLASS, data) >= 40


@pytest.mark.parametrize(
    ("manifest", "spec", "told"),
    [
        (NODE_CLASS, {"instanceProfile": "p"}, "spec: must specify exactly one of ['role', 'instanceProfile']"),
        (NODE_CLASS, {"role": None}, "spec: must specify exactly one of ['role', 'instanceProfile']"),
        (NODE_CLASS, {"amiSelectorTerms": [{"alias": "ubuntu@1"}]}, "spec.amiSelectorTerms[0].alias: family is not"),
        (NODE_CLASS, {"subnetSelectorTerms": [{}]}, "spec.subnetSelectorTerms: expected at least one, got none"),
        (NODE_POOL, {"replicas": 2, "limits": {"nodes": 2}, "weight": 5}, "spec: 'weight' is not supported on static"),
        (NODE_POOL, {"replicas": 2}, "spec: only 'limits.nodes' is supported on static NodePools"),
        (
            NODE_POOL,
            {"disruption": {"consolidateAfter": "1m", "budgets": [{"nodes": "0", "schedule": "@daily"}]}},
            "spec.disruption.budgets: 'schedule' must be set with 'duration'",
        ),
        (POOL, {"endpointPickerRef": {"name": "epp"}}, "spec.endpointPickerRef: port is required when kind is"),
    ],
)
def test_a_broken_rule_is_told_at_its_place(
    manifest: dict[str, Any], spec: dict[str, Any], told: str, data: Path
) -> None:
    """In the words of those who wrote the definition. The last needs a default to be filled in first."""
    (said,) = judge_rules(changed(manifest, spec), data)
    assert said.startswith(told)


@pytest.mark.parametrize(
    ("manifest", "spec", "told"),
    [
        (QUEUE, {"clusterQueue": "other"}, "spec.clusterQueue: field is immutable"),
        (NODE_POOL, {"replicas": 2, "limits": {"nodes": 2}}, "spec: Cannot transition NodePool between static"),
    ],
)
def test_a_forbidden_change_is_told_only_as_a_change(
    manifest: dict[str, Any], spec: dict[str, Any], told: str, data: Path
) -> None:
    """The same object is fine as a new one."""
    new = changed(manifest, spec)

    assert judge_rules(new, data) == []
    (said,) = judge_rules(new, data, old=manifest)
    assert said.startswith(told)


def test_what_cannot_be_evaluated_is_told(data: Path) -> None:
    """A rule that asks for a field that is not there fails in the API server too."""
    requirement = {"key": "kubernetes.io/arch", "operator": "In"}
    broken = copy.deepcopy(NODE_POOL)
    broken["spec"]["template"]["spec"]["requirements"] = [requirement]

    (said,) = judge_rules(broken, data)
    assert said.startswith("spec.template.spec.requirements: cannot evaluate \"self.all(x, x.operator == 'In'")


def test_built_in_kinds_have_no_rules(data: Path) -> None:
    """Their validation is code of the API server."""
    assert judge_rules({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}, data) == []


def rules_in(schema: Any) -> list[str]:
    """All rules of a schema."""
    if isinstance(schema, list):
        return [rule for s in schema for rule in rules_in(s)]
    if not isinstance(schema, dict):
        return []
    own = schema.get("x-kubernetes-validations")
    below = [rule for s in schema.values() for rule in rules_in(s)]
    return [r["rule"] for r in own] + below if isinstance(own, list) else below


def test_every_rule_of_every_definition_compiles(data: Path) -> None:
    """None is passed over for a word that the evaluator does not know."""
    rules = sorted({r for f in (data / "crds").glob("*/*.json") for r in rules_in(json.loads(f.read_text()))})

    assert len(rules) > 250
    for rule in rules:
        assert isinstance(_program(rule), celpy.Runner)
