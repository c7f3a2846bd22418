"""Spaces for the tests: a small one, and one that uses everything."""

from dataclasses import replace
from typing import Any

from tonnage.manifests.tenancy.space import Quota, Space
from tonnage.units import Cpu, Memory

MINIMAL = Space(team="search", quota=Quota(gpus=12, cpu=Cpu.parse("48"), memory=Memory.parse("960GiB"), pods=3))
FULL = replace(
    MINIMAL,
    member_groups=("search-people", "on-call"),
    deployer_groups=("search-pipeline",),
    gateway_namespaces=("gateway",),
    prometheus_namespaces=("monitoring",),
    store_ranges=("10.0.0.0/8", "169.254.0.0/16", "2600:1f00::/24"),
    cluster_queue="team-search",
    priorities=("production", "bestEffort"),
    kubernetes="1.35",
)


def space(**changes: Any) -> Space:
    """The small space with changes."""
    return replace(MINIMAL, **changes)
