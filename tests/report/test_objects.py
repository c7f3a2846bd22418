"""What differs between two sets of declared resources."""

import json
from pathlib import Path
from typing import Any

import pytest

from report.factories import declared
from tonnage.manifests.declared import SECRET, Declared
from tonnage.report.objects import compare_objects

CANARY = "hunter2-canary"


def test_resources_that_are_equal_stay_silent() -> None:
    """Objects of other teams do not appear."""
    other = declared(name="draw", stack="media-prod-east")
    before = [declared(), other]
    after = [
        declared(inputs={"metadata": {"name": "chat", "namespace": "team-search"}, "spec": {"replicas": 14}}),
        other,
    ]
    changes = compare_objects(before, after)

    assert [(c.kind, c.title) for c in changes] == [("changed", "Deployment team-search/chat")]
    assert [(f.shown_path, f.before, f.after) for f in changes[0].fields] == [("spec.replicas", 9, 14)]


def test_added_and_deleted_are_told_by_stack_and_key() -> None:
    """The same name in another stack is another resource."""
    changes = compare_objects([declared(stack="a")], [declared(stack="b")])

    assert [(c.stack, c.kind) for c in changes] == [("a", "deleted"), ("b", "added")]


@pytest.mark.parametrize(
    "alias", ["old", "kubernetes:apps/v1:Deployment::old", "urn:pulumi:s::p::x:y:Z$kubernetes:apps/v1:Deployment::old"]
)
def test_an_alias_takes_over_the_old_resource(alias: str) -> None:
    """A renamed resource is neither deleted nor added."""
    before = declared(name="old", inputs={"spec": {"replicas": 9}})
    after = declared(name="new", inputs={"spec": {"replicas": 9}}, aliases=(alias,))

    assert compare_objects([before], [after]) == ()


def test_a_rename_without_an_alias_is_a_delete_and_an_add() -> None:
    """That is what the engine would do."""
    assert [c.kind for c in compare_objects([declared(name="old")], [declared(name="new")])] == ["added", "deleted"]


@pytest.mark.parametrize(
    ("pattern", "replaced"),
    [
        ("spec.clusterQueue", True),
        ("spec", True),
        ("*", True),
        ("spec.clusterQueue.name", True),
        ("spec.other", False),
        ("clusterQueue", False),
    ],
)
def test_a_changed_path_under_replace_on_changes_replaces(pattern: str, replaced: bool) -> None:
    """Immutable fields of custom resources are unknown to the engine; the program names them."""
    kind = "kueue.x-k8s.io/v1beta2:LocalQueue"
    before = declared(kind, inputs={"spec": {"clusterQueue": "a"}})
    after = declared(kind, inputs={"spec": {"clusterQueue": "b"}}, replace_on_changes=(pattern,))

    assert [c.kind for c in compare_objects([before], [after])] == ["replaced" if replaced else "changed"]


def test_config_maps_are_replaced_unless_the_provider_says_otherwise() -> None:
    """enableConfigMapMutable turns the provider's own rule off."""
    provider = declared("pulumi:providers:kubernetes", "k8s", inputs={"enableConfigMapMutable": "true"})
    before = declared("core/v1:ConfigMap", inputs={"data": {"a": "1"}})
    plain = declared("core/v1:ConfigMap", inputs={"data": {"a": "2"}})
    mutable = declared("core/v1:ConfigMap", inputs={"data": {"a": "2"}}, provider=provider.key)

    assert [c.replaced_by for c in compare_objects([before], [plain])] == [("data.a",)]
    assert [c.kind for c in compare_objects([before, provider], [mutable, provider])] == ["changed"]


def test_a_resource_under_another_kind_of_parent_is_replaced_unless_aliased() -> None:
    """The types of the parents are part of a resource's identity."""
    parent = declared("tonnage:index:TeamSpace", "search", inputs={})
    before, after = declared(), declared(parent=parent.key)
    aliased = declared(parent=parent.key, aliases=("chat",))

    assert [c.replaced_by for c in compare_objects([before, parent], [after, parent])] == [("parent",)]
    assert compare_objects([before, parent], [aliased, parent]) == ()


def test_protection_taken_off_is_a_change() -> None:
    """An option may matter more than any field."""
    changes = compare_objects([declared(protect=True)], [declared()])

    assert [f.shown_path for f in changes[0].fields] == ["(protect)"]


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("core/v1:Secret", {"stringData": {"token": CANARY}}),
        ("core/v1:Secret", {"data": {"nested": {"token": CANARY}}}),
        ("pulumi:providers:kubernetes", {"kubeconfig": CANARY}),
        ("pulumi:providers:kubernetes", {"options": {"kubeconfig": CANARY}}),
    ],
)
def test_secrets_are_masked_even_where_the_program_forgot(kind: str, inputs: dict[str, Any]) -> None:
    """Whether it comes, goes or changes, the value is nowhere in the change's fields."""
    for before, after in (({}, inputs), (inputs, {}), (inputs, json.loads(json.dumps(inputs).replace("hun", "fun")))):
        (change,) = compare_objects([declared(kind, inputs=before)], [declared(kind, inputs=after)])

        assert "canary" not in repr(change.fields)
        assert SECRET in repr(change.fields)


def recorded_states(step: dict[str, Any]) -> tuple[Declared | None, Declared | None]:
    """One step of a recorded preview as resources before and after."""

    def state(which: str) -> Declared | None:
        found = step.get(which)
        if not found:
            return None
        *_, kind, name = found["urn"].split("::")
        inputs = {k: v for k, v in found.get("inputs", {}).items() if not k.startswith("__")}
        return Declared("s", kind.rsplit("$", 1)[-1], name, None, inputs)

    return state("oldState"), state("newState")


@pytest.mark.parametrize("step", [2, 3, 4, 5])
def test_verdicts_are_those_of_the_real_engine(step: int, data: Path) -> None:
    """Recorded previews are the judge: what it created, updated, replaced and deleted, so do we."""
    recorded = json.loads((data / "engine" / f"step{step}-preview.json").read_text())["steps"]
    said = {"create": "added", "update": "changed", "replace": "replaced", "delete": "deleted", "same": "same"}
    expected, ours = {}, {}
    for one in recorded:
        before, after = recorded_states(one)
        resource = after or before
        if resource is None or not resource.is_object or resource.token.endswith(":Secret"):
            continue  # components hold no fields; the values of secrets are masked on both sides
        if one["op"] in said:
            expected[resource.key] = said[one["op"]]
            found = compare_objects([before] if before else [], [after] if after else [])
            ours[resource.key] = found[0].kind if found else "same"

    assert len(expected) >= 2
    assert ours == expected
