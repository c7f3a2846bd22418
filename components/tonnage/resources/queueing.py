"""Queueing: queues for batch jobs, with what the plan counts for each team. The platform declares it."""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

import pulumi

from tonnage.findings import Finding
from tonnage.manifests.queueing.objects import cluster_queue, cohort, flavors
from tonnage.manifests.queueing.problems import findings
from tonnage.manifests.queueing.queues import Queues, Share, cluster_queue_name
from tonnage.resources.arguments import read
from tonnage.resources.base import Component
from tonnage.resources.overrides import Override, overridden
from tonnage.resources.seam import Child
from tonnage.resources.verdict import quantity, settle
from tonnage.units import Cpu, Memory


class QueueShareArgs(TypedDict):
    """What a team's batch jobs may hold of one flavor at any time."""

    gpus: NotRequired[int]
    """Left out: none."""
    cpu: str
    """Cores, such as 96 or 1500m."""
    memory: str
    """Such as 576GiB."""
    ephemeral_storage: NotRequired[str]
    """Left out: none, and jobs that ask for some are not admitted."""


class QueueingArgs(TypedDict):
    """The queues of a cluster."""

    gpus: dict[str, int]
    """GPUs of the plan by accelerator. No more of them can be promised."""
    teams: dict[str, dict[str, QueueShareArgs]]
    """By team, then by accelerator, or by cpu for nodes without GPUs."""
    cohort: NotRequired[str]
    """Name of the teams' cohort. Left out: tonnage."""
    borrowing: NotRequired[bool]
    """Whether a team may use what others leave free, until they want it back. Left out: yes."""
    cpu_flavor_labels: NotRequired[dict[str, str]]
    """Labels of the nodes without GPUs. Left out: the GPU nodes' taint alone keeps jobs without GPUs off them."""
    accelerator_labels: NotRequired[dict[str, dict[str, str]]]
    """By accelerator, labels of nodes that exist already. Left out: tonnage.dev/accelerator, which pools write."""
    taints: NotRequired[dict[str, list[str]]]
    """By flavor, further taints of nodes that exist already, which admitted jobs tolerate."""
    overrides: NotRequired[dict[str, Override]]
    """Changes of single fields, by object: cohort, flavor-<name>, queue-<team>."""


class Queueing(Component):
    """Kueue's flavors, cohort and one ClusterQueue for each team with batch workloads.

    Served models are not queued: the plan holds a place for each of their pods at all times, and a queue in front of
    them would only delay their return after a loss. Jobs wait by the priority of their pods' PriorityClass. Jobs for
    GPUs must tolerate the GPU taint. Kueue and its definitions must exist.
    """

    cluster_queues: pulumi.Output[dict[str, str]]
    """Name of the ClusterQueue by team: what TeamSpace takes."""

    def __init__(self, name: str, args: QueueingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the queues. Raises SpecError with everything that is wrong, before anything is declared."""
        given, found = read(name, args, QueueingArgs)
        settle(found)
        queues, wrong = _queues(name, given.values)
        changed, misled = overridden(name, _children(queues), given.values.get("overrides", {}))
        settle([*wrong, *misled])
        names = {team: cluster_queue_name(team) for team in sorted(queues.teams)}
        super().__init__(name, given.values, changed, opts, {"cluster_queues": names})


def _children(queues: Queues) -> list[Child]:
    made = [Child(f"flavor-{name}", manifest) for name, manifest in flavors(queues).items()]
    made.append(Child("cohort", cohort(queues)))
    needed = tuple(child.name for child in made)
    return [*made, *(Child(f"queue-{team}", cluster_queue(queues, team), needed) for team in sorted(queues.teams))]


def _queues(name: str, values: Mapping[str, Any]) -> tuple[Queues, tuple[Finding, ...]]:
    found: list[Finding] = []
    teams: dict[str, dict[str, Share]] = {}
    for team, shares in sorted(values["teams"].items()):
        teams[team] = {}
        for flavor, share in sorted(shares.items()):
            teams[team][flavor], wrong = _share(share, f"{name}.teams.{team}.{flavor}")
            found += wrong
    chosen = {
        key: values[key] for key in ("cohort", "borrowing", "cpu_flavor_labels", "accelerator_labels") if key in values
    }
    taints = {flavor: tuple(listed) for flavor, listed in values.get("taints", {}).items()}
    queues = Queues(gpus=values["gpus"], teams=teams, taints=taints, **chosen)
    return queues, (*found, *findings(queues, name))


def _share(values: Mapping[str, Any], where: str) -> tuple[Share, tuple[Finding, ...]]:
    cpu, bad_cpu = quantity(Cpu, values["cpu"], f"{where}.cpu")
    memory, bad_memory = quantity(Memory, values["memory"], f"{where}.memory")
    storage, bad_storage = quantity(Memory, values.get("ephemeral_storage", "0B"), f"{where}.ephemeral_storage")
    return Share(values.get("gpus", 0), cpu, memory, storage), (*bad_cpu, *bad_memory, *bad_storage)
