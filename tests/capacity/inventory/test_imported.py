"""What an import says of nodes, and what it does not."""

from fractions import Fraction
from typing import Any

import pytest

from capacity.inventory.dump import fleet, gpu_node, node, nodes
from tonnage.capacity.inventory.imported import Imported, import_nodes
from tonnage.capacity.inventory.node import TOLERATED, quantity
from tonnage.catalog.load import load_catalog
from tonnage.findings import errors
from tonnage.manifests.contracts import GPU_TOLERATION


def imported(*items: dict[str, Any], rack: str | None = None) -> Imported:
    """The block of these nodes."""
    catalog, _ = load_catalog()
    assert catalog
    return import_nodes(nodes(*items), catalog, rack)


def said(made: Imported) -> str:
    """All findings."""
    return "\n".join(str(f) for f in made.findings)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("224", Fraction(224)),
        ("223670m", Fraction(22367, 100)),
        ("16Ki", Fraction(16384)),
        ("1.5Gi", Fraction(3 * 2**29)),
        ("5k", Fraction(5000)),
        ("1e3", Fraction(1000)),
        ("-1", None),
        ("1Q", None),
        ("", None),
    ],
)
def test_quantities_are_read_as_kubernetes_writes_them(text: str, value: Fraction | None) -> None:
    """Binary and decimal suffixes, thousandths, powers; anything else is none."""
    assert quantity(text) == value


def test_a_large_cluster_becomes_a_few_blocks() -> None:
    """300 nodes, no two of which report the same memory; the least is written, so that nothing is promised too much."""
    made = imported(*fleet()["items"], rack="topology.kubernetes.io/rack")
    cpu, gpu = made.nodes

    assert (made.read, made.counted) == (300, 300)
    assert (gpu["count"], gpu["accelerator"], gpu["gpus"], gpu["rdma"]) == (200, "h100-sxm", 8, 8)
    assert gpu["racks"] == {f"r{i:02}": 8 for i in range(25)}
    assert gpu["memory"] == f"{(2113661352 - 4 * 199) // 1024}MiB"
    assert cpu["labels"] == {"node.example.com/pool": "cpu"}
    assert all(entry["allocatable"] for entry in made.nodes)


def test_the_order_of_the_dump_means_nothing() -> None:
    """The API server lists nodes in no order that can be relied on."""
    items = fleet(20, 10)["items"]
    assert imported(*items) == imported(*reversed(items))


def test_the_instance_type_tells_the_gpu_where_no_label_of_the_driver_does() -> None:
    """By the catalogue's row."""
    made = imported(node("a", {"node.kubernetes.io/instance-type": "p5.48xlarge"}, has={"nvidia.com/gpu": "8"}))
    assert (made.nodes[0]["name"], made.nodes[0]["accelerator"]) == ("p5-48xlarge", "h100-sxm")


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ({}, "which nvidia.com/gpu it has is not told by anything that the catalogue knows (no label says it)"),
        ({"nvidia.com/gpu.product": "NVIDIA-Z9"}, "(nvidia.com/gpu.product=NVIDIA-Z9)"),
        (
            {"nvidia.com/gpu.product": "NVIDIA-L40S", "node.kubernetes.io/instance-type": "p5.48xlarge"},
            "which nvidia.com/gpu it has contradicts itself",
        ),
        (
            {"nvidia.com/gpu.product": "NVIDIA-H20", "nvidia.com/gpu.memory": "143771"},
            "it reports 143771 MiB of memory per GPU, the h20 of the catalogue has",
        ),
    ],
)
def test_a_gpu_that_is_not_told_is_not_guessed(labels: dict[str, str], words: str) -> None:
    """The block counts the GPUs and leaves the accelerator to a person, which the loader then asks for."""
    made = imported(node("a", labels, has={"nvidia.com/gpu": "8"}))

    assert made.nodes[0]["gpus"] == 8
    assert "accelerator" not in made.nodes[0]
    assert words in said(made)


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (gpu_node("a", spec={"unschedulable": True}), "it is unschedulable (cordoned)"),
        (node("a", ready="False"), "it is not ready"),
        (node("a", ready="Unknown"), "it is not ready"),
        (
            node("a", spec={"taints": [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]}),
            "it is of the control plane",
        ),
        (node("a", has={"cpu": "lots"}), "its name or what is allocatable of it is not told"),
        (gpu_node("a", 0), "but offers no GPUs: is its device plugin there?"),
        (gpu_node("a", more={"nvidia.com/mig-1g.10gb": "7"}), "its GPUs are divided (nvidia.com/mig-1g.10gb)"),
        (
            gpu_node("a", 32, {"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3-SHARED"}),
            "its GPUs are shared in time",
        ),
        ({}, "whether it is ready is not told"),
    ],
)
def test_nodes_that_hold_nothing_now_are_left_out_and_named(item: dict[str, Any], why: str) -> None:
    """Never counted, never silent."""
    made = imported(item, node("b"))

    assert made.counted == 1
    assert "left out: " in said(made)
    assert why in said(made)


def test_taints_are_kept_but_for_the_one_that_every_gpu_pod_tolerates() -> None:
    """Soft taints keep nobody away."""
    taints = [
        {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"},
        {"key": "owner", "value": "vision", "effect": "NoSchedule"},
        {"key": "soft", "effect": "PreferNoSchedule"},
    ]
    made = imported(gpu_node("a", spec={"taints": taints}))

    assert made.nodes[0]["taints"] == ["owner=vision:NoSchedule"]
    assert (GPU_TOLERATION["key"], GPU_TOLERATION["effect"]) == TOLERATED


def test_shares_of_a_network_card_are_no_cards() -> None:
    """Their number cannot be told; EFA interfaces can."""
    shared = imported(gpu_node("a", more={"rdma/rdma_shared_device_a": "63"}))
    efa = imported(gpu_node("a", more={"vpc.amazonaws.com/efa": "32"}))

    assert "rdma" not in shared.nodes[0]
    assert "counts shares of interfaces" in said(shared)
    assert efa.nodes[0]["rdma"] == 32


def test_gpus_that_are_not_offered_are_not_counted_and_said() -> None:
    """The device plugin withholds a GPU that is not healthy."""
    sick = gpu_node("a", 8)
    sick["status"]["allocatable"]["nvidia.com/gpu"] = "7"
    made = imported(sick, gpu_node("b"))

    assert sorted(entry["gpus"] for entry in made.nodes) == [7, 8]
    assert "7 of its 8 nvidia.com/gpu are offered" in said(made)


def test_groups_that_no_label_tells_apart_get_none() -> None:
    """Pods would land on the wrong ones."""
    made = imported(gpu_node("a", 8), gpu_node("b", 4))

    assert all("labels" not in entry for entry in made.nodes)
    assert "no labels tell its 1 nodes from all others" in said(made)


def test_racks_are_taken_only_from_the_label_that_is_named() -> None:
    """One that may tell them is pointed at; where one node lacks it, no racks are written."""
    key = "topology.kubernetes.io/rack"
    items = [gpu_node("a", labels={key: "R1"}), gpu_node("b", labels={key: "R2"})]

    assert "racks" not in imported(*items).nodes[0]
    assert f"import again with --rack-label {key}" in said(imported(*items))
    assert sum(imported(*items, rack=key).nodes[0]["racks"].values()) == 2
    assert "racks" not in imported(*items, gpu_node("c"), rack=key).nodes[0]


@pytest.mark.parametrize("tree", [None, [], {}, {"items": 1}])
def test_what_is_no_list_of_nodes_is_an_error(tree: object) -> None:
    """Nothing is printed of it."""
    catalog, _ = load_catalog()
    assert catalog
    made = import_nodes(tree, catalog)
    assert errors(made.findings)
    assert not made.nodes
