"""On nodes that exist already nothing is declared, and everything finds them by their labels."""

from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest

from docs.test_examples import specs_of
from manifests.judge import judge
from manifests.judge_rules import judge_rules
from resources.stacked import objects
from tonnage.capacity.digest import ground_digest
from tonnage.capacity.situation import Situation, planned, situation
from tonnage.manifests.declared import Declared
from tonnage.stack.platform import platform
from tonnage.stack.team import team


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Situation:
    """The cluster of the documentation."""
    return situation(specs_of("docs/inventory.md", tmp_path_factory.mktemp("lab")))


@pytest.fixture(scope="module")
def declared(lab: Situation) -> dict[str, Declared]:
    """Objects of both roles."""
    specs, catalog = lab.specs, lab.catalog
    assert specs
    assert catalog
    plan = planned(lab).plans["lab"]
    cluster, teams = specs.clusters["lab"], specs.teams["lab"]

    def program(_: pulumi.ResourceOptions) -> None:
        provider = k8s.Provider("lab", context="lab")
        platform(cluster, teams, plan, catalog, provider)
        team(cluster, teams[0], plan, catalog, provider)

    return objects(program)


def kinds(declared: dict[str, Declared]) -> set[str]:
    """Of all objects."""
    return {d.inputs["kind"] for d in declared.values()}


def test_no_node_pool_and_no_gpu_stack_is_declared(declared: dict[str, Declared]) -> None:
    """Tiers, spaces, queues and servers are."""
    assert kinds(declared) >= {
        "PriorityClass",
        "Namespace",
        "ResourceQuota",
        "ClusterQueue",
        "ResourceFlavor",
        "Deployment",
    }
    assert not kinds(declared) & {"NodePool", "EC2NodeClass", "DaemonSet", "Node"}


def test_pods_and_queues_select_the_labels_of_the_block(declared: dict[str, Declared]) -> None:
    """Nobody writes tonnage's own label on such nodes."""
    (deployment,) = [d.inputs for d in declared.values() if d.inputs["kind"] == "Deployment"]
    affinity = deployment["spec"]["template"]["spec"]["affinity"]["nodeAffinity"]
    terms = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    flavors: dict[str, Any] = {
        d.inputs["metadata"]["name"]: d.inputs["spec"]
        for d in declared.values()
        if d.inputs["kind"] == "ResourceFlavor"
    }

    assert terms == [{"matchExpressions": [{"key": "node.example.com/pool", "operator": "In", "values": ["dgx"]}]}]
    assert {name: spec["nodeLabels"]["node.example.com/pool"] for name, spec in flavors.items()} == {
        "cpu": "cpu",
        "h100-sxm": "dgx",
        "l40s": "l40s",
    }


def test_every_object_is_lawful(declared: dict[str, Declared], data: Path) -> None:
    """Schemas and rules."""
    wrong = {name: judge(d.inputs, data) + judge_rules(d.inputs, data) for name, d in declared.items()}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_a_team_rests_on_the_labels_and_taints_of_the_nodes_and_not_on_their_number(lab: Situation) -> None:
    """So that a block that grows makes no team's plan file stale."""
    assert lab.specs
    cluster = lab.specs.clusters["lab"]

    def ground(**changed: Any) -> str:
        first, *rest = cluster.node_pools.nodes
        nodes = (first.model_copy(update=changed), *rest)
        pools = cluster.node_pools.model_copy(update={"nodes": nodes})
        return ground_digest(cluster.model_copy(update={"node_pools": pools}))

    assert ground(count=9) == ground()
    assert ground(taints=("owner=vision:NoSchedule",)) != ground()
