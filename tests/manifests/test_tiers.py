"""Who yields to whom when nodes are short."""

from itertools import product
from pathlib import Path

import pytest

from manifests.judge import judge
from tonnage.manifests.contracts import PRIORITY_CLASSES
from tonnage.manifests.tiers import TIERS, priority_class

CLASSES = {tier: priority_class(tier) for tier in PRIORITY_CLASSES}


@pytest.mark.parametrize("tier", PRIORITY_CLASSES)
def test_kubernetes_takes_each_class(tier: str, data: Path) -> None:
    """Under the name that pods use, and none of them holds for pods that name no class."""
    manifest = CLASSES[tier]

    assert judge(manifest, data) == []
    assert manifest["metadata"]["name"] == PRIORITY_CLASSES[tier]
    assert manifest["globalDefault"] is False


def displaces(waiting: str, running: str) -> bool:
    """Kubernetes' rule: a waiting pod displaces those of a lower value, unless its class never displaces."""
    mine, theirs = CLASSES[waiting], CLASSES[running]
    return bool(mine["preemptionPolicy"] == "PreemptLowerPriority" and mine["value"] > theirs["value"])


def test_only_lower_tiers_are_displaced() -> None:
    """Production never displaces production, and best effort displaces nothing."""
    pairs = {(a, b) for a, b in product(CLASSES, CLASSES) if displaces(a, b)}

    assert pairs == {("production", "standard"), ("production", "bestEffort"), ("standard", "bestEffort")}


def test_agents_of_the_cluster_stand_above_all_tiers_and_forgotten_pods_above_best_effort() -> None:
    """Kubernetes' own classes start at 2,000,000,000; pods without a class count 0."""
    values = [manifest["value"] for manifest in CLASSES.values()]

    assert max(values) <= 1_000_000_000
    assert CLASSES["bestEffort"]["value"] < 0 < CLASSES["standard"]["value"]
    assert TIERS.keys() == PRIORITY_CLASSES.keys()
