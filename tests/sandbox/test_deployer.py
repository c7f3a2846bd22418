"""A team's pipeline on a real server: its own stack goes through, from first to last, and nothing else does."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.proof import Proof
from sandbox.reference import definitions, objects_on, stacks_on
from sandbox.spaces import forbidden
from stacks.conftest import Reference
from tonnage.manifests.declared import Manifest
from tonnage.manifests.tenancy.access import DECLARED_BY_TEAMS, access
from tonnage.manifests.tenancy.space import Space, quota_of
from tonnage.testing.sandbox import Sandbox
from tonnage.testing.sandbox.api import Api, until
from tonnage.testing.sandbox.objects import in_order, named

NAME = "prod-east"
TEAMS = ("assist", "search")
WATCHED = (
    ("v1", "Pod"),
    ("v1", "Event"),
    ("v1", "Service"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "ReplicaSet"),
    ("discovery.k8s.io/v1", "EndpointSlice"),
)


def of_stack(repo: Reference, stack: str) -> tuple[Manifest, ...]:
    """Objects of one stack, in its order."""
    return in_order(d for d in stacks_on(repo, NAME) if d.stack == f"{stack}-{NAME}")


def pipeline(sandbox: Sandbox, team: str) -> Api:
    """The server as the team's pipeline asks it."""
    return sandbox.api.impersonating(f"ci-of-{team}", f"{team}-pipeline")


@pytest.fixture(scope="module")
def platform(real: None, repo: Reference, data: Path) -> Iterator[Sandbox]:  # noqa: ARG001 it skips
    """The platform stack of the reference repository, applied, with a pipeline bound for each team."""
    with Sandbox() as sandbox:
        sandbox.define(definitions(data), objects_on(repo, NAME))
        assert sandbox.apply(of_stack(repo, "platform")) == ()
        for team in TEAMS:
            space = Space(team, quota_of(repo.plans[NAME].quotas[team]), deployer_groups=(f"{team}-pipeline",))
            assert sandbox.apply([access(space)["deployer-binding"]]) == ()
        sandbox.settle()  # a quota refuses nothing before its controller has counted; the agents' pods find no node
        with closing(pipeline(sandbox, TEAMS[-1])) as last:
            # the authorizer hears of a role a moment after it is stored
            server = next(o for o in of_stack(repo, TEAMS[-1]) if o["kind"] == "Deployment")
            assert until(lambda: last.get(server).status == 404, 10)
        yield sandbox


@pytest.mark.parametrize("team", TEAMS)
def test_a_pipeline_applies_its_whole_stack_changes_it_and_takes_it_away(
    platform: Sandbox, repo: Reference, proof: Proof, team: str
) -> None:
    """What Pulumi does: look, apply, read, watch what becomes of it, change, delete."""
    stack = of_stack(repo, team)
    assert {o["kind"] for o in stack} == {"Deployment", "Service", "PodDisruptionBudget", "ServiceAccount"}
    with closing(pipeline(platform, team)) as api:
        refused = {named(o): a.why_not for o in stack if (a := api.apply(o, dry_run=True)).why_not}
        assert refused == {}
        assert [api.apply(o).status for o in stack] == [201] * len(stack)
        assert [api.apply(o).status for o in stack] == [200] * len(stack)
        assert [api.get(o).status for o in stack] == [200] * len(stack)
        assert [api.patch(o, {"metadata": {"labels": {"a": "b"}}}).status for o in stack] == [200] * len(stack)
        for version, kind in WATCHED:
            path = api.path(version, kind, f"team-{team}")
            assert isinstance(path, str)
            assert api.call("GET", path).status == 200
            assert api.call("GET", path, {"watch": "true", "timeoutSeconds": "1", "limit": "1"}).status == 200
        assert [api.delete(o).status for o in reversed(stack)] == [200] * len(stack)
    proof.record("accepted", f"the stack of {team} by its own pipeline, as its role allows", f"{len(stack)} objects")


@pytest.mark.parametrize("team", TEAMS)
def test_a_pipeline_is_refused_every_object_of_every_other_stack(
    platform: Sandbox, repo: Reference, proof: Proof, team: str
) -> None:
    """To declare, read, change or delete it: the platform's, and the other teams'."""
    own = {named(o) for o in of_stack(repo, team)}
    others = [o for o in objects_on(repo, NAME) if named(o) not in own]
    with closing(pipeline(platform, team)) as api:
        for manifest in others:
            forbidden(api.apply(manifest))
            forbidden(api.get(manifest))
            forbidden(api.patch(manifest, {"metadata": {"labels": {"a": "b"}}}))
            forbidden(api.delete(manifest))
    assert len(others) > 50
    proof.record("refused", f"objects of other stacks, to the pipeline of {team}", f"{len(others)} of {len(others)}")


def test_the_role_names_resources_as_the_server_does(platform: Sandbox, repo: Reference) -> None:
    """And those of the kinds that the teams' stacks declare, each of them and no other."""
    declared = {
        (
            str(o["apiVersion"]).rpartition("/")[0],
            str(platform.api.path(o["apiVersion"], o["kind"], None)).split("/")[-1],
        )
        for team in TEAMS
        for o in of_stack(repo, team)
    }

    assert declared == set(DECLARED_BY_TEAMS)


def test_a_right_less_and_the_stack_is_refused(platform: Sandbox, repo: Reference) -> None:
    """No right is there for show: without any one of them some object does not go through."""
    stack = of_stack(repo, "search")
    space = Space("search", quota_of(repo.plans[NAME].quotas["search"]), deployer_groups=("search-pipeline",))
    whole = access(replace(space))["deployer"]
    try:
        for group, resource in DECLARED_BY_TEAMS:
            rules = [
                {**r, "resources": [x for x in r["resources"] if (r["apiGroups"], x) != ([group], resource)]}
                for r in whole["rules"]
            ]
            assert platform.api.patch(whole, {"rules": [r for r in rules if r["resources"]]}).status == 200
            with closing(pipeline(platform, "search")) as api:
                assert until(lambda a=api: any(a.apply(o, dry_run=True).status == 403 for o in stack), 10), resource  # type: ignore[misc] # mypy knows no types of defaults
    finally:
        assert platform.api.patch(whole, {"rules": whole["rules"]}).status == 200
