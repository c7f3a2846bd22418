"""A team's space: lawful objects, limits as planned, rights no wider than their use."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.judge import judge
from manifests.judge_rules import judge_rules
from manifests.serving.factories import FULL as SERVER
from manifests.tenancy.factories import FULL, MINIMAL, space
from stacks.conftest import Reference
from stacks.conftest import repo as repo  # noqa: PLC0414 a fixture: its name is its use
from tonnage.capacity.result import TeamQuota
from tonnage.findings import Severity
from tonnage.manifests.contracts import TEAM_LABEL
from tonnage.manifests.serving.objects import objects as server_objects
from tonnage.manifests.tenancy.objects import QUEUE_NAME, objects
from tonnage.manifests.tenancy.problems import findings
from tonnage.manifests.tenancy.space import Quota, Space, priorities_of, quota_of
from tonnage.units import Cpu, Memory

PLURAL = {
    "Deployment": "deployments",
    "PodDisruptionBudget": "poddisruptionbudgets",
    "Service": "services",
    "ServiceAccount": "serviceaccounts",
}
BOTH = pytest.mark.parametrize("of", [MINIMAL, FULL], ids=["minimal", "full"])


def rights(role: dict[str, Any]) -> set[tuple[str, str, str]]:
    """Group, resource and verb of everything that a role allows."""
    return {
        (g, r, v) for rule in role["rules"] for g in rule["apiGroups"] for r in rule["resources"] for v in rule["verbs"]
    }


@BOTH
def test_every_object_is_one_that_kubernetes_takes(of: Space, data: Path) -> None:
    """Strictly: no unknown field, no wrong type."""
    assert {name: wrong for name, m in objects(of).items() if (wrong := judge(m, data) + judge_rules(m, data))} == {}


@BOTH
def test_everything_carries_the_team_and_lies_in_its_namespace(of: Space) -> None:
    """Selectors of queues and reports rest on the label."""
    made = objects(of)
    namespace = made.pop("namespace")

    assert namespace["metadata"]["name"] == "team-search"
    assert namespace["metadata"]["labels"][TEAM_LABEL] == "search"
    assert {(m["metadata"]["namespace"], m["metadata"]["labels"][TEAM_LABEL]) for m in made.values()} == {
        ("team-search", "search")
    }


def test_the_namespace_lets_in_restricted_pods_only() -> None:
    """And warns the person who applies anything else."""
    labels = objects(MINIMAL)["namespace"]["metadata"]["labels"]

    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert labels["pod-security.kubernetes.io/warn"] == "restricted"


def test_an_upgrade_of_the_server_alone_refuses_no_pod_that_ran_before() -> None:
    """The rules enforced are those of the release that the cluster's file states; of newer ones is warned."""
    key = "pod-security.kubernetes.io/{}-version"
    pinned, free = (objects(of)["namespace"]["metadata"]["labels"] for of in (FULL, MINIMAL))

    assert (pinned[key.format("enforce")], pinned[key.format("warn")]) == ("v1.35", "latest")
    assert (free[key.format("enforce")], free[key.format("warn")]) == ("latest", "latest")


@pytest.mark.parametrize(
    ("tiers", "own"),
    [
        (("bestEffort", "production"), ["tonnage-best-effort", "tonnage-production"]),
        (("standard",), ["tonnage-standard"]),
    ],
)
def test_pods_of_a_priority_that_the_plan_does_not_give_are_refused(tiers: tuple[str, ...], own: list[str]) -> None:
    """Those of the system too: whoever may create a pod could displace other teams' production otherwise."""
    quota = objects(space(priorities=tiers))["priorities"]["spec"]

    assert quota["hard"] == {"pods": "0"}
    assert quota["scopeSelector"]["matchExpressions"] == [
        {"scopeName": "PriorityClass", "operator": "Exists"},
        {"scopeName": "PriorityClass", "operator": "NotIn", "values": own},
    ]


def test_a_team_without_work_may_name_no_priority_at_all() -> None:
    """Kubernetes takes no empty list of values."""
    quota = objects(space(priorities=()))["priorities"]["spec"]
    assert quota["scopeSelector"]["matchExpressions"] == [{"scopeName": "PriorityClass", "operator": "Exists"}]


def test_the_tiers_of_a_team_are_those_of_its_planned_work(repo: Reference) -> None:
    """Of workloads, and of work on idle capacity."""
    plan = repo.plans["prod-east"]

    assert {team: priorities_of(plan, team) for team in sorted(plan.quotas)} == {
        "assist": ("production", "standard"),
        "insights": ("standard", "bestEffort"),
        "search": ("production",),
    }


def test_the_quota_is_what_the_plan_counts() -> None:
    """Over all accelerators, with the further replica of a rollout; and no door to the outside."""
    planned = TeamQuota({"h100-sxm": 8, "l40s": 5}, Cpu.parse("50500m"), Memory.parse("1000GiB"), 7)

    assert objects(space(quota=quota_of(planned)))["quota"]["spec"]["hard"] == {
        "requests.nvidia.com/gpu": "13",
        "requests.cpu": "50500m",
        "requests.memory": "1000Gi",
        "pods": "7",
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }


def test_a_container_that_names_no_amounts_gets_modest_ones_and_no_limit() -> None:
    """A default limit would refuse every container that asks for more and names none."""
    (limit,) = objects(MINIMAL)["limits"]["spec"]["limits"]

    assert limit["type"] == "Container"
    assert set(limit["defaultRequest"]) == {"cpu", "memory", "ephemeral-storage"}
    assert "default" not in limit


def test_the_deployer_may_write_exactly_what_a_teams_stack_declares() -> None:
    """Nothing more, so that a stolen pipeline cannot read secrets, widen rights or open the network."""
    declared = {(str(m["apiVersion"]).rpartition("/")[0], PLURAL[m["kind"]]) for m in server_objects(SERVER).values()}
    allowed = rights(objects(FULL)["deployer"])
    changing = {(g, r) for g, r, verb in allowed if verb not in {"get", "list", "watch"}}

    assert changing == declared
    assert all({(g, r, verb) for verb in ("create", "get", "patch", "delete")} <= allowed for g, r in declared)


@BOTH
def test_no_role_holds_secrets_wildcards_or_the_right_to_give_rights(of: Space) -> None:
    """In none of the namespace's roles."""
    for role in (m for m in objects(of).values() if m["kind"] == "Role"):
        for group, resource, verb in rights(role):
            assert "*" not in {group, resource, verb}
            assert resource not in {"secrets", "pods/exec", "pods/attach", "serviceaccounts/token"}
            assert group != "rbac.authorization.k8s.io"
            assert verb not in {"escalate", "bind", "impersonate", "deletecollection"}


def test_groups_are_bound_only_where_they_are_named() -> None:
    """People look, the pipeline deploys, jobs are for those who have a queue."""
    bound = {
        name: (m["roleRef"]["kind"], m["roleRef"]["name"], [s["name"] for s in m["subjects"]])
        for name, m in objects(FULL).items()
        if m["kind"] == "RoleBinding"
    }

    assert bound == {
        "deployer-binding": ("Role", "deployer", ["search-pipeline"]),
        "members-binding": ("ClusterRole", "view", ["on-call", "search-people"]),
        "batch-binding": ("Role", "batch", ["on-call", "search-people"]),
    }
    assert not [m for m in objects(MINIMAL).values() if m["kind"] == "RoleBinding"]
    assert not {"batch", "batch-binding", "queue"} & objects(space(member_groups=("people",))).keys()


def test_people_who_run_jobs_see_why_these_wait() -> None:
    """The built-in role for viewing holds no kind of Kueue; they change none of them."""
    held = {right for right in rights(objects(FULL)["batch"]) if right[0] == "kueue.x-k8s.io"}
    assert held == {("kueue.x-k8s.io", r, v) for r in ("localqueues", "workloads") for v in ("get", "list", "watch")}


def test_a_batch_queue_is_named_so_that_served_models_never_fall_into_it() -> None:
    """Kueue takes what carries no label into a queue called default."""
    queue = objects(FULL)["queue"]

    assert queue["spec"] == {"clusterQueue": "team-search"}
    assert queue["metadata"]["name"] == QUEUE_NAME != "default"


@given(st.permutations(["a", "b", "c"]))
def test_the_order_of_groups_and_namespaces_changes_nothing(names: list[str]) -> None:
    """Same meaning, same bytes."""
    fields = ("member_groups", "deployer_groups", "gateway_namespaces", "prometheus_namespaces")
    assert objects(space(**dict.fromkeys(fields, tuple(names)))) == objects(
        space(**dict.fromkeys(fields, ("a", "b", "c")))
    )


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "team": ({"team": "Search"}, "s.team: no namespace can be called 'team-Search'; use lower-case letters"),
    "long team": ({"team": "a" * 60}, "s.team: no namespace can be called"),
    "queue": ({"cluster_queue": "a b"}, "s.cluster_queue: 'a b' is no name of a ClusterQueue; name the one that Queue"),
    "gpus": (
        {"quota": Quota(-1, Cpu.parse("4"), Memory.gib(1), 1)},
        "s.quota.gpus: -1 is less than nothing; give what the plan counts",
    ),
    "no pods": (
        {"quota": Quota(4, Cpu.parse("4"), Memory.gib(1), 0)},
        "s.quota.pods: no pod could use the GPUs; give what the plan counts",
    ),
    "no cpu": (
        {"quota": Quota(0, Cpu.parse("0"), Memory.gib(1), 1)},
        "s.quota.cpu: is 0, so no pod could start; give what the plan counts",
    ),
    "no memory": (
        {"quota": Quota(0, Cpu.parse("1"), Memory.gib(0), 1)},
        "s.quota.memory: is 0, so no pod could start; give what the plan counts",
    ),
    "tier": ({"priorities": ("gold",)}, "s.priorities: 'gold' is no tier; name some of: production, standard, bestE"),
    "release": ({"kubernetes": "1.035"}, "s.kubernetes: '1.035' is no minor version of Kubernetes; write it like"),
    "nobody": ({"member_groups": (" ",)}, "s.member_groups: names a group without a name; drop it"),
    "everyone": (
        {"deployer_groups": ("system:authenticated",)},
        "s.deployer_groups: system:authenticated is everyone who reaches the API server; name a group of the team",
    ),
    "masters": ({"member_groups": ("system:masters",)}, "s.member_groups: system:masters may do everything already"),
    "twice": ({"member_groups": ("a", "a")}, "s.member_groups: names a group twice; keep one of them"),
    "range": (
        {"store_ranges": ("10.0.0.1/8",)},
        "s.store_ranges: '10.0.0.1/8' is no range of addresses; write it like 10.0.0.0/8, without bits behind the mask",
    ),
    "gateway": ({"gateway_namespaces": ("A",)}, "s.gateway_namespaces: 'A' is no name of a namespace; name the names"),
    "prometheus": ({"prometheus_namespaces": ("",)}, "s.prometheus_namespaces: '' is no name of a namespace; name the"),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_an_incoherent_space_is_refused_with_its_fix(case: str) -> None:
    """One mistake, one finding."""
    changes, expected = REFUSED[case]
    (finding,) = findings(space(**changes), "s")

    assert finding.severity is Severity.ERROR
    assert f"{finding.where}: {finding.what}; {finding.fix}".startswith(expected)


@BOTH
def test_lawful_spaces_have_no_problem(of: Space) -> None:
    """Not even a warning."""
    assert findings(of, "s") == ()


def test_a_space_without_any_store_is_lawful_but_warned_of() -> None:
    """Nothing could read weights."""
    (finding,) = findings(space(store_ranges=()), "s")
    assert finding.severity is Severity.WARNING
