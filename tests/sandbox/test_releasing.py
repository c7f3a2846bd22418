"""A shrink in two steps on a real scheduler: no served model loses a pod to the order in which stacks are applied."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from cli.invoke import REFERENCE, edit
from sandbox.reference import definitions, objects_on, populate, stacks_on
from sandbox.test_scheduling import by_pool, nodes, pods_of, running
from stacks.conftest import Reference, reference_at
from tonnage.cli.plan import Asked, run
from tonnage.manifests.contracts import POOL_LABEL, WORKLOAD_LABEL
from tonnage.manifests.declared import Manifest
from tonnage.testing.sandbox import Sandbox
from tonnage.testing.sandbox.api import until
from tonnage.testing.sandbox.nodes import batch_pods, nodes_of
from tonnage.testing.sandbox.objects import in_order

NAME = "prod-east"
PLATFORM = f"platform-{NAME}"
CHAT = "search/chat"
NODE_POOL = ("karpenter.sh/v1", "NodePool")


@dataclass(frozen=True)
class Steps:
    """The reference repository with half the traffic of a model and without one type of node, step by step."""

    before: Reference
    keeping: Reference
    """As written by `tonnage plan --write`."""
    released: Reference
    """As written by `tonnage plan --write --release`."""


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Steps:
    """Each step planned and written by the command."""
    folder = tmp_path_factory.mktemp("shrinking") / "specs"
    shutil.copytree(REFERENCE, folder, ignore=shutil.ignore_patterns("__pycache__", "plan"))
    before = written(folder)
    edit(folder / "teams/search.yaml", "requests: 12/s", "requests: 6/s")
    edit(folder / f"clusters/{NAME}.yaml", "g6e.4xlarge, ", "")
    return Steps(before, written(folder), written(folder, release=True))


def written(folder: Path, *, release: bool = False) -> Reference:
    """The repository after its plan files were written."""
    assert run(folder, None, Asked(None, explain=False, write=True, json=False, release=release)) == 0
    return reference_at(folder)


def declared(of: Reference, *, platform: bool) -> tuple[Manifest, ...]:
    """Objects of the platform's stack, or of the teams'."""
    return in_order(d for d in stacks_on(of, NAME) if (d.stack == PLATFORM) == platform)


def served(of: Reference) -> dict[str, int]:
    """Replicas by served model."""
    return {str(w.id): w.option.replicas for w in of.plans[NAME].workloads if w.kind == "serving"}


def node_names(of: Reference) -> set[str]:
    """Nodes that the plan has, as the sandbox calls them."""
    return {n["metadata"]["name"] for n in nodes_of(of.plans[NAME], of.catalog, "eks", objects_on(of, NAME))}


def replaced(sandbox: Sandbox, workload: str, name: str) -> bool:
    """Whether a pod that dies is replaced by one that runs."""
    (pod,) = (p for p in pods_of(sandbox, workload) if p["metadata"]["name"] == name)
    many = len(running(sandbox, workload))
    sandbox.api.delete(pod, at_once=True)
    sandbox.settle(20)
    now = running(sandbox, workload)
    return name not in now and len(now) == many


@pytest.fixture(scope="module")
def shrinking(real: None, steps: Steps, data: Path) -> Iterator[Sandbox]:  # noqa: ARG001 it skips
    """The cluster as it was before, full: servers and batch pods."""
    with Sandbox() as sandbox:
        objects = objects_on(steps.before, NAME)
        sandbox.define(definitions(data), objects)
        assert populate(sandbox, steps.before, NAME, objects) == ()
        assert sandbox.apply(batch_pods(steps.before.plans[NAME])) == ()
        assert sandbox.settle() == ()
        yield sandbox


def test_the_steps_shrink_a_pool_and_drop_another(steps: Steps) -> None:
    """What the other tests rest on: every node of before is kept, then let go."""
    pools = {p.name: p for p in steps.keeping.plans[NAME].pools}

    assert node_names(steps.keeping) >= node_names(steps.before)
    assert (pools["g6e-4xlarge"].count, pools["g6e-4xlarge"].releasing) == (0, 3)
    assert pools["g6e-12xlarge"].releasing > 0
    assert {p.name for p in steps.released.plans[NAME].pools} == pools.keys() - {"g6e-4xlarge"}
    assert served(steps.keeping)[CHAT] < served(steps.before)[CHAT]


def test_applying_the_platform_first_loses_no_pod(shrinking: Sandbox, steps: Steps) -> None:
    """Its NodePools hold the nodes of before; every pod that ran runs on, and one that dies comes back."""
    before = {name: running(shrinking, name) for name in served(steps.before)}
    assert shrinking.apply(declared(steps.keeping, platform=True)) == ()
    shrinking.add(
        n
        for n in nodes_of(steps.keeping.plans[NAME], steps.keeping.catalog, "eks", objects_on(steps.keeping, NAME))
        if n["metadata"]["name"] not in nodes(shrinking)
    )

    assert shrinking.settle() == ()
    assert {name: running(shrinking, name) for name in served(steps.before)} == before
    limits = {p["metadata"]["name"]: p["spec"]["limits"]["nodes"] for p in shrinking.api.list(*NODE_POOL)}
    assert limits == {p.name: p.nodes for p in steps.keeping.plans[NAME].pools}
    assert replaced(shrinking, CHAT, min(before[CHAT]))


def test_without_keeping_the_quota_a_pod_that_dies_would_not_come_back(shrinking: Sandbox, steps: Steps) -> None:
    """What happens where a platform takes everything at once: the reason for the two steps."""
    quotas, kept = (
        [o for o in declared(of, platform=True) if o["kind"] == "ResourceQuota"]
        for of in (steps.released, steps.keeping)
    )
    assert shrinking.apply(quotas) == ()
    shrinking.settle()
    assert not replaced(shrinking, CHAT, min(running(shrinking, CHAT)))

    assert shrinking.apply(kept) == ()
    assert until(lambda: shrinking.settle() == (), 120)
    assert len(running(shrinking, CHAT)) == served(steps.before)[CHAT]


def test_the_teams_move_away_within_what_stands(shrinking: Sandbox, steps: Steps) -> None:
    """What stays of a model is among what ran; what leaves its pool is started in another; nothing waits."""
    before = running(shrinking, CHAT)
    for pod in batch_pods(steps.before.plans[NAME]):  # jobs of the plan before have ended
        shrinking.api.delete(pod, at_once=True)
    assert shrinking.apply(declared(steps.keeping, platform=False)) == ()
    assert until(lambda: shrinking.settle() == () and all_run(shrinking, steps.keeping), 120)
    assert until(lambda: not shrinking.apply(batch_pods(steps.keeping.plans[NAME])), 60)

    assert shrinking.settle() == ()
    assert running(shrinking, CHAT) <= before
    for work in steps.keeping.plans[NAME].workloads:
        assert set(by_pool(shrinking, pods_of(shrinking, str(work.id)))) <= set(work.pools)


def all_run(sandbox: Sandbox, of: Reference) -> bool:
    """Whether each served model has exactly its replicas, and all run."""
    return {name: len(running(sandbox, name)) for name in served(of)} == served(of)


def test_a_pool_without_needed_nodes_is_empty_by_itself(shrinking: Sandbox, steps: Steps) -> None:
    """Every pod of the plan is pinned to other pools: only agents are left, so deleting the pool stops nothing."""
    pools = [p.name for p in steps.keeping.plans[NAME].pools if p.nodes == p.releasing]

    assert pools == ["g6e-4xlarge"]
    assert [held(shrinking, n) for n in in_pool(shrinking, pools[0])] == [[], [], []]


def in_pool(sandbox: Sandbox, pool: str) -> list[str]:
    """Names of the nodes of a pool."""
    return [name for name, n in nodes(sandbox).items() if n["metadata"]["labels"].get(POOL_LABEL) == pool]


def held(sandbox: Sandbox, node: str) -> list[Manifest]:
    """Pods on a node that no DaemonSet put there."""
    found = sandbox.api.list("v1", "Pod", fieldSelector=f"spec.nodeName={node}")
    return [p for p in found if not any(o["kind"] == "DaemonSet" for o in p["metadata"].get("ownerReferences", ()))]


def load(sandbox: Sandbox, node: str) -> tuple[int, int, str]:
    """Pods of served models on a node, then all that would have to leave it."""
    pods = held(sandbox, node)
    return sum(bool(p["metadata"].get("ownerReferences")) for p in pods), len(pods), node


def evicted(sandbox: Sandbox, pod: Manifest) -> bool:
    """Ask that a pod leaves, as `kubectl drain` does: its disruption budget may refuse for now."""
    body = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {key: pod["metadata"][key] for key in ("name", "namespace")},
        "deleteOptions": {"gracePeriodSeconds": 0},
    }
    path = sandbox.api.path("v1", "Pod", pod["metadata"]["namespace"], pod["metadata"]["name"])
    assert isinstance(path, str)
    return sandbox.api.call("POST", f"{path}/eviction", None, body).status in {200, 201, 404}


def test_even_the_fullest_nodes_can_be_drained_one_replica_at_a_time(shrinking: Sandbox, steps: Steps) -> None:
    """A pool that shrinks may hold its pods on any of its nodes: whichever go, what is planned finds a place again."""
    fewest, moved = served(steps.keeping), 0
    for pool in steps.keeping.plans[NAME].pools:
        by_load = sorted(in_pool(shrinking, pool.name), key=partial(load, shrinking), reverse=True)
        leaving = by_load[: pool.releasing]
        for name in leaving:
            assert shrinking.api.patch(nodes(shrinking)[name], {"spec": {"unschedulable": True}}).why_not is None
        for name in leaving:
            for pod in held(shrinking, name):
                assert until(partial(evicted, shrinking, pod), 60)
                moved += pod["metadata"]["labels"][WORKLOAD_LABEL] == "chat"
                fewest = {w: min(n, len(running(shrinking, w))) for w, n in fewest.items()}
            shrinking.api.delete(nodes(shrinking)[name])
    assert until(lambda: not shrinking.apply(batch_pods(steps.released.plans[NAME])), 60)

    assert until(lambda: shrinking.settle() == () and all_run(shrinking, steps.keeping), 120)
    assert moved > 0
    assert all(n >= served(steps.keeping)[w] - 1 for w, n in fewest.items())
    assert Counter(n.rsplit("-", 1)[0] for n in nodes(shrinking)) - Counter(["system"]) == Counter(
        {p.name: p.nodes for p in steps.released.plans[NAME].pools}
    )


def test_the_release_then_takes_nothing_that_runs(shrinking: Sandbox, steps: Steps) -> None:
    """NodePools of the smaller plan, without the one that is gone; quotas shrink to what runs."""
    before = {name: running(shrinking, name) for name in served(steps.released)}
    kept, now = (
        {o["metadata"]["name"]: o for o in declared(of, platform=True) if o["kind"] in {"NodePool", "EC2NodeClass"}}
        for of in (steps.keeping, steps.released)
    )
    assert shrinking.apply(declared(steps.released, platform=True)) == ()
    for name in kept.keys() - now.keys():
        shrinking.api.delete(kept[name])

    assert shrinking.settle() == ()
    assert {name: running(shrinking, name) for name in served(steps.released)} == before
    assert [q for q in shrinking.api.list("v1", "ResourceQuota") if over(q)] == []


def over(quota: Manifest) -> bool:
    """Whether more GPUs are used than a quota allows."""
    status = quota["status"]
    key = "requests.nvidia.com/gpu"
    return int(status["used"].get(key, 0)) > int(status["hard"].get(key, 0))
