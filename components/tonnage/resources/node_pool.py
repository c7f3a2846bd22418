"""GpuNodePool: like nodes that Karpenter starts when pods wait for them."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NotRequired, TypedDict

import pulumi

from tonnage.catalog.shipped import shipped_catalog
from tonnage.findings import Finding
from tonnage.manifests.node_pools.coherence import incoherent
from tonnage.manifests.node_pools.karpenter import node_class, node_pool
from tonnage.manifests.node_pools.pool import KarpenterPool, QuietHours
from tonnage.resources.arguments import Arguments, read
from tonnage.resources.base import Component
from tonnage.resources.overrides import Override, overridden
from tonnage.resources.seam import Child
from tonnage.resources.verdict import quantity, settle
from tonnage.units import Duration, Memory


class Market(Enum):
    """How nodes are paid for."""

    RESERVED = "reserved"
    ON_DEMAND = "onDemand"
    SPOT = "spot"


class Architecture(Enum):
    """Instruction set of the nodes."""

    AMD64 = "amd64"
    ARM64 = "arm64"


class QuietHoursArgs(TypedDict):
    """A part of the week in which no node is replaced because its description changed."""

    schedule: str
    """Start, as cron writes it, in UTC: 0 8 * * mon-fri."""
    duration: str
    """Such as 10h."""


class GpuNodePoolArgs(TypedDict):
    """One pool of like nodes. Most values come from the plan."""

    pool: NotRequired[str]
    """Name of the pool in the plan; nodes carry it, and pods select it. Left out: the component's name."""
    cluster: pulumi.Input[str]
    """Name of the EKS cluster."""
    instance_type: str
    """Such as p5.48xlarge."""
    alternates: NotRequired[list[str]]
    """Types that may be bought instead where the planned one is sold out. Each must hold the same pods; the plan's
    alternates do. Their price is not counted. Left out: none."""
    market: NotRequired[Market]
    """Left out: onDemand."""
    reservation: NotRequired[str]
    """Id of the capacity reservation or capacity block, where the market is reserved."""
    zones: list[str]
    """Where nodes may stand."""
    nodes: int
    """Nodes of the plan, spares included. Karpenter starts no more, whatever pods ask for."""
    surge: NotRequired[int]
    """Nodes beyond that while old ones are replaced: a new one starts before the old one goes. Left out: 0, and a
    full pool waits with a new machine image until a node is empty."""
    accelerator: NotRequired[str]
    """Name in the catalogue, such as h100-sxm. Left out: a pool without GPUs, and without their taint."""
    gpus_per_node: NotRequired[int]
    """Left out: 0."""
    arch: NotRequired[Architecture]
    """Left out: amd64."""
    role: NotRequired[pulumi.Input[str]]
    """IAM role of the nodes. Left out: KarpenterNodeRole-<cluster>."""
    discovery: NotRequired[pulumi.Input[str]]
    """Value of the tag karpenter.sh/discovery on subnets and security groups. Left out: the cluster's name."""
    ami: NotRequired[str]
    """Machine image as al2023@vYYYYMMDD. Left out: the version that this release of tonnage ships."""
    disk: NotRequired[str]
    """Root volume. Left out: 200GiB. Local disks of the type hold pods' data where there are any."""
    grace: NotRequired[str]
    """How long pods may take to leave a node that goes: at least their own grace and ten minutes. A training job
    that must save needs more. Left out: 30m."""
    quiet_hours: NotRequired[QuietHoursArgs]
    """When no node is replaced for a changed description. Left out: working days from 8 to 18, UTC."""
    labels: NotRequired[dict[str, str]]
    """Further labels of nodes."""
    tags: NotRequired[dict[str, pulumi.Input[str]]]
    """Further tags of instances and volumes."""
    overrides: NotRequired[dict[str, Override]]
    """Changes of single fields, by object: node-class, node-pool."""


class GpuNodePool(Component):
    """A pool of like nodes: NodePool and EC2NodeClass of Karpenter on AWS, with or without GPUs.

    Running pods are never moved to save money, nodes do not expire, and no more nodes start than are planned. Nodes
    with GPUs carry the GPU taint, so that only pods that ask for GPUs come to them.
    """

    pool: pulumi.Output[str]
    """Name of the pool: value of the label tonnage.dev/pool on its nodes."""

    def __init__(self, name: str, args: GpuNodePoolArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the pool. Raises SpecError with everything that is wrong, before anything is declared."""
        given, found = read(name, args, GpuNodePoolArgs)
        settle(found)
        pool, wrong = _pool(name, given)
        children = [
            Child("node-class", given.fill(node_class(pool))),
            Child("node-pool", given.fill(node_pool(pool)), after=("node-class",)),
        ]
        changed, misled = overridden(name, children, given.values.get("overrides", {}))
        settle([*wrong, *misled])
        super().__init__(name, args, changed, opts, {"pool": pool.name})


def _pool(name: str, given: Arguments) -> tuple[KarpenterPool, tuple[Finding, ...]]:
    values = given.values
    cluster = values["cluster"]
    disk, bad_disk = quantity(Memory, values.get("disk", "200GiB"), f"{name}.disk")
    grace, bad_grace = quantity(Duration, values.get("grace", "30m"), f"{name}.grace")
    quiet, bad_quiet = _quiet_hours(values.get("quiet_hours"), f"{name}.quiet_hours")
    pool = KarpenterPool(
        name=values.get("pool", name),
        instance_types=(values["instance_type"], *values.get("alternates", ())),
        market=values.get("market", Market.ON_DEMAND.value),
        zones=tuple(values["zones"]),
        nodes=values["nodes"],
        role=values.get("role", f"KarpenterNodeRole-{cluster}"),
        ami=values.get("ami", shipped_catalog().releases["ami-al2023"].reference),
        discovery=values.get("discovery", cluster),
        accelerator=values.get("accelerator"),
        gpus_per_node=values.get("gpus_per_node", 0),
        reservation=values.get("reservation"),
        arch=values.get("arch", Architecture.AMD64.value),
        surge=values.get("surge", 0),
        disk=disk,
        grace=grace,
        quiet_hours=quiet,
        labels=values.get("labels", {}),
        tags=values.get("tags", {}),
    )
    unread = (*bad_disk, *bad_grace, *bad_quiet)
    told = {f.where for f in unread}
    return pool, (*unread, *(f for f in incoherent(pool, name) if f.where not in told))


def _quiet_hours(given: Mapping[str, Any] | None, where: str) -> tuple[QuietHours, tuple[Finding, ...]]:
    if given is None:
        return QuietHours(), ()
    duration, wrong = quantity(Duration, given["duration"], f"{where}.duration")
    return QuietHours(given["schedule"], duration), wrong
