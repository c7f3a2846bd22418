"""A team gets what the plan gives it, in amounts and priority, and is told why it gets no more."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.proof import Proof
from sandbox.spaces import SEARCH, acting, deployment, pod, populate
from tonnage.findings import Finding
from tonnage.manifests.declared import Manifest
from tonnage.testing.sandbox import Sandbox
from tonnage.testing.sandbox.api import until
from tonnage.testing.sandbox.nodes import system_node


@pytest.fixture(scope="module")
def teams(real: None, data: Path) -> Iterator[Sandbox]:  # noqa: ARG001 it skips
    """A cluster with two teams and a node."""
    with Sandbox() as sandbox:
        populate(sandbox, data)
        sandbox.add([system_node()])
        sandbox.settle()
        yield sandbox


def refused_by_controllers(sandbox: Sandbox, manifest: Manifest) -> Finding:
    """What settling says of an owner whose pods are refused; the owner is taken away again."""
    try:
        assert sandbox.apply([manifest]) == ()
        (found,) = [f for f in sandbox.settle() if "refused" in f.what]
        return found
    finally:
        sandbox.api.delete(manifest)
        assert until(lambda: not _pods_of(sandbox, manifest), 30)


def _pods_of(sandbox: Sandbox, manifest: Manifest) -> tuple[Manifest, ...]:
    name, space = manifest["metadata"]["name"], manifest["metadata"]["namespace"]
    return sandbox.api.list("v1", "Pod", space, labelSelector=f"app={name}")


def test_a_pod_beyond_the_quota_is_refused_with_the_sum_that_does_not_add_up(teams: Sandbox, proof: Proof) -> None:
    """Which quota, what is asked, what is in use, what is allowed, and what to do."""
    (found,) = teams.apply([pod("big", SEARCH, gpus=5)])

    assert (found.where, found.code) == ("Pod team-search/big", "TN511")
    assert found.what == ("quota plan has no room: it asks for 5 of requests.nvidia.com/gpu, of 4 there are 0 in use")
    assert found.fix == "give the team's file what the team wants to run, plan again and apply the platform stack first"
    proof.record("refused", "a pod for more GPUs than the team's quota", found.what)


def test_replicas_beyond_the_quota_are_refused_with_the_same_words(teams: Sandbox, proof: Proof) -> None:
    """By the owner that the team has declared: nobody looks at ReplicaSets."""
    found = refused_by_controllers(teams, deployment("many", SEARCH, replicas=3, gpus=2))

    assert found.code == "TN511"
    assert found.what == (
        "its pods are refused: quota plan has no room: "
        "it asks for 2 of requests.nvidia.com/gpu, of 4 there are 4 in use"
    )
    proof.record("refused", "a replica beyond the team's quota", found.what)


@pytest.mark.parametrize("kind", ["LoadBalancer", "NodePort"])
def test_no_service_opens_a_door_to_the_outside(teams: Sandbox, proof: Proof, kind: str) -> None:
    """Engines know no passwords."""
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "door", "namespace": "team-search"},
        "spec": {"type": kind, "selector": {"app": "engine"}, "ports": [{"port": 80}]},
    }
    with acting(teams, SEARCH, "pipeline") as pipeline:
        said = str(pipeline.apply(service).why_not)
    (found,) = teams.apply([service])

    assert f"exceeded quota: plan, requested: services.{kind.lower()}s=1" in said
    assert f"it asks for 1 of services.{kind.lower()}s, of 0 there are 0 in use" in found.what
    proof.record("refused", f"a Service of type {kind}", found.what)


def test_a_container_that_names_nothing_asks_for_modest_amounts(teams: Sandbox) -> None:
    """Else the quota would refuse it; no limit is set."""
    answer = teams.api.create(pod("modest", SEARCH), dry_run=True)
    (container,) = answer.body["spec"]["containers"]

    assert container["resources"] == {"requests": {"cpu": "500m", "memory": "1Gi", "ephemeral-storage": "5Gi"}}


@pytest.mark.parametrize(
    "name", ["tonnage-production", "tonnage-best-effort", "system-node-critical", "system-cluster-critical"]
)
def test_a_priority_that_the_plan_does_not_give_is_refused(teams: Sandbox, proof: Proof, name: str) -> None:
    """It would displace other teams' pods, or node agents."""
    (alone,) = teams.apply([pod("first", SEARCH, priorityClassName=name)])
    owned = refused_by_controllers(teams, deployment("first", SEARCH, priorityClassName=name))

    assert alone.code == owned.code == "TN512"
    assert alone.what == (
        "quota priorities refuses its PriorityClass: the plan gives the namespace no work of that tier"
    )
    assert owned.what == f"its pods are refused: {alone.what}"
    proof.record("refused", f"a pod of {name} where the plan gives standard only", alone.what)


def test_a_class_that_somebody_adds_later_is_refused_too(teams: Sandbox) -> None:
    """The quota names what is given, not what is forbidden."""
    added = {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": "urgent"},
        "value": 900000,
    }
    assert teams.apply([added]) == ()
    assert until(lambda: "no PriorityClass" not in str(_tried(teams, priorityClassName="urgent")), 10)

    assert "exceeded quota: priorities" in str(_tried(teams, priorityClassName="urgent"))


def test_its_own_tier_and_none_at_all_are_let_in(teams: Sandbox) -> None:
    """A pod without a class counts less than every tier but best effort."""
    assert _tried(teams, priorityClassName="tonnage-standard") is None
    assert _tried(teams) is None


def test_a_bare_number_is_no_way_around_the_quota(teams: Sandbox) -> None:
    """Kubernetes takes the value of a class, never one that a pod brings."""
    assert "must not be provided" in str(_tried(teams, priority=100000))


def _tried(sandbox: Sandbox, **spec: Any) -> str | None:
    return sandbox.api.create(pod("tried", SEARCH, **spec), dry_run=True).why_not
