"""What a crash leaves in a stack's state, and what a refresh must be told. Authored after the engine's own types."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tonnage.testing.engine.state import id_of, manifest_of, recovery, stack_state

PREFIX = "urn:pulumi:staging::reference::"


def resource(name: str, namespace: str = "team-search", **more: object) -> dict[str, Any]:
    """A Deployment as state holds it."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    inputs = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata}
    urn = f"{PREFIX}kubernetes:apps/v1:Deployment::{name}"
    return {"urn": urn, "custom": True, "type": "kubernetes:apps/v1:Deployment", "inputs": inputs, **more}


def state(*resources: dict[str, Any], **pending: str) -> dict[str, Any]:
    """An export with these resources, and operations by the name of their resource."""
    operations = [{"resource": resource(name), "type": kind} for name, kind in pending.items()]
    return {"version": 3, "deployment": {"resources": list(resources), "pending_operations": operations}}


STACK = {"urn": f"{PREFIX}pulumi:pulumi:Stack::reference-staging", "custom": False, "type": "pulumi:pulumi:Stack"}


def test_resources_and_pending_operations_are_read() -> None:
    """From an export, and from the deployment in it."""
    tree = state(STACK, resource("chat"), rerank="creating")
    for given_tree in (tree, tree["deployment"]):
        read = stack_state(given_tree)
        assert [r.urn for r in read.resources] == [STACK["urn"], resource("chat")["urn"]]
        assert [(p.kind, p.resource.urn) for p in read.pending] == [("creating", resource("rerank")["urn"])]


def test_an_empty_stack_holds_nothing() -> None:
    """A stack that was never updated has no deployment, or one without resources."""
    for tree in ({"version": 3, "deployment": None}, {"version": 3, "deployment": {}}, {}):
        assert stack_state(tree).resources == ()


def test_objects_are_those_of_kubernetes() -> None:
    """Not the stack, a provider or a component; their inputs are the manifests."""
    provider = {"urn": f"{PREFIX}pulumi:providers:kubernetes::cluster", "inputs": {"kubeconfig": "[secret]"}}
    read = stack_state(state(STACK, provider, resource("chat")))
    assert [o["metadata"]["name"] for o in read.objects] == ["chat"]
    assert manifest_of(read.resources[1]) is None


def test_a_resource_that_is_held_twice_is_said() -> None:
    """But not the old half of a replacement, which waits for its deletion."""
    assert stack_state(state(resource("chat"), resource("chat", delete=True))).twice == ()
    assert stack_state(state(resource("chat"), resource("chat"))).twice == (resource("chat")["urn"],)


def test_a_pending_create_that_was_made_is_imported() -> None:
    """Under the provider's id; another one that was not is dropped, and nothing else is asked for."""
    read = stack_state(state(chat="creating", rerank="creating", old="deleting"))
    told = recovery(read, lambda manifest: bool(manifest["metadata"]["name"] == "chat"))

    assert told == (
        "--import-pending-creates",
        resource("chat")["urn"],
        "--import-pending-creates",
        "team-search/chat",
        "--clear-pending-creates",
    )


def test_nothing_is_cleared_that_need_not_be() -> None:
    """A plain refresh settles updates and deletes."""
    assert recovery(stack_state(state(chat="updating", old="deleting")), lambda _: False) == ()
    assert "--clear-pending-creates" not in recovery(stack_state(state(chat="creating")), lambda _: True)


@given(st.sets(st.sampled_from("abcdef")), st.sets(st.sampled_from("abcdef")))
def test_every_pending_create_is_settled_by_what_exists(pending: set[str], there: set[str]) -> None:
    """Exactly those that exist are imported; cleared is only what does not."""
    read = stack_state(state(**dict.fromkeys(sorted(pending), "creating")))
    told = recovery(read, lambda manifest: manifest["metadata"]["name"] in there)

    imported = {part for part in told if part.startswith("team-search/")}
    assert imported == {f"team-search/{name}" for name in pending & there}
    assert ("--clear-pending-creates" in told) == bool(pending - there)


def test_ids_are_those_of_the_provider() -> None:
    """With the namespace where there is one."""
    assert id_of(resource("chat")["inputs"]) == "team-search/chat"
    assert id_of(resource("gpus", namespace="")["inputs"]) == "gpus"
