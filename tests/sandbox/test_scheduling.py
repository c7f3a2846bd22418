"""The real scheduler places every planned pod on the planned nodes, and not on fewer."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.reference import definitions, objects_on, populate
from stacks.conftest import Reference
from tonnage.findings import Finding
from tonnage.manifests.contracts import POOL_LABEL, WORKLOAD_LABEL
from tonnage.manifests.declared import Manifest
from tonnage.testing.sandbox import Sandbox
from tonnage.testing.sandbox.api import until
from tonnage.testing.sandbox.nodes import batch_pods, nodes_of

NAME = "prod-east"


@pytest.fixture(scope="module")
def placed(real: None, repo: Reference, data: Path) -> Iterator[Sandbox]:  # noqa: ARG001 it skips
    """The production cluster at N: nodes, agents, servers with the places of their rollouts, batch pods."""
    with Sandbox() as sandbox:
        objects = objects_on(repo, NAME)
        sandbox.define(definitions(data), objects)
        assert populate(sandbox, repo, NAME, objects) == ()
        yield sandbox


def nodes(sandbox: Sandbox) -> dict[str, Manifest]:
    """Nodes by name."""
    return {n["metadata"]["name"]: n for n in sandbox.api.list("v1", "Node")}


def pods_of(sandbox: Sandbox, workload: str) -> list[Manifest]:
    """Pods of a workload: search/chat."""
    team, name = workload.split("/")
    found = sandbox.api.list("v1", "Pod", f"team-{team}", labelSelector=f"{WORKLOAD_LABEL}={name}")
    return [p for p in found if p["metadata"].get("deletionTimestamp") is None]


def by_pool(sandbox: Sandbox, pods: list[Manifest]) -> Counter[str]:
    """How many of the pods are on each pool."""
    there = nodes(sandbox)
    return Counter(there[p["spec"]["nodeName"]]["metadata"]["labels"][POOL_LABEL] for p in pods)


def test_the_agents_leave_what_the_plan_counts(placed: Sandbox, repo: Reference) -> None:
    """Every declared agent runs on every node that it is meant for."""
    gpu = sum(p.nodes for p in repo.plans[NAME].pools if p.gpus_per_node)
    every = sum(p.nodes for p in repo.plans[NAME].pools)
    sets = {d["metadata"]["name"]: d["status"]["numberReady"] for d in placed.api.list("apps/v1", "DaemonSet")}

    assert sets["nvidia-device-plugin"] == gpu
    assert sets["kube-proxy"] == every + 1  # the node that is the cluster's own
    assert len([n for n in nodes(placed).values() if POOL_LABEL in n["metadata"]["labels"]]) == every


def test_every_replica_runs_in_its_pool(placed: Sandbox, repo: Reference) -> None:
    """As many as planned, where planned."""
    for work in repo.plans[NAME].workloads:
        if work.kind == "serving":
            pods = pods_of(placed, str(work.id))
            assert len(pods) == work.option.replicas
            assert set(by_pool(placed, pods)) <= set(work.pools)


def test_batch_pods_and_the_places_of_rollouts_fit_too(placed: Sandbox, repo: Reference) -> None:
    """Everything that the plan counts at once: 0 pods wait at N."""
    assert placed.apply(batch_pods(repo.plans[NAME])) == ()
    for work in repo.plans[NAME].workloads:
        if work.surge:
            scale(placed, repo, work.id.team, work.id.name, work.option.replicas + work.surge)

    assert placed.settle() == ()
    for work in repo.plans[NAME].workloads:
        assert by_pool(placed, pods_of(placed, str(work.id))) == Counter(work.pools)


def scale(sandbox: Sandbox, repo: Reference, team: str, name: str, replicas: int) -> None:
    """Set the replicas of a served model."""
    (server,) = [
        o
        for o in objects_on(repo, NAME)
        if o["kind"] == "Deployment" and o["metadata"]["namespace"] == f"team-{team}" and o["metadata"]["name"] == name
    ]
    assert sandbox.api.patch(server, {"spec": {"replicas": replicas}}).why_not is None


def lose(sandbox: Sandbox, names: list[str]) -> tuple[Finding, ...]:
    """Nodes die with everything on them; what waits when all has come to rest."""
    for name in names:
        sandbox.api.delete({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}})
    for pod in sandbox.api.list("v1", "Pod"):
        if pod["spec"].get("nodeName") in names:
            sandbox.api.delete(pod, at_once=True)  # as the collector of orphaned pods does
    found: list[Finding] = []

    def let_in() -> bool:
        """The quota is exact: a replacement is refused, and tried again, until the lost pod is no longer counted."""
        found[:] = sandbox.settle()
        return not any("its pods are refused" in f.what for f in found)

    assert until(let_in, 90), found
    return tuple(found)


def submit(sandbox: Sandbox, repo: Reference) -> tuple[Finding, ...]:
    """The batch pods that are not there (any more): lost with their node, or preempted; what waits then."""
    pods = batch_pods(repo.plans[NAME])
    assert until(lambda: not sandbox.apply(pods), 60), sandbox.apply(pods)  # until the quota counts the lost no more
    return sandbox.settle()


def test_with_one_node_fewer_a_pod_waits(placed: Sandbox, repo: Reference) -> None:
    """In every pool of this plan: spares and one more gone, N is no longer enough; with them back, it is."""
    plan, platform = repo.plans[NAME], repo.specs.clusters[NAME].platform
    every = {n["metadata"]["name"]: n for n in nodes_of(plan, repo.catalog, platform, objects_on(repo, NAME))}
    assert submit(placed, repo) == ()
    waited = {}
    for pool in plan.pools:
        names = sorted(n for n in every if n.rsplit("-", 1)[0] == pool.name)[: pool.spares + 1]
        waited[pool.name] = [*lose(placed, names), *submit(placed, repo)]
        placed.add(every[name] for name in names)
        submit(placed, repo)  # what a restored server has preempted comes back
        assert submit(placed, repo) == ()

    assert waited.keys() == {pool.name for pool in plan.pools}
    assert all(found and all(f.what.startswith("waits: ") for f in found) for found in waited.values()), waited


def test_the_loss_of_any_node_leaves_required_replicas_running(placed: Sandbox, repo: Reference) -> None:
    """What is to survive a node does, whichever node it is, and no served model makes way for another."""
    plan, platform = repo.plans[NAME], repo.specs.clusters[NAME].platform
    every = nodes_of(plan, repo.catalog, platform, objects_on(repo, NAME))
    required = [w for w in plan.workloads if w.survive == "node"]
    held = {p for w in required for p in w.pools}
    assert required
    assert submit(placed, repo) == ()
    for node in [n for n in every if n["metadata"]["labels"][POOL_LABEL] in held]:
        name = node["metadata"]["name"]
        before = {str(w.id): running(placed, str(w.id)) for w in required}
        lost = {str(w.id): on_node(placed, str(w.id), name) for w in required}
        assert lose(placed, [name]) == ()
        for work in required:
            assert len(running(placed, str(work.id))) == work.option.replicas
            assert before[str(work.id)] - lost[str(work.id)] <= running(placed, str(work.id))
        placed.add([node])
        assert submit(placed, repo) == ()


def running(sandbox: Sandbox, workload: str) -> set[str]:
    """Names of the pods of a workload that run."""
    return {p["metadata"]["name"] for p in pods_of(sandbox, workload) if p["status"]["phase"] == "Running"}


def on_node(sandbox: Sandbox, workload: str, node: str) -> set[str]:
    """Names of the pods of a workload on a node."""
    return {p["metadata"]["name"] for p in pods_of(sandbox, workload) if p["spec"].get("nodeName") == node}
