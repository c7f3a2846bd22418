"""Queueing: usable from every language, checked as a whole, in the order that Kueue needs."""

from typing import Any

import pytest

from resources.stacked import as_floats, objects, recorded, refusals, signature
from tonnage.resources.queueing import Queueing, QueueingArgs

MINIMAL: QueueingArgs = {"gpus": {}, "teams": {"insights": {"cpu": {"cpu": "80", "memory": "240GiB"}}}}
FULL: QueueingArgs = {
    "gpus": {"l40s": 20, "h100-sxm": 16},
    "teams": {
        "insights": {
            "l40s": {"gpus": 12, "cpu": "96", "memory": "576GiB", "ephemeral_storage": "360GiB"},
            "cpu": {"cpu": "80", "memory": "240GiB"},
        },
        "research": {"h100-sxm": {"gpus": 16, "cpu": "128", "memory": "1TiB"}},
    },
    "cohort": "prod-east",
    "borrowing": False,
    "cpu_flavor_labels": {"example.com/class": "cpu"},
    "overrides": {"queue-research": {"because": "a test", "merge": {"spec": {"stopPolicy": "Hold"}}}},
}
KUEUE = "kubernetes:kueue.x-k8s.io/v1beta2"


def test_its_schema_is_what_other_languages_were_promised() -> None:
    """A change here breaks programs that are not Python."""
    assert signature(Queueing) == {
        "borrowing?": "<boolean",
        "cohort?": "<string",
        "cpuFlavorLabels?": "<{<string}",
        "gpus": "<{<integer}",
        "overrides?": "<{<Override}",
        "teams": "<{<{<QueueShareArgs}}",
        "acceleratorLabels?": "<{<{<string}}",
        "taints?": "<{<[<string]}",
        "=clusterQueues": "{string}",
        "QueueShareArgs.cpu": "<string",
        "QueueShareArgs.ephemeralStorage?": "<string",
        "QueueShareArgs.gpus?": "<integer",
        "QueueShareArgs.memory": "<string",
        "Override.because": "<string",
        "Override.merge": "<{<Any}",
    }


@pytest.mark.parametrize("given", [MINIMAL, FULL], ids=["minimal", "full"])
def test_it_declares_the_same_from_python_and_from_another_language(given: QueueingArgs) -> None:
    """There, integers are floats."""
    python = recorded(lambda opts: Queueing("queueing", given, opts)).resources
    assert python == recorded(lambda opts: Queueing("queueing", as_floats(given), opts)).resources


def test_a_queue_comes_after_its_flavors_and_cohort() -> None:
    """A queue whose flavor is missing is not active, and its jobs are told so one by one."""
    made = objects(lambda opts: Queueing("q", FULL, opts))

    assert sorted(made) == [
        "q-cohort",
        "q-flavor-cpu",
        "q-flavor-h100-sxm",
        "q-flavor-l40s",
        "q-queue-insights",
        "q-queue-research",
    ]
    assert made["q-queue-research"].depends_on == (
        f"{KUEUE}:Cohort::q-cohort",
        f"{KUEUE}:ResourceFlavor::q-flavor-cpu",
        f"{KUEUE}:ResourceFlavor::q-flavor-h100-sxm",
        f"{KUEUE}:ResourceFlavor::q-flavor-l40s",
    )


def test_every_object_names_the_provider_and_its_parent() -> None:
    """Never the one that the machine happens to have."""
    made = objects(lambda opts: Queueing("q", FULL, opts))

    assert {d.provider for d in made.values()} == {"pulumi:providers:kubernetes::cluster"}
    assert {d.parent for d in made.values()} == {"tonnage:index:Queueing::q"}


def test_an_override_reaches_its_object() -> None:
    """With its reason, for what the component does not offer."""
    made = objects(lambda opts: Queueing("q", FULL, opts))
    assert made["q-queue-research"].inputs["spec"]["stopPolicy"] == "Hold"


def test_the_names_of_queues_can_be_passed_on() -> None:
    """To the spaces of the teams."""
    seen: list[dict[str, str]] = []
    recorded(lambda opts: Queueing("q", FULL, opts).cluster_queues.apply(seen.append))
    assert seen == [{"insights": "team-insights", "research": "team-research"}]


def test_all_mistakes_are_told_at_once_and_nothing_is_declared() -> None:
    """Quantities, sums and overrides in one go."""
    wrong: QueueingArgs = {
        "gpus": {"l40s": 4},
        "teams": {
            "a": {"l40s": {"gpus": 3, "cpu": "x", "memory": "1GiB"}},
            "b": {"l40s": {"gpus": 3, "cpu": "1", "memory": "1GiB"}, "b300": {"cpu": "1", "memory": "1"}},
        },
        "overrides": {"queue-c": {"because": "a", "merge": {"spec": {}}}},
    }

    found = refusals(lambda opts: Queueing("q", wrong, opts))

    assert [f.partition(": ")[2].partition(": ")[0] for f in found] == [
        "q.gpus.l40s",
        "q.overrides.queue-c",
        "q.teams.a.l40s.cpu",
        "q.teams.b.b300",
        "q.teams.b.b300.memory",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"gpus": None}, "q.gpus: is missing; give it"),
        ({"gpus": {"l40s": 1.5}}, "q.gpus.l40s: input should be a valid integer, not 1.5"),
        ({"borrow": True}, "q.borrow: is not an argument; did you mean 'borrowing'?"),
        ({"borrowing": "yes"}, "q.borrowing: input should be a valid boolean, not 'yes'"),
    ],
)
def test_a_malformed_argument_is_refused_with_its_fix(changes: dict[str, Any], expected: str) -> None:
    """One mistake, one finding."""
    given: Any = {**MINIMAL, **changes}
    (found,) = refusals(lambda opts: Queueing("q", given, opts))
    assert found.startswith(f"error TN501: {expected}")
