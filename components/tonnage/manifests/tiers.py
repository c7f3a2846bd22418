"""PriorityClasses of the three tiers: who yields to whom when nodes are short."""

from dataclasses import dataclass

from tonnage.manifests.contracts import MANAGED_BY, MANAGED_BY_LABEL, PRIORITY_CLASSES
from tonnage.manifests.declared import Manifest


@dataclass(frozen=True)
class Tier:
    """What the scheduler does for pods of one tier."""

    value: int
    """Pods may displace pods of a lower value, never of the same: production never displaces production."""
    preempts: bool
    """Whether a waiting pod may displace others at all."""
    meaning: str


TIERS = {
    "production": Tier(100_000, True, "Serves users. Displaces lower tiers where nodes are short, never production."),
    "standard": Tier(10_000, True, "May wait for a node to start. Displaces best effort only."),
    "bestEffort": Tier(-1, False, "Runs on what is free, and is the first to go. Displaces nothing."),
}
"""By the name that specs use.

One class per tier and none between: any difference of value displaces pods, so a finer order would let a large
production pod evict small ones when a node is lost. All lie far under the classes of Kubernetes' own node and cluster
agents (2,000,000,000 and more) and of users' limit (1,000,000,000). Pods without a class count 0: they stand under
standard, and over best effort, which therefore never takes the place of somebody's forgotten agent.
Source: Kubernetes documentation, "Pod Priority and Preemption".
"""


def priority_class(tier: str) -> Manifest:
    """The PriorityClass of a tier. None is the default of pods that name no class."""
    its = TIERS[tier]
    return {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": PRIORITY_CLASSES[tier], "labels": {MANAGED_BY_LABEL: MANAGED_BY}},
        "value": its.value,
        "preemptionPolicy": "PreemptLowerPriority" if its.preempts else "Never",
        "globalDefault": False,
        "description": its.meaning,
    }
