"""Single fields that a component does not offer can still be changed, with a reason."""

from hypothesis import given
from hypothesis import strategies as st

from tonnage.resources.overrides import merged, overridden
from tonnage.resources.seam import Child

DEPLOYMENT = Child(
    "deployment",
    {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"replicas": 2, "template": {"a": 1}, "list": [1, 2]}},
)
SERVICE = Child("service", {"apiVersion": "v1", "kind": "Service"})
TREES = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
MAPS = st.dictionaries(st.sampled_from("abc"), TREES, max_size=3)


def test_fields_are_merged_lists_replaced_and_null_removes() -> None:
    """As in a JSON merge patch: only what is named changes."""
    change = {"spec": {"replicas": 3, "template": {"b": 2}, "list": [9]}, "kind2": {"x": 1}}

    (child, other), found = overridden("c", [DEPLOYMENT, SERVICE], {"deployment": {"because": "a", "merge": change}})

    assert not found
    assert child.manifest["spec"] == {"replicas": 3, "template": {"a": 1, "b": 2}, "list": [9]}
    assert child.manifest["kind2"] == {"x": 1}
    assert other == SERVICE
    assert merged(DEPLOYMENT.manifest, {"spec": {"list": None}})["spec"] == {"replicas": 2, "template": {"a": 1}}


def test_the_original_object_is_not_touched() -> None:
    """An override makes a new object."""
    before = repr(DEPLOYMENT.manifest)
    overridden("c", [DEPLOYMENT], {"deployment": {"because": "a", "merge": {"spec": {"template": {"a": 2}}}}})

    assert repr(DEPLOYMENT.manifest) == before


def test_every_mistake_in_overrides_is_found_at_once() -> None:
    """Unknown objects with a guess, missing reasons, empty changes, and what may not change."""
    children, found = overridden(
        "chat",
        [DEPLOYMENT, SERVICE],
        {
            "deploymnt": {"because": "a", "merge": {"spec": {}}},
            "deployment": {"because": " ", "merge": {}},
            "service": {"because": "a", "merge": {"kind": "Ingress"}},
        },
    )

    assert [(f.where, f.what) for f in found] == [
        ("chat.overrides.deployment.because", "no reason is given"),
        ("chat.overrides.deployment.merge", "changes nothing"),
        ("chat.overrides.deploymnt", "there is no object 'deploymnt'"),
        ("chat.overrides.service.merge", "kind cannot be changed"),
    ]
    assert found[2].fix == "did you mean 'deployment'?"
    assert children == (DEPLOYMENT, SERVICE)


@given(MAPS, MAPS)
def test_merging_twice_changes_nothing_more(base: dict[str, object], change: dict[str, object]) -> None:
    """An override can be applied again without harm."""
    once = merged(base, change)
    assert merged(once, change) == once


@given(MAPS)
def test_an_empty_merge_changes_nothing(base: dict[str, object]) -> None:
    """What is not named stays."""
    assert merged(base, {}) == base
