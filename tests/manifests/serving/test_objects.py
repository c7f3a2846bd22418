"""The objects of a served model: lawful, exactly as planned, and safe by default."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.judge import judge
from manifests.serving.factories import FULL, MINIMAL, server
from tonnage.manifests.contracts import WORKLOAD_LABEL
from tonnage.manifests.serving.objects import deployment, objects, strategy
from tonnage.manifests.serving.server import Server

BOTH = pytest.mark.parametrize("server_", [MINIMAL, FULL], ids=["minimal", "full"])


def template(of: Server) -> dict[str, Any]:
    """Specification of the replicas' pods."""
    spec: dict[str, Any] = deployment(of)["spec"]["template"]["spec"]
    return spec


def container(of: Server) -> dict[str, Any]:
    """The engine's container."""
    (engine,) = template(of)["containers"]
    return dict(engine)


@BOTH
def test_every_object_is_one_that_kubernetes_takes(server_: Server, data: Path) -> None:
    """Strictly: no unknown field, no wrong type."""
    assert {name: judge(m, data) for name, m in objects(server_).items() if judge(m, data)} == {}


@BOTH
def test_objects_are_found_by_the_workloads_name_in_the_teams_namespace(server_: Server) -> None:
    """Other objects and people refer to them, so nothing is generated."""
    assert {(m["metadata"]["name"], m["metadata"]["namespace"]) for m in objects(server_).values()} == {
        ("chat", "team-search")
    }


@BOTH
def test_service_budget_and_deployment_select_the_same_pods(server_: Server) -> None:
    """And the label that they select by is on the pods."""
    made = objects(server_)
    selectors = [
        made["service"]["spec"]["selector"],
        made["disruption-budget"]["spec"]["selector"]["matchLabels"],
        made["deployment"]["spec"]["selector"]["matchLabels"],
    ]

    assert selectors == [{WORKLOAD_LABEL: "chat"}] * 3
    assert selectors[0].items() <= made["deployment"]["spec"]["template"]["metadata"]["labels"].items()


def test_a_new_release_does_not_change_the_selector_or_the_labels_of_pods() -> None:
    """A selector cannot be changed, and a changed label restarts every engine."""
    before, after = deployment(MINIMAL), deployment(server(image="vllm/vllm-openai:v0.34.0", revision="0" * 40))

    assert before["spec"]["selector"] == after["spec"]["selector"]
    assert before["spec"]["template"]["metadata"] == after["spec"]["template"]["metadata"]


@BOTH
def test_replicas_ask_for_exactly_what_the_plan_counts(server_: Server) -> None:
    """Request and limit alike, so that a pod never takes what the plan gave to its neighbour."""
    resources = container(server_)["resources"]

    assert resources["requests"] == resources["limits"]
    assert resources["limits"] == {
        "cpu": "7500m" if server_ is FULL else "4",
        "memory": "80Gi",
        "ephemeral-storage": "95Gi",
        "nvidia.com/gpu": "2" if server_ is FULL else "1",
    }


def test_replicas_run_on_the_planned_pools_only() -> None:
    """By requirement, not by preference; the taint of GPU nodes is tolerated whatever its value."""
    terms = template(FULL)["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]

    assert terms["nodeSelectorTerms"] == [
        {
            "matchExpressions": [
                {"key": "tonnage.dev/pool", "operator": "In", "values": ["g6e-12xlarge", "p5-48xlarge-reserved"]}
            ]
        }
    ]
    assert template(FULL)["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]


def test_replicas_find_nodes_that_exist_already_by_their_labels() -> None:
    """Any one of the sets, and every label of it; taints of these nodes are tolerated, besides that of GPU nodes."""
    found = server(
        pools=(),
        node_labels=({"pool": "hgx"}, {"pool": "dgx", "hall": "2"}),
        taints=("owner=vision:NoSchedule", "quiet:NoExecute"),
    )
    spec = template(found)
    terms = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]

    assert [[(e["key"], e["operator"], e["values"]) for e in t["matchExpressions"]] for t in terms] == [
        [("hall", "In", ["2"]), ("pool", "In", ["dgx"])],
        [("pool", "In", ["hgx"])],
    ]
    assert spec["tolerations"][1:] == [
        {"key": "owner", "operator": "Equal", "value": "vision", "effect": "NoSchedule"},
        {"key": "quiet", "operator": "Exists", "effect": "NoExecute"},
    ]


def test_the_order_in_which_pools_are_named_changes_nothing() -> None:
    """Same meaning, same bytes: no engine restarts for it."""
    assert deployment(server(pools=("a", "b"))) == deployment(server(pools=("b", "a")))


@pytest.mark.parametrize(
    ("rollout", "replicas", "expected"),
    [
        ("surge", 3, {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}),
        ("surge", 1, {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}),
        ("inPlace", 3, {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}),
        ("inPlace", 1, {"type": "Recreate"}),
    ],
)
def test_a_release_never_waits_for_a_place_that_the_plan_does_not_hold(
    rollout: str, replicas: int, expected: dict[str, object]
) -> None:
    """A surge only where its place is planned."""
    assert strategy(server(rollout=rollout, replicas=replicas)) == expected


@given(st.integers(0, 600))
def test_a_replica_gets_the_time_that_its_requests_need_to_end(drain: int) -> None:
    """The grace covers the pause before the signal, the drain, and some slack."""
    of = server(drain_seconds=drain)
    pause = container(of)["lifecycle"]["preStop"]["sleep"]["seconds"]

    assert template(of)["terminationGracePeriodSeconds"] >= pause + drain + 15
    assert f"--shutdown-timeout={drain}" in container(of)["args"]


@pytest.mark.parametrize(
    ("billions", "minutes"), [(0.6, 10), (10, 10), (32.8, 20), (80, 20), (235, 40), (250.1, 90), (None, 90)]
)
def test_larger_models_get_longer_to_start(billions: float | None, minutes: int) -> None:
    """And what is unknown gets the longest: killing a load half-way starts it anew, for ever."""
    made = deployment(server(billions_of_parameters=billions, replicas=3))
    probe = made["spec"]["template"]["spec"]["containers"][0]["startupProbe"]

    assert probe["periodSeconds"] * probe["failureThreshold"] == 60 * minutes
    assert made["spec"]["progressDeadlineSeconds"] > 60 * minutes
    waited = int(made["metadata"]["annotations"]["pulumi.com/timeoutSeconds"])
    assert waited == 3 * made["spec"]["progressDeadlineSeconds"]


def test_a_busy_engine_is_not_killed_for_a_late_answer() -> None:
    """Liveness allows a minute and more; readiness takes traffic away at once."""
    live, ready = container(MINIMAL)["livenessProbe"], container(MINIMAL)["readinessProbe"]

    assert live["periodSeconds"] * live["failureThreshold"] >= 60
    assert ready["periodSeconds"] * ready["failureThreshold"] <= 10


@pytest.mark.parametrize(("gpus", "size"), [(1, "1Gi"), (2, "8Gi"), (8, "8Gi")])
def test_shared_memory_is_there_and_as_large_as_the_planner_counts(gpus: int, size: str) -> None:
    """The runtime's 64 MiB stop NCCL."""
    of = server(gpus=gpus)
    volumes = {v["name"]: v["emptyDir"] for v in template(of)["volumes"]}

    assert volumes["shm"] == {"medium": "Memory", "sizeLimit": size}
    assert {m["mountPath"]: m["name"] for m in container(of)["volumeMounts"]}["/dev/shm"] == "shm"  # noqa: S108 a mount


def test_all_that_the_engine_writes_goes_where_any_user_may_write() -> None:
    """Home and caches lie on one volume, and the user has a name."""
    variables = {v["name"]: v.get("value", "") for v in container(MINIMAL)["env"]}

    assert variables["USER"]
    assert all(variables[name].startswith("/cache") for name in ("HOME", "HF_HOME", "XDG_CACHE_HOME"))


def test_no_pod_holds_a_token_of_the_api_server() -> None:
    """Neither by its account nor by itself; and the cloud's role is bound by annotation."""
    account = objects(FULL)["service-account"]

    assert account["automountServiceAccountToken"] is False
    assert template(FULL)["automountServiceAccountToken"] is False
    assert template(FULL)["serviceAccountName"] == account["metadata"]["name"]
    assert account["metadata"]["annotations"] == dict(FULL.service_account_annotations)


def test_services_of_the_namespace_do_not_reach_the_engines_environment() -> None:
    """One that is called vllm would set VLLM_PORT."""
    assert template(MINIMAL)["enableServiceLinks"] is False


def test_secrets_come_by_reference_only() -> None:
    """The Deployment names Secret and key, and holds no value."""
    by_name = {v["name"]: v for v in container(FULL)["env"]}

    assert by_name["HF_TOKEN"] == {
        "name": "HF_TOKEN",
        "valueFrom": {"secretKeyRef": {"name": "hub", "key": "token"}},
    }
    assert by_name["AWS_SECRET_ACCESS_KEY"]["valueFrom"] == {"secretKeyRef": {"name": "store", "key": "key"}}
    assert "value" not in by_name["AWS_ACCESS_KEY_ID"]


def test_a_drain_takes_one_replica_at_a_time_and_is_never_blocked() -> None:
    """A node that cannot be drained is not repaired."""
    assert objects(MINIMAL)["disruption-budget"]["spec"] | {"selector": {}} == {
        "maxUnavailable": 1,
        "unhealthyPodEvictionPolicy": "AlwaysAllow",
        "selector": {},
    }


@pytest.mark.parametrize(
    ("survive", "replicas", "spread", "expected"),
    [
        ("nothing", 4, "required", []),
        ("node", 1, "required", []),
        ("node", 2, "preferred", [("kubernetes.io/hostname", "ScheduleAnyway")]),
        ("rack", 2, "preferred", [("kubernetes.io/hostname", "ScheduleAnyway")]),
        (
            "zone",
            2,
            "required",
            [("topology.kubernetes.io/zone", "DoNotSchedule"), ("kubernetes.io/hostname", "DoNotSchedule")],
        ),
    ],
)
def test_replicas_spread_over_what_they_should_survive(
    survive: str, replicas: int, spread: str, expected: list[tuple[str, str]]
) -> None:
    """Elsewhere they fill nodes as the plan does."""
    constraints = template(server(survive=survive, replicas=replicas, spread=spread)).get(
        "topologySpreadConstraints", []
    )

    assert [(c["topologyKey"], c["whenUnsatisfiable"]) for c in constraints] == expected
    assert all(c["labelSelector"] == {"matchLabels": {WORKLOAD_LABEL: "chat"}} for c in constraints)


@pytest.mark.parametrize("tier", ["production", "standard", "bestEffort"])
def test_each_tier_has_its_priority_class(tier: str) -> None:
    """Names that the platform declares."""
    assert template(server(priority=tier))["priorityClassName"].startswith("tonnage-")


def test_a_service_is_for_the_cluster_only() -> None:
    """Engines ask nobody for a password."""
    assert objects(MINIMAL)["service"]["spec"]["type"] == "ClusterIP"
