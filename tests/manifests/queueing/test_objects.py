"""Queues promise what the plan holds, and nothing else."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.judge import judge
from manifests.judge_rules import judge_rules
from manifests.queueing.factories import QUEUES, plan, share, workload
from tonnage.findings import Severity
from tonnage.manifests.contracts import ACCELERATOR_LABEL, TEAM_LABEL
from tonnage.manifests.declared import Manifest
from tonnage.manifests.queueing.objects import cluster_queue, cohort, flavors
from tonnage.manifests.queueing.problems import findings
from tonnage.manifests.queueing.queues import Queues, Share, cluster_queue_name, queues_of
from tonnage.units import Cpu, Memory


def objects(queues: Queues) -> list[Manifest]:
    """All objects of the queues."""
    return [*flavors(queues).values(), cohort(queues), *(cluster_queue(queues, t) for t in sorted(queues.teams))]


def quotas(queues: Queues, team: str) -> dict[tuple[str, str], str]:
    """Nominal quota by flavor and resource."""
    (group,) = cluster_queue(queues, team)["spec"]["resourceGroups"]
    return {(f["name"], r["name"]): r["nominalQuota"] for f in group["flavors"] for r in f["resources"]}


MINIMAL = Queues(gpus={}, teams={"insights": {"cpu": share(0)}})
FULL = replace(QUEUES, cohort="prod-east", borrowing=False, cpu_flavor_labels={"example.com/class": "cpu"})

OWNED = replace(
    QUEUES,
    accelerator_labels={"l40s": {"example.com/pool": "l40s"}},
    taints={"l40s": ("owner=vision:NoSchedule",), "cpu": ("quiet:NoExecute",)},
)
"""On nodes that exist already."""


@pytest.mark.parametrize("queues", [MINIMAL, QUEUES, FULL, OWNED], ids=["minimal", "usual", "full", "owned"])
def test_every_object_is_one_that_kueue_takes(queues: Queues, data: Path) -> None:
    """Strictly against its definitions of v1beta2."""
    assert [wrong for m in objects(queues) if (wrong := judge(m, data) + judge_rules(m, data))] == []


@pytest.mark.parametrize("queues", [MINIMAL, QUEUES, FULL], ids=["minimal", "usual", "full"])
def test_each_flavor_of_a_queue_lists_all_its_resources_in_one_order_and_exists(queues: Queues) -> None:
    """Kueue's webhook refuses anything else, and a queue whose flavor is missing is not active."""
    for team in queues.teams:
        (group,) = cluster_queue(queues, team)["spec"]["resourceGroups"]
        assert {tuple(r["name"] for r in f["resources"]) for f in group["flavors"]} == {
            tuple(group["coveredResources"])
        }
        assert [f["name"] for f in group["flavors"]] == list(flavors(queues))


def test_a_team_gets_what_the_plan_counts_for_it() -> None:
    """By flavor; of the others nothing of its own, though it may borrow."""
    own = quotas(QUEUES, "insights")

    assert own["l40s", "nvidia.com/gpu"] == "12"
    assert own["l40s", "cpu"] == "96"
    assert own["l40s", "memory"] == "576Gi"
    assert own["cpu", "cpu"] == "80"
    assert own["cpu", "nvidia.com/gpu"] == "0"
    assert {v for (flavor, _), v in own.items() if flavor == "h100-sxm"} == {"0"}


def test_storage_is_covered_because_jobs_ask_for_it() -> None:
    """Kueue admits no job that asks for what its queue does not cover."""
    assert quotas(QUEUES, "insights")["l40s", "ephemeral-storage"] == "360Gi"


def test_flavors_are_nodes_of_one_accelerator_and_do_not_tolerate_their_taint() -> None:
    """So a job without GPUs never takes the processors of a GPU node."""
    made = flavors(QUEUES)

    assert list(made) == ["cpu", "h100-sxm", "l40s"]
    assert made["l40s"]["spec"] == {
        "nodeLabels": {ACCELERATOR_LABEL: "l40s"},
        "nodeTaints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}],
    }
    assert made["cpu"]["spec"] == {}
    assert flavors(FULL)["cpu"]["spec"] == {"nodeLabels": {"example.com/class": "cpu"}}


def test_flavors_of_nodes_that_exist_already_have_their_labels_and_let_jobs_tolerate_their_taints() -> None:
    """Nobody writes tonnage's own labels on such nodes."""
    made = flavors(OWNED)

    assert made["l40s"]["spec"]["nodeLabels"] == {"example.com/pool": "l40s"}
    assert made["l40s"]["spec"]["tolerations"] == [
        {"key": "owner", "operator": "Equal", "value": "vision", "effect": "NoSchedule"}
    ]
    assert made["cpu"]["spec"] == {"tolerations": [{"key": "quiet", "operator": "Exists", "effect": "NoExecute"}]}


def test_what_others_borrowed_comes_back_and_only_the_team_itself_queues() -> None:
    """Reclaim by preemption inside the cohort; the namespace decides who may submit."""
    spec = cluster_queue(QUEUES, "research")["spec"]

    assert spec["preemption"] == {"reclaimWithinCohort": "Any", "withinClusterQueue": "LowerPriority"}
    assert spec["namespaceSelector"] == {"matchLabels": {TEAM_LABEL: "research"}}
    assert spec["cohortName"] == cohort(QUEUES)["metadata"]["name"]


def test_borrowing_can_be_switched_off() -> None:
    """Then a team has its own share and no more."""

    def limits(queues: Queues) -> set[str | None]:
        (group,) = cluster_queue(queues, "insights")["spec"]["resourceGroups"]
        return {r.get("borrowingLimit") for f in group["flavors"] for r in f["resources"]}

    assert limits(QUEUES) == {None}
    assert limits(FULL) == {"0"}


def test_a_plan_promises_its_batch_workloads_and_never_its_served_models() -> None:
    """Sums over a team's pods, by accelerator; serving has planned places and does not queue."""
    queues = queues_of(
        plan(
            {"l40s": 20},
            workload("search/chat", "serving", 2, gpus=4, accelerator="l40s"),
            workload("insights/embeddings", "batch", 12, gpus=1, accelerator="l40s"),
            workload("insights/more", "batch", 2, gpus=1, accelerator="l40s", surge=1),
            workload("insights/cleaning", "batch", 20),
        )
    )

    assert queues.gpus == {"l40s": 20}
    assert queues.teams == {
        "insights": {
            "cpu": Share(0, Cpu.parse("80"), Memory.gib(320), Memory.gib(200)),
            "l40s": Share(15, Cpu.parse("60"), Memory.gib(240), Memory.gib(150)),
        }
    }
    assert findings(queues, "q") == ()


BATCH = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(["l40s", "h100-sxm", None]), st.integers(1, 9)),
    max_size=8,
)


@given(BATCH, st.integers(0, 40), st.integers(0, 40))
def test_no_more_gpus_are_promised_than_the_plan_has_or_it_is_an_error(
    batch: list[tuple[str, str | None, int]], l40s: int, h100: int
) -> None:
    """For every plan: the sum of quotas over teams against the pools."""
    jobs = [
        workload(f"{team}/w{i}", "batch", pods, gpus=1 if accelerator else 0, accelerator=accelerator)
        for i, (team, accelerator, pods) in enumerate(batch)
    ]
    pools = {"l40s": l40s, "h100-sxm": h100}
    queues = queues_of(plan(pools, *jobs))
    promised = {
        flavor: sum(int(quotas(queues, team)[flavor, "nvidia.com/gpu"]) for team in queues.teams) for flavor in pools
    }

    too_many = {f"q.gpus.{flavor}" for flavor, count in promised.items() if count > pools[flavor]}
    assert {f.where for f in findings(queues, "q")} == too_many


@given(st.permutations(["a", "b", "c"]))
def test_the_order_of_teams_changes_nothing(teams: list[str]) -> None:
    """Same meaning, same bytes."""
    made = {team: {"l40s": share(), "cpu": share(0)} for team in teams}
    assert objects(replace(QUEUES, teams=made)) == objects(replace(QUEUES, teams=dict(sorted(made.items()))))


def test_names_of_queues_are_lawful_and_differ() -> None:
    """Whatever the team is called."""
    names = [cluster_queue_name(team) for team in ("search", "x" * 63, "x" * 62 + "y")]
    assert names[0] == "team-search"
    assert len(set(names)) == 3
    assert max(map(len, names)) <= 63


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "cohort": ({"cohort": "My Teams"}, "q.cohort: 'My Teams' is no name; use lower-case letters"),
    "team": ({"teams": {"A": {"l40s": share()}}}, "q.teams: 'A' is no name of a team; use lower-case letters"),
    "accelerator": ({"gpus": {"L40S": 1}, "teams": {}}, "q.gpus: 'L40S' is no name of an accelerator; use lower-case"),
    "cpu as gpu": ({"gpus": {"cpu": 1}, "teams": {}}, "q.gpus: 'cpu' is no name of an accelerator; use lower-case"),
    "negative": ({"gpus": {"l40s": -1}, "teams": {}}, "q.gpus.l40s: -1 is less than nothing; give the GPUs of the pl"),
    "empty": ({"teams": {"a": {}}}, "q.teams.a: has no share of any flavor; drop the team, or give it one"),
    "gpus of cpu": (
        {"teams": {"a": {"cpu": share(1)}}},
        "q.teams.a.cpu.gpus: nodes without GPUs have none to give; name the accelerator instead of cpu",
    ),
    "debt": ({"teams": {"a": {"l40s": share(-2)}}}, "q.teams.a.l40s.gpus: -2 is less than nothing; give the GPUs of"),
    "unknown": (
        {"teams": {"a": {"b200-sxm": share()}}},
        "q.teams.a.b200-sxm: the plan has no GPUs of 'b200-sxm'; name an accelerator of the plan (h100-sxm, l40s), or",
    ),
    "no cpu": ({"teams": {"a": {"l40s": share(cpu="0")}}}, "q.teams.a.l40s.cpu: is 0, so no job could start; give"),
    "no memory": (
        {"teams": {"a": {"l40s": share(memory="0B")}}},
        "q.teams.a.l40s.memory: is 0, so no job could start; give what the plan counts",
    ),
    "too much": (
        {"teams": {"a": {"l40s": share(15)}, "b": {"l40s": share(6)}}},
        "q.gpus.l40s: 15 of a + 6 of b = 21 GPUs of l40s are promised, and the plan has 20; plan again, or lower",
    ),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_incoherent_queues_are_refused_with_their_fix(case: str) -> None:
    """One mistake, one finding."""
    changes, expected = REFUSED[case]
    (finding,) = findings(replace(QUEUES, **changes), "q")

    assert finding.severity is Severity.ERROR
    assert f"{finding.where}: {finding.what}; {finding.fix}".startswith(expected)


@pytest.mark.parametrize("queues", [MINIMAL, QUEUES, FULL], ids=["minimal", "usual", "full"])
def test_lawful_queues_have_no_problem(queues: Queues) -> None:
    """Not even a warning."""
    assert findings(queues, "q") == ()


def test_no_job_is_let_in_for_nodes_that_are_about_to_go() -> None:
    """Releasing nodes promise nothing; a flavor of which all are releasing stays, for jobs of before are in it."""
    full = plan({"l40s": 8, "h100-sxm": 2}, workload("a/jobs", "batch", 4, gpus=1, accelerator="l40s"))
    l40s, h100, cpu = full.pools
    pools = (replace(l40s, count=6, releasing=2), replace(h100, count=0, releasing=2), cpu)

    assert queues_of(replace(full, pools=pools)).gpus == {"h100-sxm": 0, "l40s": 6}
