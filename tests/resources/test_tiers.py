"""Tiers: the PriorityClasses that all pods of tonnage name."""

from pathlib import Path

import pulumi

from manifests.judge import judge
from resources.programs import Declares, declared, from_another_language, manifests, problems
from resources.stacked import signature
from tonnage.manifests.contracts import PRIORITY_CLASSES
from tonnage.resources.tiers import Tiers, TiersArgs


def tiers(args: TiersArgs) -> Declares:
    """A program with the tiers."""
    return lambda options: Tiers("tiers", args, options)


def test_every_class_is_one_that_kubernetes_takes(data: Path) -> None:
    """Under the names that pods use."""
    objects = manifests(tiers({}))

    assert {m["metadata"]["name"] for m in objects.values()} == set(PRIORITY_CLASSES.values())
    for manifest in objects.values():
        assert judge(manifest, data) == []


def test_pulumis_own_provider_constructs_it() -> None:
    """As the engine does for a program in another language."""
    assert len(manifests(from_another_language(Tiers, {}))) == 3


def test_a_changed_value_replaces_the_class() -> None:
    """Kubernetes lets neither value nor preemption change."""
    classes = [d for d in declared(tiers({})) if d.is_object]

    assert {frozenset(d.replace_on_changes) for d in classes} == {frozenset({"value", "preemptionPolicy"})}
    assert all(d.delete_before_replace for d in classes)


def test_names_of_the_classes_can_be_used_by_others() -> None:
    """By tier."""
    seen: list[dict[str, str]] = []

    def program(options: pulumi.ResourceOptions) -> None:
        Tiers("tiers", {}, options).classes.apply(seen.append)

    declared(program)
    assert seen == [PRIORITY_CLASSES]


def test_an_override_needs_a_reason_and_an_object() -> None:
    """As in every component."""
    wrong: TiersArgs = {
        "overrides": {
            "production": {"because": "", "merge": {"value": 5}},
            "bestEffort": {"because": "a", "merge": {"value": 5}},
        }
    }
    assert problems(tiers(wrong)) == ["tiers.overrides.bestEffort", "tiers.overrides.production.because"]


def test_the_arguments_that_other_languages_see() -> None:
    """A change here breaks programs that are not Python."""
    assert signature(Tiers) == {
        "overrides?": "<{<Override}",
        "=classes": "{string}",
        "Override.because": "<string",
        "Override.merge": "<{<Any}",
    }
