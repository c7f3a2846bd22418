"""Pools for the tests: without GPUs, with them, and one that uses everything."""

from dataclasses import replace
from typing import Any

from tonnage.manifests.node_pools.pool import KarpenterPool, QuietHours
from tonnage.units import Duration, Memory

CPU = KarpenterPool(
    name="m7i-4xlarge",
    instance_types=("m7i.4xlarge",),
    market="onDemand",
    zones=("us-east-1a",),
    nodes=2,
    role="KarpenterNodeRole-prod-east",
    ami="al2023@v20260903",
    discovery="prod-east",
)
GPU = replace(
    CPU,
    name="g6e-12xlarge",
    instance_types=("g6e.12xlarge",),
    zones=("us-east-1a", "us-east-1b"),
    nodes=6,
    accelerator="l40s",
    gpus_per_node=4,
)
RESERVED = replace(
    GPU,
    name="p5-48xlarge-reserved",
    instance_types=("p5.48xlarge",),
    market="reserved",
    reservation="cr-0a1b2c3d4e5f60718",
    zones=("us-east-1a",),
    nodes=2,
    accelerator="h100-sxm",
    gpus_per_node=8,
)
FULL = replace(
    GPU,
    instance_types=("g6e.12xlarge", "g6e.24xlarge"),
    market="spot",
    arch="arm64",
    surge=1,
    disk=Memory.parse("500GiB"),
    grace=Duration.parse("90m"),
    quiet_hours=QuietHours("0 22 * * sun", Duration.parse("90m")),
    labels={"example.com/team": "search"},
    tags={"cost-centre": "ml"},
)
ALL = (CPU, GPU, RESERVED, FULL)


def gpu_pool(**changes: Any) -> KarpenterPool:
    """The pool with GPUs, with changes."""
    return replace(GPU, **changes)


def reserved(**changes: Any) -> KarpenterPool:
    """The reserved pool, with changes."""
    return replace(RESERVED, **changes)
