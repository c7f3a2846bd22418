"""What teams may hold and what they pay, and what the cloud account holds and pays besides."""

from collections.abc import Mapping
from dataclasses import dataclass

from tonnage.capacity.shapes import WorkloadId
from tonnage.units import Cpu, Memory, Money, MoneyRate, Share


@dataclass(frozen=True)
class TeamQuota:
    """What a team's namespace may hold, derived from the plan."""

    gpus: Mapping[str, int]
    """GPUs by accelerator, rollout surge included."""
    cpu: Cpu
    memory: Memory
    pods: int


@dataclass(frozen=True)
class TeamCost:
    """A team's part of the bill. All parts and `CapacityPlan.idle` sum exactly to the total."""

    rate: MoneyRate
    budget: MoneyRate | None
    unpriced: tuple[str, ...] = ()
    """Pools used whose price is unknown: `rate` is then a lower bound."""


@dataclass(frozen=True)
class AccountUse:
    """Use of one quota of the cloud account."""

    name: str
    used_vcpus: int
    limit_vcpus: int


@dataclass(frozen=True)
class UnusedReservation:
    """Reserved nodes that nothing was placed on."""

    id: str
    instance_type: str
    nodes: int
    rate: MoneyRate | None = None
    """Per node, paid all the same. None: unknown."""


@dataclass(frozen=True)
class RunCost:
    """What a run with a start costs beside everything else: its nodes are paid for while it is under way."""

    id: WorkloadId
    hours: Share
    """Part of the plan's month in which it is under way."""
    money: Money | None
    """In the plan's month, beyond what would be paid without it. None: a price is unknown."""
