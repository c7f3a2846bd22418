"""What a number of nodes rests on, as the plan says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tonnage.units import MoneyRate


@dataclass(frozen=True)
class NodeCount:
    """Nodes that are enough under one promise of how pods are placed; spares are apart."""

    scheduling: str
    """packed, pinned or unpinned, as in the cluster's spec."""
    promise: str
    """The same in words."""
    nodes: Mapping[str, int] | None
    """By pool. None: not simulated, the plan is too large."""
    beyond: MoneyRate | None = None
    """What the nodes beyond those of the packing cost, as a mean over the month. None: a price is unknown, or `nodes`.

    Reserved ones cost nothing more.
    """
    pending: Mapping[str, int] = field(default_factory=dict)
    """Pods by workload that wait in the worst order even so: limits refuse the nodes that they would need."""
