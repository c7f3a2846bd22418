"""TeamSpace: a team's place on a cluster. The platform declares it, so that a team cannot widen it."""

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from typing import Any, NotRequired, TypedDict

import pulumi

from tonnage.findings import Finding, errors
from tonnage.manifests.tenancy.objects import objects
from tonnage.manifests.tenancy.problems import findings
from tonnage.manifests.tenancy.space import Quota, Space
from tonnage.resources.arguments import read
from tonnage.resources.base import Component
from tonnage.resources.overrides import Override, overridden
from tonnage.resources.seam import Child
from tonnage.resources.verdict import quantity, settle
from tonnage.units import Cpu, Memory

_BOUND = ("deployer-binding", "batch-binding")


class TeamPriority(Enum):
    """Tier that a team's pods may name: its PriorityClass."""

    PRODUCTION = "production"
    STANDARD = "standard"
    BEST_EFFORT = "bestEffort"


class QuotaArgs(TypedDict):
    """What all pods of a team may ask for together, the further replica of a rollout included."""

    gpus: int
    """Over all accelerators: Kubernetes cannot tell them apart."""
    cpu: str
    """Cores, such as 96 or 1500m."""
    memory: str
    """Such as 1TiB."""
    pods: int
    """Pods that have not ended."""


class TeamSpaceArgs(TypedDict):
    """A team on a cluster."""

    team: str
    """Its name; the namespace is called team-<name>."""
    quota: QuotaArgs
    """From the plan."""
    member_groups: NotRequired[list[str]]
    """Groups of people: they see everything but secrets, and run batch jobs where there is a queue."""
    deployer_groups: NotRequired[list[str]]
    """Groups of the team's pipeline: they apply the team's stack, and hold no other right."""
    gateway_namespaces: NotRequired[list[str]]
    """Namespaces that requests come from. Left out: only the team's own pods reach its engines."""
    prometheus_namespaces: NotRequired[list[str]]
    """Namespaces that metrics are read from."""
    store_ranges: NotRequired[list[str]]
    """Addresses that weights and data are read from by TLS, such as 10.0.0.0/8. Left out: anywhere."""
    cluster_queue: NotRequired[str]
    """The team's ClusterQueue of Queueing, for batch jobs. Left out: the team has no queue."""
    priorities: NotRequired[list[TeamPriority]]
    """Tiers that the team's pods may name; pods of every other PriorityClass are refused. Left out: all three."""
    kubernetes: NotRequired[str]
    """Minor version, such as "1.35", whose Pod Security rules are enforced. Left out: the server's own."""
    overrides: NotRequired[dict[str, Override]]
    """Changes of single fields, by object: namespace, quota, priorities, limits, dns, deployer and so on."""


class TeamSpace(Component):
    """A team's place: namespace, quota, defaults of pods, network policies, roles, queue.

    Pods must meet the restricted Pod Security Standard. The namespace is protected from deletion, and stays in the
    cluster when the program drops it.
    """

    namespace: pulumi.Output[str]
    """Name of the namespace."""

    def __init__(self, name: str, args: TeamSpaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the space. Raises SpecError with everything that is wrong, before anything is declared."""
        given, found = read(name, args, TeamSpaceArgs)
        settle(found)
        space, wrong = _space(name, given.values)
        # a range that cannot be read makes no policy; the names of the objects are the same without it
        built = objects(replace(space, store_ranges=()) if errors(wrong) else space)
        children = [Child(child, manifest, _after(child)) for child, manifest in built.items()]
        changed, misled = overridden(name, children, given.values.get("overrides", {}))
        settle([*wrong, *misled])
        super().__init__(name, given.values, changed, opts, {"namespace": space.namespace})


def _space(name: str, values: Mapping[str, Any]) -> tuple[Space, tuple[Finding, ...]]:
    quota = values["quota"]
    cpu, bad_cpu = quantity(Cpu, quota["cpu"], f"{name}.quota.cpu")
    memory, bad_memory = quantity(Memory, quota["memory"], f"{name}.quota.memory")
    lists = (
        "member_groups",
        "deployer_groups",
        "gateway_namespaces",
        "prometheus_namespaces",
        "store_ranges",
        "priorities",
    )
    given: dict[str, Any] = {field: tuple(values[field]) for field in lists if field in values}
    space = Space(
        team=values["team"],
        quota=Quota(quota["gpus"], cpu, memory, quota["pods"]),
        cluster_queue=values.get("cluster_queue"),
        kubernetes=values.get("kubernetes"),
        **given,
    )
    return space, (*bad_cpu, *bad_memory, *findings(space, name))


def _after(child: str) -> tuple[str, ...]:
    """Everything is in the namespace; a binding comes after its role where the role is declared here too."""
    if child == "namespace":
        return ()
    return ("namespace", child.removesuffix("-binding")) if child in _BOUND else ("namespace",)
