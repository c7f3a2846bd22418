"""GpuNodePool: from arguments of any language to the objects of Karpenter."""

from pathlib import Path
from typing import Any

import pulumi
import pytest

from manifests.judge import judge
from manifests.judge_rules import judge_rules
from resources.programs import Declares, declared, from_another_language, manifests, problems
from resources.stacked import as_floats, signature
from tonnage.catalog.shipped import shipped_catalog
from tonnage.resources.node_pool import Architecture, GpuNodePool, GpuNodePoolArgs, Market

CPU: GpuNodePoolArgs = {
    "cluster": "prod-east",
    "instance_type": "m7i.4xlarge",
    "zones": ["us-east-1a"],
    "nodes": 2,
}
GPU: GpuNodePoolArgs = {
    "cluster": "prod-east",
    "instance_type": "g6e.12xlarge",
    "zones": ["us-east-1a", "us-east-1b"],
    "nodes": 6,
    "accelerator": "l40s",
    "gpus_per_node": 4,
}
FULL: GpuNodePoolArgs = {
    "pool": "p5-48xlarge-reserved",
    "cluster": "prod-east",
    "instance_type": "p5.48xlarge",
    "market": Market.RESERVED,
    "reservation": "cr-0a1b2c3d4e5f60718",
    "zones": ["us-east-1a"],
    "nodes": 2,
    "surge": 0,
    "accelerator": "h100-sxm",
    "gpus_per_node": 8,
    "arch": Architecture.AMD64,
    "role": "nodes",
    "discovery": "gpu-subnets",
    "ami": "al2023@v20260801",
    "disk": "500GiB",
    "grace": "2h",
    "quiet_hours": {"schedule": "0 6 * * *", "duration": "12h"},
    "labels": {"example.com/team": "search"},
    "tags": {"cost-centre": "ml"},
    "overrides": {
        "node-class": {"because": "nodes need a public address here", "merge": {"spec": {"detailedMonitoring": True}}}
    },
}
EVERY = pytest.mark.parametrize("args", [CPU, GPU, FULL], ids=["cpu", "gpu", "full"])


def pool(args: GpuNodePoolArgs, **changes: Any) -> Declares:
    """A program with one pool; a change to None leaves an argument out."""
    given: Any = {k: v for k, v in {**args, **changes}.items() if v is not None}
    return lambda options: GpuNodePool("pool", given, options)


@EVERY
def test_every_object_is_one_that_karpenter_takes(args: GpuNodePoolArgs, data: Path) -> None:
    """What reaches Pulumi is what a definition allows."""
    objects = manifests(pool(args))

    assert objects.keys() == {"pool-node-class", "pool-node-pool"}
    for manifest in objects.values():
        assert judge(manifest, data) == []
        assert judge_rules(manifest, data) == []


@EVERY
def test_arguments_may_come_from_any_language(args: GpuNodePoolArgs) -> None:
    """Where every integer is a float and every choice is text, the same objects follow."""
    assert manifests(pool(as_floats(args))) == manifests(pool(args))


def test_pulumis_own_provider_constructs_it() -> None:
    """As the engine does for a program in another language."""
    inputs = {
        "pool": "g6e-12xlarge",
        "cluster": "prod-east",
        "instanceType": "g6e.12xlarge",
        "market": "spot",
        "zones": ["us-east-1a"],
        "nodes": 6,
        "gpusPerNode": 4,
        "accelerator": "l40s",
        "quietHours": {"schedule": "0 6 * * *", "duration": "12h"},
    }
    objects = manifests(from_another_language(GpuNodePool, inputs))

    limits = objects["made-node-pool"]["spec"]["limits"]
    assert limits == {"nodes": 6, "nvidia.com/gpu": 24}


def test_what_is_left_out_follows_from_the_cluster_and_the_shipped_release() -> None:
    """Role and tags as Karpenter's own guide names them, and a pinned machine image."""
    spec = manifests(pool(GPU))["pool-node-class"]["spec"]

    assert spec["role"] == "KarpenterNodeRole-prod-east"
    assert spec["subnetSelectorTerms"] == [{"tags": {"karpenter.sh/discovery": "prod-east"}}]
    assert spec["amiSelectorTerms"] == [{"alias": shipped_catalog().releases["ami-al2023"].reference}]


def test_what_is_given_wins() -> None:
    """Name, role, discovery, image, disk, grace, quiet hours, override."""
    objects = manifests(pool(FULL))
    node_class, node_pool = objects["pool-node-class"], objects["pool-node-pool"]

    assert node_class["metadata"]["name"] == node_pool["metadata"]["name"] == "p5-48xlarge-reserved"
    assert node_class["spec"]["role"] == "nodes"
    assert node_class["spec"]["detailedMonitoring"] is True
    assert node_class["spec"]["amiSelectorTerms"] == [{"alias": "al2023@v20260801"}]
    assert node_class["spec"]["blockDeviceMappings"][0]["ebs"]["volumeSize"] == "500Gi"
    assert node_pool["spec"]["template"]["spec"]["terminationGracePeriod"] == "2h"
    assert node_pool["spec"]["disruption"]["budgets"][1]["schedule"] == "0 6 * * *"


def test_names_that_are_known_only_later_stand_in_the_finished_objects() -> None:
    """Cluster and role may come from the program that makes them."""

    def program(options: pulumi.ResourceOptions) -> None:
        later = pulumi.Output.from_input("east").apply(lambda name: f"prod-{name}")
        GpuNodePool("pool", {**GPU, "cluster": later, "tags": {"cluster": later}}, options)

    spec = manifests(program)["pool-node-class"]["spec"]
    assert spec["role"] == "KarpenterNodeRole-prod-east"
    assert spec["securityGroupSelectorTerms"] == [{"tags": {"karpenter.sh/discovery": "prod-east"}}]
    assert spec["tags"]["cluster"] == "prod-east"


def test_the_pool_waits_for_its_node_class_and_names_its_provider() -> None:
    """Karpenter refuses a pool without class; no object goes to a cluster by chance."""
    resources = {d.name: d for d in declared(pool(GPU))}
    node_class, node_pool = resources["pool-node-class"], resources["pool-node-pool"]

    assert node_pool.depends_on == (node_class.key,)
    assert {node_class.parent, node_pool.parent} == {resources["pool"].key}
    assert {node_class.provider, node_pool.provider} == {resources["cluster"].key}


def test_a_pool_is_replaced_only_where_it_cannot_change() -> None:
    """Its nodes go with it: a new limit or label must never do that."""
    (node_pool,) = [d for d in declared(pool(GPU)) if d.name == "pool-node-pool"]
    assert node_pool.replace_on_changes == (
        "spec.template.spec.nodeClassRef.group",
        "spec.template.spec.nodeClassRef.kind",
    )


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"nodes": None, "zones": None}, ["pool.nodes", "pool.zones"]),
        ({"nodes": "6"}, ["pool.nodes"]),
        ({"market": "reserved", "alternates": ["g6e.12xlarge"]}, ["pool.alternates", "pool.reservation"]),
        ({"market": "reserved", "reservation": "cr-0a"}, ["pool.zones"]),
        ({"disk": "200", "grace": "soon", "nodes": -1}, ["pool.disk", "pool.grace", "pool.nodes"]),
        ({"quiet_hours": {"schedule": "daily", "duration": "10 hours"}}, ["quiet_hours.duration", "schedule"]),
        ({"accelerator": None, "zones": []}, ["pool.accelerator", "pool.zones"]),
        ({"instnace_type": "a"}, ["pool.instnace_type"]),
        ({"overrides": {"nodepool": {"because": "a", "merge": {"spec": {}}}}, "surge": -1}, ["overrides", "surge"]),
    ],
)
def test_all_mistakes_are_told_at_once_and_nothing_is_declared(changes: dict[str, Any], where: list[str]) -> None:
    """Of one kind: first what cannot be read, then what does not go together."""
    found = problems(pool(GPU, **changes))

    assert len(found) == len(where)
    for place in where:
        assert any(place in f for f in found), found


def test_the_arguments_that_other_languages_see() -> None:
    """A change here breaks programs that are not Python; none is an object without fields."""
    assert signature(GpuNodePool) == {
        "accelerator?": "<string",
        "alternates?": "<[<string]",
        "ami?": "<string",
        "arch?": "<Architecture",
        "cluster": "string",
        "discovery?": "string",
        "disk?": "<string",
        "gpusPerNode?": "<integer",
        "grace?": "<string",
        "instanceType": "<string",
        "labels?": "<{<string}",
        "market?": "<Market",
        "nodes": "<integer",
        "overrides?": "<{<Override}",
        "pool?": "<string",
        "quietHours?": "<QuietHoursArgs",
        "reservation?": "<string",
        "role?": "string",
        "surge?": "<integer",
        "tags?": "<{string}",
        "zones": "<[<string]",
        "=pool": "string",
        "Market": "reserved | onDemand | spot",
        "Architecture": "amd64 | arm64",
        "QuietHoursArgs.duration": "<string",
        "QuietHoursArgs.schedule": "<string",
        "Override.because": "<string",
        "Override.merge": "<{<Any}",
    }
