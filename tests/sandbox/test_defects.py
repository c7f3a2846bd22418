"""A mistake of each kind, sown into the reference repository, is caught by a judge that nobody here wrote."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.reference import clear, definitions, objects_on, populate
from stacks.conftest import Reference
from tonnage.manifests.contracts import POOL_LABEL
from tonnage.manifests.declared import Manifest
from tonnage.testing.sandbox import Sandbox

NAME = "staging"
Sow = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def target(real: None, repo: Reference, data: Path) -> Iterator[Sandbox]:  # noqa: ARG001 it skips
    """A cluster with the definitions that the staging objects need."""
    with Sandbox() as sandbox:
        sandbox.define(definitions(data), objects_on(repo, NAME))
        yield sandbox


def sown(repo: Reference, kind: str, sow: Sow, name: str | None = None) -> list[Manifest]:
    """The objects of staging, with a mistake in those of one kind."""
    objects: list[Manifest] = copy.deepcopy(list(objects_on(repo, NAME)))
    chosen = [o for o in objects if o["kind"] == kind and name in {None, o["metadata"]["name"]}]
    assert chosen
    for manifest in chosen:
        sow(manifest)
    return objects


def pod(server: Manifest) -> dict[str, Any]:
    """The pod of a Deployment or DaemonSet."""
    found: dict[str, Any] = server["spec"]["template"]["spec"]
    return found


def said(sandbox: Sandbox, repo: Reference, objects: list[Manifest]) -> str:
    """All findings of a cluster that is populated with the objects, in one text."""
    try:
        return "\n".join(str(f) for f in populate(sandbox, repo, NAME, objects))
    finally:
        clear(sandbox, repo, objects)


def test_without_a_mistake_nothing_is_found(target: Sandbox, repo: Reference) -> None:
    """Else the tests below would prove nothing."""
    objects = list(objects_on(repo, NAME))

    assert target.check(objects) == ()
    assert said(target, repo, objects) == ""


def wrong_taint(pool: Manifest) -> None:
    """Nodes repel what is meant for them."""
    pool["spec"]["template"]["spec"]["taints"][0]["key"] = "example.com/gpu"


def label_out_of_place(pool: Manifest) -> None:
    """Nodes cannot be told apart by the plan's pools."""
    pool["spec"]["template"]["metadata"]["labels"][POOL_LABEL] = "another"


def no_toleration(server: Manifest) -> None:
    """Pods may not go where their GPUs are."""
    pod(server)["tolerations"] = []


def asks_too_much(agent: Manifest) -> None:
    """An agent takes what the plan has promised to pods."""
    amounts = pod(agent)["containers"][0]["resources"]
    amounts["requests"]["memory"] = amounts["limits"]["memory"] = "500Gi"


def quota_too_small(quota: Manifest) -> None:
    """A namespace may not hold what is planned for it."""
    quota["spec"]["hard"]["requests.nvidia.com/gpu"] = "0"


def privileged(server: Manifest) -> None:
    """A pod that its namespace's level forbids."""
    pod(server)["hostNetwork"] = True


def unknown_tier(server: Manifest) -> None:
    """A priority that no object declares."""
    pod(server)["priorityClassName"] = "tonnage-prodution"


@pytest.mark.parametrize(
    ("kind", "sow", "words"),
    [
        ("NodePool", wrong_taint, "untolerated taint"),
        ("NodePool", label_out_of_place, "didn't match Pod's node affinity/selector"),
        ("Deployment", no_toleration, "untolerated taint"),
        ("DaemonSet", asks_too_much, "Insufficient memory"),
        ("ResourceQuota", quota_too_small, "quota plan has no room: it asks for"),
        ("Deployment", privileged, 'violates PodSecurity "restricted:v1.35": host namespaces'),
        ("Deployment", unknown_tier, "no PriorityClass with name tonnage-prodution was found"),
    ],
)
def test_a_mistake_is_caught(target: Sandbox, repo: Reference, kind: str, sow: Sow, words: str) -> None:
    """In the words of who refuses it."""
    found = said(target, repo, sown(repo, kind, sow))

    assert words in found
    assert "come to rest" not in found


def misspelt_in_a_pod(server: Manifest) -> None:
    """A field of the built-in kinds."""
    container = pod(server)["containers"][0]
    container["resource"] = container.pop("resources")


def misspelt_in_a_pool(pool: Manifest) -> None:
    """A field of a custom resource: without strict validation it would be dropped."""
    pool["spec"]["template"]["spec"]["expireafter"] = pool["spec"]["template"]["spec"].pop("expireAfter")


def broken_rule(pool: Manifest) -> None:
    """A rule in CEL that only the server can judge: labels of the domain are restricted."""
    pool["spec"]["template"]["metadata"]["labels"]["karpenter.sh/made-up"] = "x"


@pytest.mark.parametrize(
    ("kind", "sow", "words"),
    [
        ("Deployment", misspelt_in_a_pod, "resource"),
        ("NodePool", misspelt_in_a_pool, "expireafter"),
        ("NodePool", broken_rule, "karpenter.sh"),
    ],
)
def test_a_dry_run_refuses_what_is_malformed(target: Sandbox, repo: Reference, kind: str, sow: Sow, words: str) -> None:
    """Before anything is applied, with the field named."""
    refused = target.check(sown(repo, kind, sow))

    assert refused
    assert all(f.where.startswith(kind) and words in f.what for f in refused)
