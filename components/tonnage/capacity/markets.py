"""Which markets a cluster buys an instance type in."""

from fnmatch import fnmatchcase

from tonnage.spec.cluster import Cluster, Market

LADDER: tuple[Market, ...] = ("reserved", "onDemand", "spot")
"""What is paid for already comes first, what may be taken away comes last."""


def markets_of(cluster: Cluster, instance_type: str) -> tuple[Market, ...]:
    """Markets of the first pattern that matches the type, in the order of the ladder; onDemand where none matches."""
    patterns = cluster.node_pools.markets
    found = next((markets for pattern, markets in patterns.items() if fnmatchcase(instance_type, pattern)), None)
    return ("onDemand",) if found is None else tuple(m for m in LADDER if m in found)
