"""Two control planes that were given the same objects hold the same; what is too many, too few or changed is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.reference import definitions, objects_on
from stacks.conftest import Reference
from tonnage.manifests.declared import Manifest
from tonnage.testing.engine import objects_of, same_objects
from tonnage.testing.sandbox import Sandbox
from tonnage.testing.sandbox.api import until

CLUSTER = "staging"


def kinds(objects: tuple[Manifest, ...]) -> set[tuple[str, str]]:
    """Version and kind of each."""
    return {(str(o["apiVersion"]), str(o["kind"])) for o in objects}


@pytest.fixture(scope="module")
def other(real: None, repo: Reference, data: Path) -> Iterator[Sandbox]:  # noqa: ARG001 it skips
    """A second control plane, with the definitions that the reference repository needs."""
    with Sandbox() as started:
        started.define(definitions(data), objects_on(repo, CLUSTER))
        yield started


def test_equal_clusters_are_equal_and_every_difference_is_told(
    cluster: Sandbox, other: Sandbox, repo: Reference, data: Path
) -> None:
    """Addresses, ids, times and what controllers write make none; an orphan, a gap and a changed field do."""
    objects = objects_on(repo, CLUSTER)
    cluster.define(definitions(data), objects)
    for sandbox in (cluster, other):
        assert sandbox.apply(objects) == ()
    seen = kinds(objects)
    until(lambda: not same_objects(objects_of(cluster.api, seen), objects_of(other.api, seen)), 30)
    assert same_objects(objects_of(cluster.api, seen), objects_of(other.api, seen)) == ()

    deployment = next(o for o in objects if o["kind"] == "Deployment")
    service = next(o for o in objects if o["kind"] == "Service")
    orphan = {**deployment, "metadata": {**deployment["metadata"], "name": "orphan"}}
    assert other.apply([orphan]) == ()
    assert other.api.patch(deployment, {"spec": {"minReadySeconds": 7}}).why_not is None
    assert other.api.delete(service).why_not is None

    said = same_objects(objects_of(cluster.api, seen), objects_of(other.api, seen))
    place, name = deployment["metadata"]["namespace"], deployment["metadata"]["name"]
    assert set(said) == {
        f"apps/v1 Deployment {place}/{name} differs in spec.minReadySeconds",
        f"apps/v1 Deployment {place}/orphan should not be there",
        f"v1 Service {service['metadata']['namespace']}/{service['metadata']['name']} is missing",
    }
