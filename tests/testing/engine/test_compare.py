"""Two clusters hold the same objects, or it is said what differs: an orphan, a gap, a field."""

from typing import Any

import pytest

from tonnage.testing.engine.compare import key_of, meaning_of, same_objects


def deployment(name: str = "chat", **metadata: object) -> dict[str, Any]:
    """An object as a server gives it."""
    own = {"name": name, "namespace": "team-search", "uid": "1", "resourceVersion": "7", "generation": 2}
    spec = {"replicas": 2, "selector": {"matchLabels": {"app": name}}}
    made = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {**own, **metadata}, "spec": spec}
    return {**made, "status": {"replicas": 2}}


def service(**spec: object) -> dict[str, Any]:
    """Of a cluster that has given it an address."""
    ports = [{"port": 8000, "nodePort": 31000}]
    metadata = {"name": "chat", "namespace": "team-search"}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": ports, **spec}}


def objects(*found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By what people call them."""
    return {key_of(o): o for o in found}


def test_what_only_one_copy_has_makes_no_difference() -> None:
    """Ids, versions, times, status, managers, revisions and addresses are anew in each cluster."""
    revision = {"deployment.kubernetes.io/revision": "4"}
    other = deployment(uid="2", resourceVersion="99", generation=9, managedFields=[{}], annotations=revision)
    other["status"] = {}
    mine, yours = service(clusterIP="10.0.0.1", clusterIPs=["10.0.0.1"]), service(clusterIP="10.0.0.9")

    assert same_objects(objects(deployment(), mine), objects(other, yours)) == ()


def test_a_gap_and_an_orphan_are_named() -> None:
    """Each by version, kind, namespace and name."""
    assert same_objects(objects(deployment()), objects(deployment("chat-1f3a"))) == (
        "apps/v1 Deployment team-search/chat is missing",
        "apps/v1 Deployment team-search/chat-1f3a should not be there",
    )


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"spec": {"replicas": 3, "selector": {"matchLabels": {"app": "chat"}}}}, "spec.replicas"),
        ({"metadata": {"name": "chat", "namespace": "team-search", "labels": {"a": "b"}}}, "metadata.labels"),
        (
            {"metadata": {"name": "chat", "namespace": "team-search", "annotations": {"a": "b"}}},
            "metadata.annotations",
        ),
    ],
)
def test_a_field_that_differs_is_named(change: dict[str, Any], path: str) -> None:
    """By its path."""
    changed = {**deployment(), **change}
    assert same_objects(objects(deployment()), objects(changed)) == (
        f"apps/v1 Deployment team-search/chat differs in {path}",
    )


def test_what_is_on_its_way_out_is_not_the_same() -> None:
    """A finalizer may hold it for ever."""
    going = deployment(deletionTimestamp="2026-11-25T00:00:00Z")
    (said,) = same_objects(objects(deployment()), objects(going))
    assert said.endswith("is being deleted")


def test_an_object_is_not_changed_by_looking_at_it() -> None:
    """Values are shared: a comparison leaves them alone."""
    given = service(clusterIP="10.0.0.1")
    meaning_of(given)
    assert given == service(clusterIP="10.0.0.1")
