"""The cluster file: where nodes may come from, and what the platform runs on them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from tonnage.spec.base import (
    Accelerator,
    Cpu,
    Date,
    InstanceType,
    Line,
    Memory,
    MoneyRate,
    Name,
    NotPlannedYet,
    Region,
    Share,
    SpecModel,
    TypePattern,
    Zone,
)
from tonnage.spec.values import Text, Whole

_NOT_BOUGHT: JsonDict = {"properties": {"provisioner": {"const": "none"}}, "required": ["provisioner"]}
_EXISTS: JsonDict = {"properties": {"nodePools": _NOT_BOUGHT}}
"""Form of a cluster file whose nodes exist already, in words of JSON Schema; `also_required` says the same."""
Market = Literal["reserved", "onDemand", "spot"]
Scheduling = Literal["packed", "pinned", "unpinned"]
Platform = Literal["eks", "gke", "aks", "coreweave", "cluster-api", "existing"]


LabelKey = Annotated[
    str,
    Text(
        "a label's key",
        "node.example.com/pool",
        r"^([a-z0-9][a-z0-9.-]*/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$",
        317,
    ),
]
LabelValue = Annotated[str, Text("a label's value", "dgx", r"^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$", 63)]
TaintText = Annotated[
    str,
    Text(
        "a taint",
        "node.example.com/owner=vision:NoSchedule",
        r"^([a-z0-9][a-z0-9.-]*/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?"
        r"(=([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?)?:(NoSchedule|PreferNoSchedule|NoExecute)$",
        396,
    ),
]
PhaseText = Annotated[str, Text("a part of the week", "Mon-Fri 07:00-20:00 America/New_York")]
Role = Annotated[str, Text("a role", "KarpenterNodeRole-prod", r"^[A-Za-z0-9+=,.@_:/-]+$", 512)]
Tag = Annotated[str, Text("a tag's value", "prod-east", r"^[A-Za-z0-9+=,.@_:/-]+$")]
Ami = Annotated[str, Text("an alias with its version", "al2023@v20260101", r"^[a-z0-9]+@[A-Za-z0-9._-]+$")]
Release = Annotated[str, Text("a release's name", "kube-prometheus-stack", r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", 63)]
Minor = Annotated[str, Text("a minor version of Kubernetes", '"1.35"', r"^1\.\d{1,3}$", 8)]


class Reservation(SpecModel):
    """Nodes that are paid for whether they are used or not."""

    instance_type: InstanceType
    """The reserved type."""
    count: Annotated[int, Whole(1, 10_000)]
    """How many nodes."""
    id: Annotated[str, Text("an id of a reservation", "cr-0abc", r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$", 256)]
    """The provider's id of the reservation."""
    zone: Zone
    """The zone that holds it."""
    kind: Literal["capacityReservation", "capacityBlock"] = "capacityReservation"
    """A capacity block ends by itself; a capacity reservation lasts until it is given up."""
    until: Date | None = None
    """The day it ends; left out, it does not."""
    price: MoneyRate | None = None
    """What one node costs; left out, the on-demand price of the price book."""

    def holds_on(self, day: date) -> bool:
        """Whether it still stands on a day; on the day of its end it does not."""
        return self.until is None or self.until > day


class Spot(SpecModel):
    """How far spot capacity may be used."""

    max_share: Annotated[Share, NotPlannedYet("spot is used only where a batch workload asks for it")]
    """Largest part of a pool's nodes that may be spot."""


class Limits(SpecModel):
    """What the cluster may never exceed."""

    gpus: Annotated[int, Whole(0, 1_000_000)] | None = None
    """Most GPUs in all pools together."""
    cost: MoneyRate | None = None
    """Most money in all pools together."""


class InventoryNodes(SpecModel):
    """Nodes that exist already, of one shape."""

    name: Name
    """What the nodes are called in plans."""
    count: Annotated[int, Whole(1, 100_000)]
    """How many nodes."""
    accelerator: Accelerator | None = None
    """Name in the catalogue; left out, the nodes have no GPUs."""
    gpus: Annotated[int, Whole(0, 64)] = 0
    """GPUs of one node."""
    cpu: Cpu
    """Cores of one node: its capacity, or what is allocatable of it."""
    memory: Memory
    """Memory of one node: its capacity, or what is allocatable of it."""
    ephemeral: Memory | None = None
    """Local disk of one node for images, caches and scratch; left out, a root disk of 200GiB is assumed, and said."""
    max_pods: Annotated[int, Whole(1, 10_000)] | None = None
    """Most pods on one node; left out, the platform's default."""
    allocatable: bool = False
    """Whether cpu, memory and ephemeral are what the node reports as allocatable, with all reserves taken off."""
    rdma: Annotated[int, Whole(0, 64)] = 0
    """RDMA interfaces of one node."""
    racks: Mapping[Name, Annotated[int, Whole(1, 100_000)]] = {}
    """Nodes in each rack; needed where a workload must survive the loss of one."""
    labels: Mapping[LabelKey, LabelValue] = {}
    """Labels that all these nodes carry and no others: pods find the nodes by them."""
    taints: tuple[TaintText, ...] = ()
    """Taints that the nodes carry besides the GPU taint; what is planned there tolerates them."""
    price: MoneyRate | None = None
    """What one node costs, used or not; left out, its cost is unknown, and never 0."""


def shared_labels(blocks: Sequence[InventoryNodes]) -> dict[str, str]:
    """Labels that all of these nodes carry; none where there are no nodes."""
    pairs = [set(b.labels.items()) for b in blocks]
    return dict(sorted(set.intersection(*pairs))) if pairs else {}


class AwsNodes(SpecModel):
    """What Karpenter needs to know of the AWS account to start a node."""

    role: Role | None = None
    """IAM role of the nodes; left out, KarpenterNodeRole-<cluster>."""
    ami: Ami | None = None
    """Machine image as alias@version, pinned; left out, the pinned version that tonnage ships."""
    discovery: Tag | None = None
    """Value of the tag karpenter.sh/discovery on subnets and security groups; left out, the cluster's name."""


class NodePools(SpecModel):
    """Where nodes come from and which may be used."""

    provisioner: Annotated[
        Literal["karpenter", "managed", "cluster-api", "none"],
        NotPlannedYet("pools are declared for Karpenter only", ("managed", "cluster-api")),
    ]
    """Who starts nodes. `none`: they exist already and `nodes` lists them."""
    instance_types: tuple[InstanceType, ...] = ()
    """Types that may be bought; `*` is not understood here: a type is a decision."""
    markets: Mapping[TypePattern, tuple[Market, ...]] = {}
    """Markets by type, or by a pattern such as `g6e.*`; the first pattern that matches counts. Left out: onDemand."""
    reserved: tuple[Reservation, ...] = ()
    """Nodes that are paid for already; they are used first."""
    spot: Spot | None = None
    """Bounds for spot nodes."""
    limits: Limits = Limits()
    """What the plan may never exceed."""
    nodes: tuple[InventoryNodes, ...] = ()
    """Nodes that exist already, with provisioner none."""
    aws: AwsNodes = AwsNodes()
    """Settings of Karpenter on AWS."""


class GpuStackSpec(SpecModel):
    """What makes GPUs visible to Kubernetes."""

    mode: Literal["device-plugin", "operator", "dra", "none"] = "device-plugin"
    """The NVIDIA device plugin alone, the GPU operator, or the DRA driver; `none`: the cluster has one already."""
    driver: Literal["preinstalled", "operator"] = "preinstalled"
    """Who owns the driver: the machine image, or the operator."""


class MonitoringSpec(SpecModel):
    """Where metrics go."""

    prometheus_release: Annotated[Release, NotPlannedYet("no monitors or alerts are declared yet")]
    """Label `release` that the Prometheus operator selects."""


class AccountQuota(SpecModel):
    """A limit of the cloud account over several instance types."""

    name: Line
    """The quota's name at the provider."""
    instance_types: Annotated[tuple[TypePattern, ...], Field(min_length=1)]
    """Types, or patterns such as `p5*`, that count against it."""
    vcpus: Annotated[int, Whole(0, 100_000_000)]
    """How many vCPUs the account may have of them."""


class ReportSpec(SpecModel):
    """What the pull-request report shows."""

    money: Literal["list", "contract", "hidden"] = "list"
    """Which prices: of the price list, of the own contracts, or none."""


class Cluster(SpecModel):
    """One cluster. The file is clusters/<name>.yaml."""

    model_config = ConfigDict(json_schema_extra={"if": _EXISTS, "else": {"required": ["region", "zones"]}})

    kind: Literal["Cluster"]
    """What the file describes."""
    name: Name
    """As the file is named."""
    platform: Annotated[
        Platform,
        NotPlannedYet("pools are declared for Karpenter on AWS only", ("gke", "aks", "coreweave", "cluster-api")),
    ]
    """Who runs the control plane: a cloud's service, Cluster API, or whoever made the existing cluster."""
    region: Region | None = None
    """Where prices and quotas are looked up. May be left out where provisioner is none."""
    zones: Annotated[tuple[Zone, ...], Field(min_length=1)] = ()
    """Zones that nodes may be in. May be left out where provisioner is none."""
    kubernetes: Minor
    """Minor version, quoted: "1.35"."""
    as_of: Date
    """The day the plan is made for; prices, reservations and deadlines are judged by it."""
    phases: Mapping[Name, PhaseText] = {}
    """Parts of the week by name, for example {day: "Mon-Fri 07:00-20:00 America/New_York", night: rest}."""
    node_pools: NodePools
    """Where nodes come from."""
    gpu_stack: GpuStackSpec = GpuStackSpec()
    """What makes GPUs visible to Kubernetes."""
    monitoring: MonitoringSpec | None = None
    """Where metrics go."""
    queueing: Literal["kueue", "none"] = "kueue"
    """Who admits batch pods."""
    scheduling: Scheduling = "packed"
    """What the pools are sized for. `packed`: the scheduler fills used nodes first, and large pods are admitted first.
    `pinned`: the stock scheduler, pods in any order, each on the pools it was planned on. `unpinned`: pods on any pool.
    """
    account_quotas: tuple[AccountQuota, ...] = ()
    """Limits of the cloud account, which plans respect."""
    report: ReportSpec = ReportSpec()
    """What the pull-request report shows."""

    @classmethod
    def also_required(cls, tree: Mapping[str, object]) -> tuple[str, ...]:
        """Nodes that are bought lie somewhere; of those that exist already, it need not be said."""
        pools = tree.get("nodePools")
        exists = isinstance(pools, dict) and pools.get("provisioner") == "none"
        return () if exists else ("region", "zones")
