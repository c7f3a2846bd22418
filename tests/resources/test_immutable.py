"""Immutable fields: the table agrees with the rules of the definitions, both ways, and a change replaces."""

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest

from manifests.judge_rules import judge_rules
from tonnage.preview import record
from tonnage.resources.base import Component
from tonnage.resources.immutable import immutable_fields
from tonnage.resources.seam import Child

TABLE = json.loads(files("tonnage.resources").joinpath("data/immutable.json").read_text("utf-8"))
KINDS = {(row["group"], row["kind"]): row for row in TABLE["kinds"]}
FROM_DEFINITIONS = [row for row in TABLE["kinds"] if row["source"] == "crd"]


def rules_for_changes(schema: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Place and text of each rule that names the former value, in a schema and below."""
    for rule in schema.get("x-kubernetes-validations", ()):
        if "oldSelf" in rule["rule"]:
            yield path, rule["rule"]
    for key, below in schema.get("properties", {}).items():
        yield from rules_for_changes(below, f"{path}.{key}".lstrip("."))
    if isinstance(schema.get("items"), dict):
        yield from rules_for_changes(schema["items"], f"{path}[*]")


def definitions(data: Path) -> Iterator[tuple[tuple[str, str], list[tuple[str, str]]]]:
    """Group and kind of each definition, with the rules of its stored version."""
    for file in sorted((data / "crds").glob("*/*.json")):
        spec = json.loads(file.read_text())["spec"]
        (schema,) = [v["schema"]["openAPIV3Schema"] for v in spec["versions"] if v["storage"]]
        yield (spec["group"], spec["names"]["kind"]), list(rules_for_changes(schema))


def covers(field: str, place: str, rule: str) -> bool:
    """Whether a field of the table stands where a rule stands, holds that place, or is what the rule compares."""
    if place == field or place.startswith((f"{field}.", f"{field}[")):
        return True
    inside = field.removeprefix(f"{place}.")
    return field.startswith(f"{place}.") and f"oldSelf.{inside}" in rule


def test_every_rule_for_changes_is_in_the_table(data: Path) -> None:
    """Of all 59 definitions: none is forgotten, but for kinds that only controllers write."""
    seen = 0
    for kind, rules in definitions(data):
        for place, rule in rules:
            seen += 1
            row = KINDS[kind]
            assert not row.get("ours", True) or any(covers(f["field"], place, rule) for f in row["fields"]), (
                kind,
                rule,
            )
    assert seen > 50


@pytest.mark.parametrize("row", FROM_DEFINITIONS, ids=lambda row: row["kind"])
def test_every_field_of_the_table_has_its_rule(row: Mapping[str, Any], data: Path) -> None:
    """What the definitions do not fence is changed in place: a needless replacement takes running work away."""
    rules = dict(definitions(data))[row["group"], row["kind"]]

    assert rules
    for field in row["fields"]:
        assert any(covers(field["field"], place, rule) for place, rule in rules), field


def flavor(**spec: Any) -> dict[str, Any]:
    """A ResourceFlavor."""
    return {"apiVersion": "kueue.x-k8s.io/v1beta2", "kind": "ResourceFlavor", "metadata": {"name": "a"}, "spec": spec}


def test_the_labels_of_a_flavor_are_fixed_only_where_it_has_a_topology(data: Path) -> None:
    """As the rule says: without a topology they change in place."""
    free, fixed = flavor(nodeLabels={"a": "b"}), flavor(nodeLabels={"a": "b"}, topologyName="racks")

    assert judge_rules(flavor(nodeLabels={"a": "c"}), data, old=free) == []
    assert judge_rules(flavor(nodeLabels={"a": "c"}, topologyName="racks"), data, old=fixed) != []
    assert immutable_fields(free) == ("spec.topologyName",)
    assert immutable_fields(fixed) == ("spec.topologyName", "spec.nodeLabels", "spec.tolerations")


def test_another_count_never_takes_a_pool_of_nodes_away() -> None:
    """The rule fences the presence of replicas, not their number."""
    pool = {"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": {"name": "a"}, "spec": {"replicas": 3}}

    assert "spec.replicas" not in immutable_fields(pool)


@pytest.mark.parametrize(
    ("api_version", "kind", "fields"),
    [
        ("v1", "ConfigMap", ()),
        ("apps/v1", "DaemonSet", ("spec.selector",)),
        ("scheduling.k8s.io/v1", "PriorityClass", ("value", "preemptionPolicy")),
        ("kueue.x-k8s.io/v1beta2", "LocalQueue", ("spec.clusterQueue",)),
        ("karpenter.k8s.aws/v1", "EC2NodeClass", ()),
        ("queues.example.com/v1", "LocalQueue", ()),
    ],
)
def test_fields_are_found_by_group_and_kind(api_version: str, kind: str, fields: tuple[str, ...]) -> None:
    """Kinds of one name in other groups are other kinds."""
    assert immutable_fields({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}}) == fields


class Sample(Component):
    """One queue."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        queue = {
            "apiVersion": "kueue.x-k8s.io/v1beta2",
            "kind": "LocalQueue",
            "metadata": {"name": "main", "namespace": "team"},
            "spec": {"clusterQueue": "example"},
        }
        super().__init__(name, {}, [Child("queue", queue)], opts)


def test_every_component_declares_the_immutable_fields_of_its_objects() -> None:
    """The base class asks the table, so no component can forget it."""

    def program() -> None:
        Sample("s", pulumi.ResourceOptions(provider=k8s.Provider("cluster", context="example")))

    recording = record(program, "p", "s")
    (queue,) = [d for d in recording.resources if d.is_object]
    assert (queue.replace_on_changes, queue.delete_before_replace) == (("spec.clusterQueue",), True)
