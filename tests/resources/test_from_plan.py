"""What the reference repository's plan decides reaches the cluster unchanged, and fits into its own limits."""

from collections import Counter
from functools import cache
from pathlib import Path

import pulumi
import pytest

from manifests.judge import judge
from manifests.judge_rules import judge_rules
from resources.stacked import objects
from tonnage.capacity.plan import plan_capacity
from tonnage.capacity.result import CapacityPlan, PlannedWorkload
from tonnage.catalog.catalog import Catalog
from tonnage.catalog.load import load_catalog
from tonnage.findings import errors
from tonnage.manifests.declared import Declared
from tonnage.resources.from_plan import model_server_args, queueing_args, team_space_args
from tonnage.resources.model_server import ModelServer
from tonnage.resources.queueing import Queueing
from tonnage.resources.team_space import TeamSpace
from tonnage.spec.load import Specs, load_specs
from tonnage.spec.workload import Serving

STACKS = Path(__file__).parents[2] / "stacks"
CLUSTERS = ("prod-east", "staging")
IMAGE = "vllm/vllm-openai:v0.33.0"


@cache
def known() -> tuple[Specs, Catalog]:
    """Specs of the reference repository and the shipped catalogue."""
    (specs, _), (catalog, _) = load_specs(STACKS), load_catalog()
    assert specs
    assert catalog
    return specs, catalog


@cache
def plan_of(cluster: str) -> CapacityPlan:
    """The plan of one cluster."""
    specs, catalog = known()
    return plan_capacity(specs.clusters[cluster], specs.teams[cluster], catalog)


def served(cluster: str) -> list[tuple[PlannedWorkload, Serving]]:
    """Served models of a cluster, with what their team's file says of them."""
    specs, _ = known()
    files = {(t.name, s.name): s for t in specs.teams[cluster] for s in t.serving}
    return [(w, files[w.id.team, w.id.name]) for w in plan_of(cluster).workloads if w.kind == "serving"]


@cache
def declared(cluster: str) -> dict[str, Declared]:
    """Everything of this folder that the two roles declare on a cluster."""
    plan, catalog = plan_of(cluster), known()[1]

    def program(opts: pulumi.ResourceOptions) -> None:
        queueing = queueing_args(plan)
        if queueing["teams"]:
            Queueing("queueing", queueing, opts)
        for team in plan.quotas:
            TeamSpace(f"space-{team}", team_space_args(team, plan), opts)
        for planned, serving in served(cluster):
            args = model_server_args(serving, planned, catalog.models[str(serving.model)], IMAGE)
            ModelServer(f"{planned.id.team}-{planned.id.name}", {**args, "revision": "0" * 40}, opts)

    return objects(program)


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_the_plan_of_the_reference_repository_is_declared_without_any_finding(cluster: str) -> None:
    """Every argument that the planner decides is one that the components take."""
    assert not errors(plan_of(cluster).findings)
    assert len([d for d in declared(cluster).values() if d.inputs["kind"] == "Deployment"]) == len(served(cluster)) > 0


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_every_object_of_it_is_lawful(cluster: str, data: Path) -> None:
    """Schemas and rules."""
    wrong = {name: judge(d.inputs, data) + judge_rules(d.inputs, data) for name, d in declared(cluster).items()}
    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_replicas_gpus_and_pools_are_those_of_the_plan(cluster: str) -> None:
    """Not one pod more or less, and on no other node."""
    for planned, _ in served(cluster):
        spec = declared(cluster)[f"{planned.id.team}-{planned.id.name}-deployment"].inputs["spec"]
        pod = spec["template"]["spec"]
        (container,) = pod["containers"]
        terms = pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]

        assert spec["replicas"] == planned.option.replicas
        assert container["resources"]["limits"]["nvidia.com/gpu"] == str(planned.option.pod.gpus)
        assert f"--tensor-parallel-size={planned.option.pod.gpus}" in container["args"]
        assert terms[0]["matchExpressions"][0]["values"] == sorted(planned.pools)
        assert (spec["strategy"].get("rollingUpdate", {}).get("maxSurge", 0) == 1) == (planned.surge == 1)


@pytest.mark.parametrize("cluster", CLUSTERS)
def test_the_quota_of_a_team_holds_its_servers_and_its_batch_jobs(cluster: str) -> None:
    """The surge of a rollout included: what the plan placed is never refused at admission."""
    needed: Counter[str] = Counter()
    for planned in plan_of(cluster).workloads:
        needed[planned.id.team] += planned.option.pod.gpus * (planned.option.replicas + planned.surge)

    for team in plan_of(cluster).quotas:
        hard = declared(cluster)[f"space-{team}-quota"].inputs["spec"]["hard"]
        assert int(hard["requests.nvidia.com/gpu"]) == needed[team]


def test_only_teams_with_batch_workloads_get_a_queue() -> None:
    """Served models have their places already."""
    queues = {name for name, d in declared("prod-east").items() if d.inputs["kind"] == "ClusterQueue"}
    assert queues == {"queueing-queue-insights"}


def test_what_is_no_served_model_has_no_server() -> None:
    """Batch pods are declared by those who submit them."""
    batch = next(w for w in plan_of("prod-east").workloads if w.kind == "batch")
    serving, model = served("prod-east")[0][1], next(iter(known()[1].models.values()))

    with pytest.raises(ValueError, match="is no served model"):
        model_server_args(serving, batch, model, IMAGE)
