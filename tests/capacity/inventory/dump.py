"""What `kubectl get nodes -o json` prints of a made cluster."""

from collections.abc import Mapping
from typing import Any

H100 = {"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3", "nvidia.com/gpu.memory": "81559"}


def node(
    name: str,
    labels: Mapping[str, str] | None = None,
    *,
    has: Mapping[str, str] | None = None,
    spec: Mapping[str, Any] | None = None,
    ready: str = "True",
) -> dict[str, Any]:
    """A node; what it has is named as Kubernetes does."""
    usual = {"cpu": "31850m", "memory": "126000000Ki", "ephemeral-storage": "189274000000", "pods": "110"}
    offers = usual | dict(has or {})
    return {
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name} | dict(labels or {})},
        "spec": dict(spec or {}),
        "status": {"allocatable": offers, "capacity": dict(offers), "conditions": [{"type": "Ready", "status": ready}]},
    }


def gpu_node(
    name: str,
    gpus: int = 8,
    labels: Mapping[str, str] | None = None,
    more: Mapping[str, str] | None = None,
    spec: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A node with H100 GPUs and the labels of GPU feature discovery."""
    has = {"cpu": "223", "memory": "2113661352Ki", "nvidia.com/gpu": str(gpus), "ephemeral-storage": "14Ti"}
    return node(name, H100 | dict(labels or {}), spec=spec, has=has | dict(more or {}))


def nodes(*items: dict[str, Any]) -> dict[str, Any]:
    """A list of them."""
    return {"apiVersion": "v1", "kind": "List", "items": list(items)}


def fleet(gpus: int = 200, cpus: int = 100) -> dict[str, Any]:
    """A large cluster: GPU nodes in racks of eight, and nodes without GPUs; no two report the same memory."""
    big = [
        gpu_node(
            f"gpu-{i:03}",
            labels={"node.example.com/pool": "dgx", "topology.kubernetes.io/rack": f"r{i // 8:02}"},
            more={"memory": f"{2113661352 - 4 * i}Ki", "rdma/ib": "8"},
        )
        for i in range(gpus)
    ]
    cpu = {"node.example.com/pool": "cpu"}
    small = [node(f"cpu-{i:03}", cpu, has={"memory": f"{126000000 - 4 * i}Ki"}) for i in range(cpus)]
    return nodes(*big, *small)
