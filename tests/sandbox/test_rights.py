"""Every right of every role, against a table that people have reviewed: tests/sandbox/rbac."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from manifests.gpu_stack.factories import FULL as STACK
from sandbox.matrix import Resource, Who, granted, page, resources_of
from sandbox.proof import ROOT, Proof
from sandbox.spaces import SEARCH, populate
from tonnage.manifests.gpu_stack.objects import objects as stack_objects
from tonnage.manifests.tenancy.objects import objects
from tonnage.testing.sandbox import Sandbox
from tonnage.testing.sandbox.api import until

TABLES = Path(__file__).parent / "rbac"
SEEN = ROOT / "build" / "rbac"
LAB = replace(SEARCH, team="lab", member_groups=("lab-people",), deployer_groups=("lab-pipeline",), cluster_queue=None)
WORKLOAD = {"apiVersion": "kueue.x-k8s.io/v1beta2", "kind": "Workload"}
"""Kueue makes one for each job; nobody declares any."""
AGENTS = sorted(m["metadata"]["name"] for m in stack_objects(STACK).values() if m["kind"] == "ServiceAccount")


def account(namespace: str, name: str) -> Who:
    """A ServiceAccount as the authorizer sees it."""
    return Who(
        f"system:serviceaccount:{namespace}:{name}", ("system:serviceaccounts", f"system:serviceaccounts:{namespace}")
    )


@dataclass(frozen=True)
class Role:
    """Whose rights a table holds, and where it is at home."""

    what: str
    who: Who
    home: str


ROLES = {
    "pipeline": Role("the pipeline of team search", Who("pipeline", ("search-pipeline",)), "team-search"),
    "people": Role("people of team search, which has a queue", Who("ann", ("search-people",)), "team-search"),
    "people-without-queue": Role("people of team lab, which has no queue", Who("ben", ("lab-people",)), "team-lab"),
    "engine": Role("an engine of team search", account("team-search", "search-engine"), "team-search"),
    "stranger": Role("anybody with a certificate or token", Who("eve"), "team-search"),
    **{name: Role(f"the node agent {name}", account(STACK.namespace, name), STACK.namespace) for name in AGENTS},
}


@pytest.fixture(scope="module")
def known(real: None, data: Path) -> Iterator[tuple[Sandbox, tuple[Resource, ...]]]:  # noqa: ARG001 it skips
    """A cluster with teams with and without a queue and the GPU stack, and all resources that it knows."""
    with Sandbox() as sandbox:
        populate(sandbox, data)
        stack = list(stack_objects(STACK).values())
        sandbox.define(data / "crds", [*stack, WORKLOAD])
        assert sandbox.apply([*objects(LAB).values(), *stack]) == ()
        people = ROLES["people-without-queue"].who
        pods = (Resource("", "pods", namespaced=True),)
        # the authorizer hears of a role a moment after it is stored
        assert until(lambda: bool(granted(sandbox.api, people, pods, "team-lab")[0]), 10)
        yield sandbox, resources_of(sandbox.api)


@pytest.mark.parametrize("name", sorted(ROLES))
def test_a_role_holds_exactly_the_reviewed_rights(
    known: tuple[Sandbox, tuple[Resource, ...]], proof: Proof, name: str
) -> None:
    """In its own namespace, in another team's, and over the whole cluster. What was seen lies in build/rbac."""
    sandbox, resources = known
    role = ROLES[name]
    other = "team-assist"
    own, first = granted(sandbox.api, role.who, resources, role.home)
    elsewhere, second = granted(sandbox.api, role.who, resources, other)
    everywhere, third = granted(sandbox.api, role.who, resources)
    sections = [(f"in {role.home}", own), (f"in {other}", elsewhere), ("in the whole cluster", everywhere)]
    seen = page(role.what, sections)
    SEEN.mkdir(parents=True, exist_ok=True)
    (SEEN / f"{name}.txt").write_text(seen, encoding="utf-8")

    assert seen == (TABLES / f"{name}.txt").read_text(encoding="utf-8"), "review build/rbac, then copy it"
    lines = len(own) + len(elsewhere) + len(everywhere)
    proof.record(
        "security", f"rights of {role.what}", f"{first + second + third} cells asked, as reviewed ({lines} lines)"
    )


def test_every_table_is_of_a_role() -> None:
    """None is left over from a role that is gone."""
    assert sorted(p.stem for p in TABLES.glob("*.txt")) == sorted(ROLES)


def test_no_resource_is_left_out(known: tuple[Sandbox, tuple[Resource, ...]]) -> None:
    """Kinds of definitions, subresources and what only the authorizer knows are among those asked."""
    names = {(r.group, r.name) for r in known[1]}

    assert {
        ("", "pods/exec"),
        ("", "secrets"),
        ("", "serviceaccounts/token"),
        ("", "users"),
        ("apps", "deployments"),
    } <= names
    assert {("kueue.x-k8s.io", "localqueues"), ("nfd.k8s-sigs.io", "nodefeatures"), ("", "nodes/proxy")} <= names
    assert len(names) > 120


def test_the_rights_of_a_team_end_at_its_namespace() -> None:
    """Beyond it a team holds what everybody holds: elsewhere nothing, over the cluster what discovery needs."""
    tables = {
        name: (TABLES / f"{name}.txt").read_text(encoding="utf-8").partition("[in team-assist]") for name in ROLES
    }
    beyond = {tables[name][2] for name in ("pipeline", "people", "people-without-queue", "engine", "stranger")}

    (same,) = beyond
    assert "\nnothing\n" in same.partition("[in the whole cluster]")[0]
