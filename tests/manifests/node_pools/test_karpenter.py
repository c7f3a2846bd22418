"""What a pool declares: accepted by Karpenter's own definitions, safe for dear nodes, bounded by the plan."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.judge import judge
from manifests.judge_rules import count_rules, judge_rules
from manifests.node_pools.factories import ALL, CPU, FULL, GPU, RESERVED, gpu_pool
from tonnage.manifests.contracts import GPU_TAINT
from tonnage.manifests.declared import Manifest
from tonnage.manifests.node_pools.coherence import incoherent
from tonnage.manifests.node_pools.karpenter import node_class, node_pool, span_text
from tonnage.manifests.node_pools.pool import KarpenterPool
from tonnage.units import Duration

NAMES = pytest.mark.parametrize("pool", ALL, ids=lambda p: p.name + "-" + p.market)


def requirements(manifest: Manifest) -> dict[str, list[str]]:
    """Allowed values by label, of a NodePool."""
    listed = manifest["spec"]["template"]["spec"]["requirements"]
    assert {r["operator"] for r in listed} == {"In"}
    assert len({r["key"] for r in listed}) == len(listed)
    return {r["key"]: r["values"] for r in listed}


@NAMES
@pytest.mark.parametrize("build", [node_class, node_pool])
def test_karpenters_definitions_take_every_object(pool: KarpenterPool, build: Any, data: Path) -> None:
    """Fields by the schema, mixes by the rules."""
    manifest = build(pool)

    assert judge(manifest, data) == []
    assert count_rules(manifest, data) > 10
    assert judge_rules(manifest, data) == []


@NAMES
def test_the_pool_points_to_its_own_node_class(pool: KarpenterPool) -> None:
    """By group, kind and name."""
    made = node_class(pool)
    reference = node_pool(pool)["spec"]["template"]["spec"]["nodeClassRef"]

    assert reference == {"group": "karpenter.k8s.aws", "kind": made["kind"], "name": made["metadata"]["name"]}
    assert made["apiVersion"].startswith("karpenter.k8s.aws/")


def test_only_planned_types_zones_and_markets_are_bought() -> None:
    """What the plan has priced."""
    assert requirements(node_pool(GPU)) == {
        "node.kubernetes.io/instance-type": ["g6e.12xlarge"],
        "karpenter.sh/capacity-type": ["on-demand"],
        "topology.kubernetes.io/zone": ["us-east-1a", "us-east-1b"],
        "kubernetes.io/arch": ["amd64"],
        "kubernetes.io/os": ["linux"],
    }


def test_alternates_are_bought_only_by_choice() -> None:
    """They come after the planned type."""
    assert requirements(node_pool(FULL))["node.kubernetes.io/instance-type"] == ["g6e.12xlarge", "g6e.24xlarge"]
    assert requirements(node_pool(FULL))["karpenter.sh/capacity-type"] == ["spot"]


def test_a_reserved_pool_never_falls_back_to_paid_nodes() -> None:
    """It takes its reservation by id, and nothing else."""
    assert requirements(node_pool(RESERVED))["karpenter.sh/capacity-type"] == ["reserved"]
    assert node_class(RESERVED)["spec"]["capacityReservationSelectorTerms"] == [{"id": "cr-0a1b2c3d4e5f60718"}]
    assert "capacityReservationSelectorTerms" not in node_class(GPU)["spec"]


def test_gpu_nodes_carry_taint_and_labels_from_the_start() -> None:
    """A pool without nodes can grow only if its labels are known before a node joins."""
    template = node_pool(GPU)["spec"]["template"]

    assert template["spec"]["taints"] == [GPU_TAINT]
    assert template["metadata"]["labels"] == {
        "tonnage.dev/pool": "g6e-12xlarge",
        "tonnage.dev/accelerator": "l40s",
        "nvidia.com/gpu.present": "true",
    }


def test_nodes_without_gpus_take_every_pod() -> None:
    """No taint, no label of a GPU, no limit of GPUs."""
    manifest = node_pool(CPU)

    assert "taints" not in manifest["spec"]["template"]["spec"]
    assert manifest["spec"]["template"]["metadata"]["labels"] == {"tonnage.dev/pool": "m7i-4xlarge"}
    assert manifest["spec"]["limits"] == {"nodes": 2}


@given(nodes=st.integers(0, 10_000), surge=st.integers(0, 100), gpus=st.integers(1, 16))
def test_no_more_nodes_and_gpus_start_than_are_planned(nodes: int, surge: int, gpus: int) -> None:
    """Whatever pods ask for: the limits follow from the plan alone."""
    pool = gpu_pool(nodes=nodes, surge=surge, gpus_per_node=gpus)

    assert incoherent(pool, "p") == ()
    assert node_pool(pool)["spec"]["limits"] == {"nodes": nodes + surge, "nvidia.com/gpu": (nodes + surge) * gpus}


@NAMES
def test_running_pods_are_not_moved_to_save_money(pool: KarpenterPool) -> None:
    """Only empty nodes go, one at a time, and none for its age."""
    spec = node_pool(pool)["spec"]

    assert spec["disruption"]["consolidationPolicy"] == "WhenEmpty"
    assert spec["disruption"]["consolidateAfter"] == "30m"
    assert spec["disruption"]["budgets"][0] == {"nodes": "1"}
    assert spec["template"]["spec"]["expireAfter"] == "Never"


def test_nodes_are_not_replaced_in_quiet_hours() -> None:
    """A changed description waits; an empty node may still go."""
    (_, quiet) = node_pool(GPU)["spec"]["disruption"]["budgets"]
    assert quiet == {"nodes": "0", "reasons": ["Drifted"], "schedule": "0 8 * * mon-fri", "duration": "10h"}

    (_, own) = node_pool(FULL)["spec"]["disruption"]["budgets"]
    assert (own["schedule"], own["duration"]) == ("0 22 * * sun", "90m")


def test_pods_get_time_to_leave() -> None:
    """And not for ever: a pod that never ends would keep a dear node."""
    assert node_pool(GPU)["spec"]["template"]["spec"]["terminationGracePeriod"] == "30m"
    assert node_pool(FULL)["spec"]["template"]["spec"]["terminationGracePeriod"] == "90m"


@NAMES
def test_the_machine_image_is_pinned(pool: KarpenterPool) -> None:
    """A version that moves would replace every GPU node at each release of the image."""
    assert node_class(pool)["spec"]["amiSelectorTerms"] == [{"alias": "al2023@v20260903"}]


@NAMES
def test_disks_are_large_encrypted_and_fast_where_the_type_has_its_own(pool: KarpenterPool) -> None:
    """Images alone take tens of gigabytes."""
    spec = node_class(pool)["spec"]
    (volume,) = spec["blockDeviceMappings"]

    assert volume["rootVolume"]
    assert volume["ebs"]["encrypted"]
    assert volume["ebs"]["volumeType"] == "gp3"
    assert int(volume["ebs"]["volumeSize"].removesuffix("Gi")) >= 200
    assert spec["instanceStorePolicy"] == "RAID0"


@NAMES
def test_pods_cannot_take_the_nodes_credentials(pool: KarpenterPool) -> None:
    """The metadata service wants a token, and its answers end on the node."""
    options = node_class(pool)["spec"]["metadataOptions"]
    assert (options["httpTokens"], options["httpPutResponseHopLimit"]) == ("required", 1)


def test_the_cloud_account_is_found_by_tags_and_its_bill_by_pool() -> None:
    """No ids of subnets or groups in a program."""
    spec = node_class(FULL)["spec"]
    by_tag = [{"tags": {"karpenter.sh/discovery": "prod-east"}}]

    assert (spec["subnetSelectorTerms"], spec["securityGroupSelectorTerms"]) == (by_tag, by_tag)
    assert spec["tags"] == {"tonnage.dev/pool": "g6e-12xlarge", "cost-centre": "ml"}
    assert (spec["role"], "instanceProfile" in spec) == ("KarpenterNodeRole-prod-east", False)


@pytest.mark.parametrize(("length", "text"), [("10h", "10h"), ("1d", "24h"), ("90m", "90m"), ("45s", "45s")])
def test_lengths_of_time_are_written_as_karpenter_reads_them(length: str, text: str) -> None:
    """Days and milliseconds are unknown to it."""
    assert span_text(Duration.parse(length)) == text


def test_what_one_pool_changes_another_keeps() -> None:
    """Manifests share no maps that an override could change twice."""
    first = node_pool(GPU)
    first["spec"]["template"]["spec"]["taints"][0]["value"] = "changed"

    assert node_pool(GPU)["spec"]["template"]["spec"]["taints"] == [GPU_TAINT]
