"""TeamSpace: usable from every language, checked as a whole, its namespace guarded."""

from typing import Any

import pytest

from resources.stacked import as_floats, objects, recorded, refusals, signature
from tonnage.resources.team_space import TeamPriority, TeamSpace, TeamSpaceArgs

MINIMAL: TeamSpaceArgs = {"team": "search", "quota": {"gpus": 12, "cpu": "48", "memory": "960GiB", "pods": 3}}
FULL: TeamSpaceArgs = {
    **MINIMAL,
    "member_groups": ["search-people"],
    "deployer_groups": ["search-pipeline"],
    "gateway_namespaces": ["gateway"],
    "prometheus_namespaces": ["monitoring"],
    "store_ranges": ["10.0.0.0/8"],
    "cluster_queue": "team-search",
    "priorities": [TeamPriority.PRODUCTION, TeamPriority.BEST_EFFORT],
    "kubernetes": "1.35",
    "overrides": {"quota": {"because": "a test", "merge": {"spec": {"hard": {"pods": "9"}}}}},
}
NAMESPACE = "kubernetes:core/v1:Namespace::search-namespace"


def args(**changes: Any) -> TeamSpaceArgs:
    """The small space's arguments with changes."""
    return {**MINIMAL, **changes}  # type: ignore[typeddict-item] # tests give wrong ones on purpose


def test_its_schema_is_what_other_languages_were_promised() -> None:
    """A change here breaks programs that are not Python."""
    assert signature(TeamSpace) == {
        "clusterQueue?": "<string",
        "deployerGroups?": "<[<string]",
        "gatewayNamespaces?": "<[<string]",
        "memberGroups?": "<[<string]",
        "overrides?": "<{<Override}",
        "kubernetes?": "<string",
        "priorities?": "<[<TeamPriority]",
        "prometheusNamespaces?": "<[<string]",
        "quota": "<QuotaArgs",
        "storeRanges?": "<[<string]",
        "team": "<string",
        "=namespace": "string",
        "QuotaArgs.cpu": "<string",
        "QuotaArgs.gpus": "<integer",
        "QuotaArgs.memory": "<string",
        "QuotaArgs.pods": "<integer",
        "TeamPriority": "production | standard | bestEffort",
        "Override.because": "<string",
        "Override.merge": "<{<Any}",
    }


@pytest.mark.parametrize("given", [MINIMAL, FULL], ids=["minimal", "full"])
def test_it_declares_the_same_from_python_and_from_another_language(given: TeamSpaceArgs) -> None:
    """There, integers are floats."""
    python = recorded(lambda opts: TeamSpace("search", given, opts)).resources
    assert python == recorded(lambda opts: TeamSpace("search", as_floats(given), opts)).resources


def test_the_namespace_comes_first_and_is_guarded() -> None:
    """Deleting it would take everything in it along; all else can be made again."""
    made = objects(lambda opts: TeamSpace("search", FULL, opts))
    namespace = made.pop("search-namespace")

    assert (namespace.protect, namespace.retain_on_delete) == (True, True)
    assert all(NAMESPACE in d.depends_on for d in made.values())
    assert not [d.name for d in made.values() if d.protect]


def test_every_object_names_the_provider_and_its_parent() -> None:
    """Never the one that the machine happens to have."""
    made = objects(lambda opts: TeamSpace("search", FULL, opts))

    assert {d.provider for d in made.values()} == {"pulumi:providers:kubernetes::cluster"}
    assert {d.parent for d in made.values()} == {"tonnage:index:TeamSpace::search"}


def test_a_binding_comes_after_its_role() -> None:
    """Where the role is declared here; the role of people is built in."""
    made = objects(lambda opts: TeamSpace("search", FULL, opts))
    role = "kubernetes:rbac.authorization.k8s.io/v1:Role::search"

    assert f"{role}-deployer" in made["search-deployer-binding"].depends_on
    assert f"{role}-batch" in made["search-batch-binding"].depends_on
    assert made["search-members-binding"].depends_on == (NAMESPACE,)


def test_another_queue_replaces_the_teams_queue() -> None:
    """Kueue refuses the edit."""
    queue = objects(lambda opts: TeamSpace("search", FULL, opts))["search-queue"]
    assert (queue.replace_on_changes, queue.delete_before_replace) == (("spec.clusterQueue",), True)


def test_an_override_reaches_its_object() -> None:
    """With its reason, for what the component does not offer."""
    hard = objects(lambda opts: TeamSpace("search", FULL, opts))["search-quota"].inputs["spec"]["hard"]
    assert (hard["pods"], hard["requests.nvidia.com/gpu"]) == ("9", "12")


def test_tiers_and_rules_reach_the_objects_that_hold_them() -> None:
    """The quota of priorities names PriorityClasses; the namespace the release whose rules hold."""
    made = objects(lambda opts: TeamSpace("search", FULL, opts))

    (_, others) = made["search-priorities"].inputs["spec"]["scopeSelector"]["matchExpressions"]
    assert others["values"] == ["tonnage-best-effort", "tonnage-production"]
    assert made["search-namespace"].inputs["metadata"]["labels"]["pod-security.kubernetes.io/enforce-version"] == (
        "v1.35"
    )


def test_its_namespace_can_be_passed_on() -> None:
    """To what is put into it."""
    seen: list[str] = []
    recorded(lambda opts: TeamSpace("s", MINIMAL, opts).namespace.apply(seen.append))
    assert seen == ["team-search"]


def test_all_mistakes_are_told_at_once_and_nothing_is_declared() -> None:
    """Quantities, groups, ranges and overrides in one go."""
    wrong = args(
        quota={"gpus": -1, "cpu": "many", "memory": "960", "pods": 3},
        deployer_groups=["system:authenticated"],
        store_ranges=["everywhere"],
        overrides={"namespce": {"because": "a", "merge": {"spec": {}}}},
    )

    found = refusals(lambda opts: TeamSpace("s", wrong, opts))

    assert [f.partition(": ")[2].partition(": ")[0] for f in found] == [
        "s.deployer_groups",
        "s.overrides.namespce",
        "s.quota.cpu",
        "s.quota.gpus",
        "s.quota.memory",
        "s.store_ranges",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"team": None}, "s.team: is missing; give it"),
        ({"quota": {"gpus": 1, "cpu": "1", "memory": "1GiB"}}, "s.quota.pods: is missing; give it"),
        ({"kubernetes": "v1.35"}, "s.kubernetes: 'v1.35' is no minor version of Kubernetes; write it like \"1.35\""),
        ({"priorities": ["gold"]}, "s.priorities[0]: "),
        ({"members": ["a"]}, "s.members: is not an argument; did you mean 'member_groups'?"),
        ({"store_ranges": "10.0.0.0/8"}, "s.store_ranges: input should be a valid list, not '10.0.0.0/8'"),
    ],
)
def test_a_malformed_argument_is_refused_with_its_fix(changes: dict[str, Any], expected: str) -> None:
    """One mistake, one finding."""
    (found,) = refusals(lambda opts: TeamSpace("s", args(**changes), opts))
    assert found.startswith(f"error TN501: {expected}")
