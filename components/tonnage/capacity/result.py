"""Values that the planner returns. All frozen; nothing here decides.

Small ones are in `shapes` and `accounts`, and found here too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from tonnage.capacity.accounts import AccountUse as AccountUse  # noqa: PLC0414 found here too
from tonnage.capacity.accounts import RunCost as RunCost  # noqa: PLC0414 found here too
from tonnage.capacity.accounts import TeamCost as TeamCost  # noqa: PLC0414 found here too
from tonnage.capacity.accounts import TeamQuota as TeamQuota  # noqa: PLC0414 found here too
from tonnage.capacity.accounts import UnusedReservation as UnusedReservation  # noqa: PLC0414 found here too
from tonnage.capacity.ledger import Entry
from tonnage.capacity.scheduling import NodeCount as NodeCount  # noqa: PLC0414 found here too
from tonnage.capacity.shapes import Interval as Interval  # noqa: PLC0414 found here too
from tonnage.capacity.shapes import Layout as Layout  # noqa: PLC0414 found here too
from tonnage.capacity.shapes import PodShape as PodShape  # noqa: PLC0414 found here too
from tonnage.capacity.shapes import WorkloadId as WorkloadId  # noqa: PLC0414 found here too
from tonnage.findings import Finding
from tonnage.units import Duration, Memory, MoneyRate, Rate, Share


@dataclass(frozen=True)
class Prediction:
    """How one replica is expected to perform at its largest allowed load. None: not known for this accelerator."""

    batch: int
    """Sequences in flight."""
    ttft: Duration | None
    tpot: Duration | None
    tpot_interval: Interval | None
    """Milliseconds."""
    rate: Rate | None
    """Requests per second that one replica takes, before the derate."""
    derate: Share
    kv_per_gpu: Memory
    kv_sequences: int
    """Sequences of input plus output that the KV cache holds."""


@dataclass(frozen=True)
class EngineSettings:
    """What the engine must be started with for the prediction to hold."""

    precision: str
    """Weight format as served."""
    kv_precision: str
    context_length: int
    """Longest sequence, tokens (vLLM: max-model-len)."""
    max_num_seqs: int
    memory_fraction: Share
    """Part of GPU memory (vLLM: gpu-memory-utilization)."""


@dataclass(frozen=True)
class Option:
    """One way to run a workload: layout, count, shape, prediction, and why this count."""

    workload: WorkloadId
    layout: Layout | None
    """None for workloads without a model (batch pods)."""
    replicas: int
    replicas_interval: tuple[int, int] | None
    """Replicas at the favourable and the unfavourable end of the interval."""
    pod: PodShape
    prediction: Prediction | None
    binding: str
    """The limit that stops one replica: weights, kv, tpot, ttft, queue, compute, max_num_seqs, set by the user."""
    ledger: tuple[Entry, ...] = ()
    findings: tuple[Finding, ...] = ()
    engine: EngineSettings | None = None
    """None for workloads without a model."""
    by_phase: Mapping[str, int] = field(default_factory=dict)
    """Replicas that each phase of the cluster needs; `replicas`, which are declared, are the most of them.

    Empty where one number holds at all hours.
    """


@dataclass(frozen=True)
class Rejection:
    """A layout or accelerator that lost, and by what quantity."""

    what: str
    """h100-sxm x1"""
    why: str
    """weights and overhead exceed the budget by 0.1 GiB"""


@dataclass(frozen=True)
class Sizing:
    """Everything that sizing found for one workload: what could run, and what could not."""

    workload: WorkloadId
    options: tuple[Option, ...]
    rejections: tuple[Rejection, ...]
    findings: tuple[Finding, ...] = ()
    explain: Callable[[int], tuple[Entry, ...]] | None = field(default=None, compare=False, repr=False)
    """How the numbers of the option at a place follow, told when asked, for most options lose.

    None: each option holds its own ledger.
    """

    def chosen(self, place: int) -> Option:
        """The option at that place with its ledger."""
        option = self.options[place]
        return replace(option, ledger=self.explain(place)) if self.explain else option


@dataclass(frozen=True)
class PricedBy:
    """The price that a pool was counted with."""

    rate: MoneyRate | None
    """Per node. None: unknown, and the total is a lower bound."""
    source: str
    as_of: date | None
    sunk: bool = False
    """Paid whether used or not (a reservation)."""


@dataclass(frozen=True)
class Pattern:
    """What sits on one node, and on how many nodes of the pool."""

    nodes: int
    pods: Mapping[str, int]
    """Pods by workload (`team/name`)."""


@dataclass(frozen=True)
class Pool:
    """Nodes of one type in one market and zone set."""

    name: str
    instance_type: str
    accelerator: str | None
    gpus_per_node: int
    market: str
    """reserved, onDemand or spot."""
    zones: tuple[str, ...]
    count: int
    """Nodes that the pods need, without spares."""
    spares: int
    price: PricedBy
    patterns: tuple[Pattern, ...]
    alternates: tuple[str, ...]
    """Types of the cluster on which every pattern would fit as well."""
    reservation: str | None = None
    """Id of the reservation or capacity block."""
    vcpus_per_node: int = 0
    utilisation: Mapping[str, Share] = field(default_factory=dict)
    """Used part of the allocatable, by dimension, over `count` nodes."""
    by_phase: Mapping[str, int] = field(default_factory=dict)
    """Nodes, spares included, that stand in each part of the month (`CapacityPlan.phases`).

    Empty where all stand at all hours.
    """
    paid: Share | None = None
    """Part of nodes x hours that is paid for, to a billionth, where nodes are given back; None: all of it."""
    extra: int = 0
    """Nodes beyond `count` that the cluster's `scheduling` needs: with them pods find places in any order it allows."""
    releasing: int = 0
    """Nodes of the plan before that nothing needs any more: they stand until they are released."""

    @property
    def cost(self) -> MoneyRate | None:
        """What all its nodes cost, as a mean over the month; None: unknown."""
        part = Fraction(1) if self.paid is None else self.paid.amount
        return None if self.price.rate is None else self.price.rate * (self.nodes * part)

    @property
    def nodes(self) -> int:
        """Needed, extra and spare nodes, and those that stand until they are released."""
        return self.count + self.extra + self.spares + self.releasing

    @property
    def gpus(self) -> int:
        """GPUs on all nodes."""
        return self.nodes * self.gpus_per_node


@dataclass(frozen=True)
class PlannedWorkload:
    """The chosen option of one workload, and why the others lost."""

    id: WorkloadId
    kind: str
    """serving or batch."""
    priority: str
    option: Option
    pools: Mapping[str, int]
    """Pods by pool name."""
    rejections: tuple[Rejection, ...]
    demand: str
    """The load as stated: 12/s, 2000 in, 400 out. For the report's causes."""
    surge: int = 0
    """Places held for the further replica of a rollout; `pools` and patterns count them too."""
    survive: str = "nothing"
    """The loss after which every replica finds a place again."""


@dataclass(frozen=True)
class IdleWork:
    """Work that buys no nodes: what of it fits on what others leave free."""

    id: WorkloadId
    priority: str
    demand: str
    """4B tokens a week; or 40 pods."""
    layout: Layout | None
    pod: PodShape
    places: Mapping[str, int]
    """Pods that find room in each part of the month (`CapacityPlan.phases`)."""
    expected: Share
    """Part of the work that is expected to be done. It rests on room that others may take back at any time."""


@dataclass(frozen=True)
class CapacityPlan:
    """The plan of one cluster."""

    cluster: str
    as_of: date
    pools: tuple[Pool, ...]
    workloads: tuple[PlannedWorkload, ...]
    quotas: Mapping[str, TeamQuota]
    costs: Mapping[str, TeamCost]
    idle: MoneyRate
    """Money of what no team uses: free capacity, spares, unused reservations."""
    total: MoneyRate
    """Parts of the teams, `idle` and `releasing`."""
    lower_bound: MoneyRate | None
    """No cheaper plan of the same options exists below this."""
    gap: Share | None
    """cost / lower bound - 1, over what can still be decided (reservations are sunk)."""
    contract: str
    """The scheduling contract under which the counts hold."""
    account: tuple[AccountUse, ...]
    unused_reservations: tuple[UnusedReservation, ...]
    unpriced: tuple[str, ...]
    """Types planned without a known price: the total is a lower bound."""
    ledger: tuple[Entry, ...]
    findings: tuple[Finding, ...]
    phases: Mapping[str, Share] = field(default_factory=dict)
    """Parts of the month in which different workloads run: a phase of the cluster, or one with the runs under way.

    Empty where the same run at all hours.
    """
    runs: tuple[RunCost, ...] = ()
    idle_work: tuple[IdleWork, ...] = ()
    if_scaled: MoneyRate | None = None
    """The total if served models had in each phase only the replicas that it needs; what is declared is the peak.

    None: nothing would change.
    """
    scheduling: str = "packed"
    """The promise of `counts` for which the pools are sized."""
    counts: tuple[NodeCount, ...] = ()
    """Nodes under each promise, the strongest first. Empty where the nodes exist already."""
    releasing: MoneyRate | None = None
    """Part of the total for nodes that stand only until they are released: neither a team's nor idle.

    None: there are none, or no price of them is known.
    """
    after_release: Mapping[str, TeamQuota] = field(default_factory=dict)
    """What quotas shrink to when they are released, by team; until then `quotas` stand."""
    former_tiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Tiers of a team's pods in the plan before that none of its workloads has now: lawful until released, by team."""
