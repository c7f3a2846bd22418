"""A team's place on a cluster, as its objects need it."""

from dataclasses import dataclass

from tonnage.capacity.result import CapacityPlan, TeamQuota
from tonnage.manifests.contracts import PRIORITY_CLASSES
from tonnage.names import team_namespace
from tonnage.units import Cpu, Memory

ANYWHERE = ("0.0.0.0/0", "::/0")


@dataclass(frozen=True)
class Quota:
    """What all pods of the team may ask for together, the further replica of a rollout included."""

    gpus: int
    cpu: Cpu
    memory: Memory
    pods: int


@dataclass(frozen=True)
class Space:
    """One team on one cluster."""

    team: str
    quota: Quota
    member_groups: tuple[str, ...] = ()
    """Groups of people: they look at everything but secrets, and run batch jobs where there is a queue."""
    deployer_groups: tuple[str, ...] = ()
    """Groups of the team's pipeline: they apply the team's stack."""
    gateway_namespaces: tuple[str, ...] = ()
    """From where requests come to the engines."""
    prometheus_namespaces: tuple[str, ...] = ()
    """From where the engines' metrics are read."""
    store_ranges: tuple[str, ...] = ANYWHERE
    """Addresses, in CIDR form, that weights and data may be read from, by TLS."""
    cluster_queue: str | None = None
    """Where the team's batch jobs queue; None: they do not."""
    priorities: tuple[str, ...] = tuple(PRIORITY_CLASSES)
    """Tiers that the team's pods may name; pods of every other PriorityClass are refused."""
    kubernetes: str | None = None
    """Minor version (1.35) whose Pod Security rules are enforced; None: that of the server, whichever it is."""
    gpu_resource: str = "nvidia.com/gpu"

    @property
    def namespace(self) -> str:
        """The team's namespace."""
        return team_namespace(self.team)


def quota_of(planned: TeamQuota) -> Quota:
    """The quota that a plan counts for a team, over all accelerators: Kubernetes cannot tell them apart."""
    return Quota(sum(planned.gpus.values()), planned.cpu, planned.memory, planned.pods)


def priorities_of(plan: CapacityPlan, team: str) -> tuple[str, ...]:
    """Tiers in which a plan runs any work of the team, the highest first."""
    used = {w.priority for w in plan.workloads if w.id.team == team}
    used |= {w.priority for w in plan.idle_work if w.id.team == team}
    used |= {*plan.former_tiers.get(team, ())}  # pods of the plan before may still have them, until released
    return tuple(tier for tier in PRIORITY_CLASSES if tier in used)
