"""One pool of like nodes, every value decided, as Karpenter on AWS needs it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tonnage.units import Duration, Memory


@dataclass(frozen=True)
class QuietHours:
    """A part of the week in which no node is replaced because its description changed. Times are UTC."""

    schedule: str = "0 8 * * mon-fri"
    """Start, as cron writes it."""
    duration: Duration = field(default_factory=lambda: Duration.parse("10h"))


@dataclass(frozen=True)
class KarpenterPool:
    """Nodes of one type in one market, started by Karpenter on AWS when pods wait for them."""

    name: str
    """Of the pool in the plan: the objects are called so, and nodes carry it as a label."""
    instance_types: tuple[str, ...]
    """The planned type first, then those that may take its place."""
    market: str
    """reserved, onDemand or spot."""
    zones: tuple[str, ...]
    nodes: int
    """Nodes of the plan, spares included. The limit rests on it: no mistake of a workload can buy more."""
    role: str
    """IAM role of the nodes."""
    ami: str
    """alias@version."""
    discovery: str
    """Value of the tag karpenter.sh/discovery on subnets and security groups."""
    accelerator: str | None = None
    """Name in the catalogue; None: a pool without GPUs."""
    gpus_per_node: int = 0
    reservation: str | None = None
    """Id of the capacity reservation or block."""
    arch: str = "amd64"
    surge: int = 0
    """Nodes beyond `nodes` while old ones are replaced."""
    disk: Memory = field(default_factory=lambda: Memory.parse("200GiB"))
    """Root volume: images and, where the type has no disk of its own, everything that pods write."""
    grace: Duration = field(default_factory=lambda: Duration.parse("30m"))
    """How long pods may take to leave a node that goes; then they are killed."""
    quiet_hours: QuietHours = QuietHours()
    labels: Mapping[str, str] = field(default_factory=dict)
    """Further labels of nodes."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Further tags of instances and volumes, for the cloud's bill."""
