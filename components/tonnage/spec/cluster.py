"""The cluster file: where nodes may come from, and what the platform runs on them."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tonnage.spec.base import Cpu, Memory, MoneyRate, Name, NotPlannedYet, Share, SpecModel

Market = Literal["reserved", "onDemand", "spot"]
Platform = Literal["eks", "gke", "aks", "coreweave", "cluster-api", "existing"]
InstanceType = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=63)]


class Reservation(SpecModel):
    """Nodes that are paid for whether they are used or not."""

    instance_type: InstanceType
    """The reserved type."""
    count: Annotated[int, Field(ge=1, le=10_000)]
    """How many nodes."""
    id: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    """The provider's id of the reservation."""
    zone: str
    """The zone that holds it."""
    kind: Literal["capacityReservation", "capacityBlock"] = "capacityReservation"
    """A capacity block ends by itself; a capacity reservation lasts until it is given up."""
    until: date | None = None
    """The day it ends; left out, it does not."""
    price: MoneyRate | None = None
    """What one node costs; left out, the on-demand price of the price book."""


class Spot(SpecModel):
    """How far spot capacity may be used."""

    max_share: Annotated[Share, NotPlannedYet("spot is used only where a batch workload asks for it")]
    """Largest part of a pool's nodes that may be spot."""


class Limits(SpecModel):
    """What the cluster may never exceed."""

    gpus: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    """Most GPUs in all pools together."""
    cost: MoneyRate | None = None
    """Most money in all pools together."""


class InventoryNodes(SpecModel):
    """Nodes that exist already, of one shape."""

    name: Name
    count: Annotated[int, Field(ge=1, le=100_000)]
    accelerator: str | None = None
    gpus: Annotated[int, Field(ge=0, le=64)] = 0
    cpu: Cpu
    memory: Memory
    rdma: Annotated[int, Field(ge=0, le=64)] = 0
    racks: Mapping[str, int] = {}
    labels: Mapping[str, str] = {}


class AwsNodes(SpecModel):
    """What Karpenter needs to know of the AWS account to start a node."""

    role: str | None = None
    """IAM role of the nodes; left out, KarpenterNodeRole-<cluster>."""
    ami: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+@\S+$")] | None = None
    """Machine image as alias@version, pinned; left out, the pinned version that tonnage ships."""
    discovery: str | None = None
    """Value of the tag karpenter.sh/discovery on subnets and security groups; left out, the cluster's name."""


class NodePools(SpecModel):
    """Where nodes come from and which may be used."""

    provisioner: Annotated[Literal["karpenter", "managed", "cluster-api", "none"], Field()]
    """Who starts nodes. `none`: they exist already and `nodes` lists them."""
    instance_types: tuple[InstanceType, ...] = ()
    """Types that may be bought; `*` is not understood here: a type is a decision."""
    markets: Mapping[str, tuple[Market, ...]] = {}
    """Markets by type, or by a pattern such as `g6e.*`; the first pattern that matches counts. Left out: onDemand."""
    reserved: tuple[Reservation, ...] = ()
    spot: Spot | None = None
    limits: Limits = Limits()
    nodes: Annotated[tuple[InventoryNodes, ...], NotPlannedYet("nodes that exist already are not planned on")] = ()
    aws: AwsNodes = AwsNodes()


class GpuStackSpec(SpecModel):
    """What makes GPUs visible to Kubernetes."""

    mode: Literal["device-plugin", "operator", "dra"] = "device-plugin"
    driver: Literal["preinstalled", "operator"] = "preinstalled"
    """Who owns the driver: the machine image, or the operator."""


class MonitoringSpec(SpecModel):
    """Where metrics go."""

    prometheus_release: Annotated[str, NotPlannedYet("no monitors or alerts are declared yet")]
    """Label `release` that the Prometheus operator selects."""


class AccountQuota(SpecModel):
    """A limit of the cloud account over several instance types."""

    name: str
    instance_types: Annotated[tuple[str, ...], Field(min_length=1)]
    """Types, or patterns such as `p5*`, that count against it."""
    vcpus: Annotated[int, Field(ge=0)]


class ReportSpec(SpecModel):
    """What the pull-request report shows."""

    money: Literal["list", "contract", "hidden"] = "list"


class Cluster(SpecModel):
    """One cluster. The file is clusters/<name>.yaml."""

    kind: Literal["Cluster"]
    name: Name
    platform: Platform
    region: str
    zones: Annotated[tuple[str, ...], Field(min_length=1)]
    kubernetes: Annotated[str, StringConstraints(pattern=r"^1\.\d{1,3}$")]
    """Minor version, quoted: "1.35"."""
    as_of: date
    """The day the plan is made for; prices, reservations and deadlines are judged by it."""
    phases: Annotated[Mapping[str, str], NotPlannedYet("every workload is planned at its highest phase")] = {}
    """Parts of the week by name, for example {day: "Mon-Fri 07:00-20:00 America/New_York", night: rest}."""
    node_pools: NodePools
    gpu_stack: GpuStackSpec = GpuStackSpec()
    monitoring: MonitoringSpec | None = None
    queueing: Literal["kueue", "none"] = "kueue"
    account_quotas: tuple[AccountQuota, ...] = ()
    report: ReportSpec = ReportSpec()
