"""Quotas of teams and of the cloud account follow from the plan."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from report.factories import pool, workload
from tonnage.capacity.quota import account_use, counts_against, reserved_vcpus, team_quotas
from tonnage.capacity.result import AccountUse, PlannedWorkload, PodShape, TeamQuota
from tonnage.spec.cluster import AccountQuota
from tonnage.units import Cpu, Memory

G = AccountQuota.model_validate({"name": "G instances", "instanceTypes": ("g6e.*", "g6.*"), "vcpus": 768})
P = AccountQuota.model_validate({"name": "P instances", "instanceTypes": ("p5.*",), "vcpus": 1536})


def cpu_only(planned: PlannedWorkload) -> PlannedWorkload:
    """The same workload without GPUs."""
    pod = PodShape(Cpu.parse("1500m"), Memory.parse("2GiB"), Memory.parse("1GiB"))
    return replace(planned, option=replace(planned.option, layout=None, pod=pod))


def test_a_team_may_hold_what_its_pods_ask_for_together() -> None:
    """Nine replicas of 4 GPUs, 24 cores and 180 GiB, and a place for a tenth during a rollout."""
    quotas = team_quotas(["search"], [workload(surge=1)])
    assert quotas == {"search": TeamQuota({"l40s": 40}, Cpu.parse("240"), Memory.parse("1800GiB"), 10)}


def test_gpus_are_counted_by_accelerator_and_pods_without_any_by_the_rest() -> None:
    """Two models of one accelerator add up; a pod without GPUs adds cores and memory only."""
    other = workload("search/embed", replicas=2)
    h100 = replace(other.option, pod=replace(other.option.pod, accelerator="h100-sxm"))
    planned = [workload(), replace(other, option=h100), cpu_only(workload("search/prepare", replicas=4))]
    quota = team_quotas(["search"], planned)["search"]
    assert quota.gpus == {"h100-sxm": 8, "l40s": 36}
    assert list(quota.gpus) == ["h100-sxm", "l40s"]
    assert (quota.cpu, quota.memory, quota.pods) == (Cpu.parse("270"), Memory.parse("1988GiB"), 15)


def test_each_team_holds_its_own_and_a_team_without_workloads_nothing() -> None:
    """Nobody's quota rests on a neighbour's workload."""
    quotas = team_quotas(["idle", "search", "assist"], [workload(), workload("assist/bot", replicas=1)])
    assert list(quotas) == ["assist", "idle", "search"]
    assert {t: q.pods for t, q in quotas.items()} == {"assist": 1, "idle": 0, "search": 9}
    assert quotas["idle"] == TeamQuota({}, Cpu.parse("0"), Memory.parse("0GiB"), 0)


def test_spot_never_counts_against_the_quota_of_the_others() -> None:
    """Clouds hold a quota of its own for it."""
    assert counts_against(G, "g6e.12xlarge", "onDemand")
    assert counts_against(G, "g6e.12xlarge", "reserved")
    assert not counts_against(G, "g6e.12xlarge", "spot")
    assert not counts_against(G, "p5.48xlarge", "onDemand")


def test_account_use_counts_nodes_with_spares_and_whole_reservations() -> None:
    """Ten nodes of 48 vCPUs; two reserved P5 nodes whether anything runs on them or not; nothing twice."""
    pools = [pool(), replace(pool("p5-48xlarge", count=1, spares=0, market="reserved"), vcpus_per_node=192)]
    assert account_use([P, G], pools, [("p5.48xlarge", 2 * 192)]) == (
        AccountUse("G instances", 480, 768),
        AccountUse("P instances", 384, 1536),
    )
    assert reserved_vcpus(G, [("p5.48xlarge", 384), ("g6e.xlarge", 4)]) == 4


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 2), st.sampled_from("abc")), max_size=8))
def test_quotas_sum_to_all_pods_of_the_plan(workloads: list[tuple[int, int, str]]) -> None:
    """However they are spread over teams."""
    planned = [
        workload(f"{team}/w{i}", replicas=n, pools={"g6e-12xlarge": n + surge}, surge=surge)
        for i, (n, surge, team) in enumerate(workloads)
    ]
    quotas = team_quotas("abc", planned)
    assert sum(q.pods for q in quotas.values()) == sum(n + surge for n, surge, _ in workloads)
    assert sum(q.gpus.get("l40s", 0) for q in quotas.values()) == 4 * sum(n + surge for n, surge, _ in workloads)
