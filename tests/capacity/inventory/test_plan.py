"""The plan of a cluster whose nodes exist: what it counts, what it says, and what it never says."""

from dataclasses import replace
from typing import Any

import pytest

from tonnage.capacity.plan import plan_capacity
from tonnage.capacity.result import CapacityPlan
from tonnage.catalog.catalog import Catalog
from tonnage.catalog.load import load_catalog
from tonnage.findings import errors
from tonnage.report.explain import explain
from tonnage.report.json import render_plans
from tonnage.report.words import total
from tonnage.spec.cluster import Cluster
from tonnage.spec.team import Team

DGX: dict[str, Any] = {
    "name": "dgx",
    "count": 3,
    "accelerator": "h100-sxm",
    "gpus": 8,
    "cpu": 224,
    "memory": "2TiB",
    "ephemeral": "14TiB",
    "racks": {"r1": 2, "r2": 1},
    "labels": {"node.example.com/pool": "dgx"},
}
CPU: dict[str, Any] = {
    "name": "cpu",
    "count": 2,
    "cpu": 32,
    "memory": "128GiB",
    "ephemeral": "1TiB",
    "labels": {"a": "b"},
}


def cluster(*nodes: dict[str, Any], **pools: Any) -> Cluster:
    """An existing cluster."""
    return Cluster.model_validate(
        {
            "kind": "Cluster",
            "name": "lab",
            "platform": "existing",
            "region": "lab",
            "zones": ("hall-1",),
            "kubernetes": "1.35",
            "asOf": "2026-11-23",
            "nodePools": {"provisioner": "none", "nodes": nodes, **pools},
        }
    )


def team(*batch: dict[str, Any], serving: list[dict[str, Any]] | None = None, **more: Any) -> Team:
    """A team on it."""
    base = {"kind": "Team", "name": "search", "contact": "search@example.com", "clusters": {"lab": {}}}
    return Team.model_validate(base | {"batch": batch, "serving": tuple(serving or ())} | more)


def pods(name: str, count: int, gpus: int = 1, priority: str = "standard", **more: Any) -> dict[str, Any]:
    """Batch pods."""
    return {"name": name, "pods": count, "gpus": gpus, "cpu": 4, "memory": "16GiB", "priority": priority, **more}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """The shipped one."""
    found, _ = load_catalog()
    assert found
    return found


def said(plan: CapacityPlan) -> str:
    """All findings."""
    return "\n".join(str(f) for f in plan.findings)


def test_every_block_is_a_pool_with_the_nodes_that_hold_pods_and_those_that_are_free(catalog: Catalog) -> None:
    """Nothing is bought: nodes are those that exist, at no known price, and no account quota plays a part."""
    plan = plan_capacity(cluster(DGX, CPU), [team(pods("fit", 9))], catalog)
    pools = {p.name: (p.market, p.count, p.spares, p.gpus) for p in plan.pools}

    assert not errors(plan.findings)
    assert pools == {"cpu": ("existing", 0, 2, 0), "dgx": ("existing", 2, 1, 24)}
    assert plan.unpriced == ("cpu", "dgx")
    assert plan.lower_bound is None


def test_what_is_short_is_told_in_gpus_with_the_dimension_and_what_would_have_to_go(catalog: Catalog) -> None:
    """Production is placed first; of two workloads of a tier the one that weighs more stays."""
    work = team(pods("serve", 2, 8, "production"), pods("long", 6), pods("late", 1, 8))
    plan = plan_capacity(cluster(DGX), [work], catalog)

    assert (
        "error TN352: search/long: 6 of 6 pods have no place (6 h100-sxm GPUs short): no room on dgx (GPUs on 3 nodes:"
        " a pod needs 1, none free); drop search/late, or leave it out, or add nodes"
    ) in said(plan)


def test_memory_is_named_where_memory_is_short(catalog: Catalog) -> None:
    """GPUs are free, and of no use."""
    plan = plan_capacity(cluster(DGX), [team(pods("fat", 4, 1, memory="1200GiB"))], catalog)

    assert "1 of 4 pods has no place (1 h100-sxm GPU short): no room on dgx (memory on 3 nodes: a pod needs" in said(
        plan
    )


def test_pods_that_fit_no_node_are_told_by_how_much(catalog: Catalog) -> None:
    """No set of workloads is named: none would help."""
    plan = plan_capacity(cluster(DGX), [team(pods("vast", 1, 1, memory="3TiB"))], catalog)

    assert "GiB memory, an empty node has" in said(plan)
    assert "drop" not in said(plan)


def test_workloads_that_fit_alone_but_not_together_are_told_so(catalog: Catalog) -> None:
    """For one of them one must go, for both another one too."""
    work = team(pods("a", 2, 8), pods("b", 1, 8, cpu=3), pods("c", 1, 8, cpu=2), pods("d", 1, 8, cpu=1))
    plan = plan_capacity(cluster(DGX), [work], catalog)

    assert "search/c and search/d fit together only if more goes than for one of them" in said(plan)
    assert "what would have to go so that search/c and search/d fits" in {e.name for e in plan.ledger}


def test_unknown_money_is_never_nothing(catalog: Catalog) -> None:
    """Not on the terminal, not in words, not in JSON."""
    plan = plan_capacity(cluster(DGX), [team(pods("fit", 9), budget="10 USD/h")], catalog)
    text = f"{total(plan)}\n{explain([plan])}\n{render_plans([plan], [])}"

    assert "cost unknown" in text
    assert "$0" not in text
    assert '"0 USD/h"' not in text


def test_stated_prices_are_counted_for_all_nodes_used_or_not(catalog: Catalog) -> None:
    """They are paid for."""
    plan = plan_capacity(cluster(DGX | {"price": "10 USD/h"}), [team(pods("fit", 8))], catalog)

    assert str(plan.total) == "30 USD/h"
    assert str(plan.costs["search"].rate) == "10 USD/h"
    assert str(plan.idle) == "20 USD/h"


def test_capacity_loses_the_platforms_reserves_and_allocatable_does_not(catalog: Catalog) -> None:
    """Agents' requests come off both."""

    def room(block: dict[str, Any]) -> str:
        plan = plan_capacity(cluster(block), [team(pods("fit", 1))], catalog)
        return next(e.value for e in plan.ledger if e.name == "room on one node of dgx")

    assert "223.4 CPU" in room(DGX | {"allocatable": True})
    assert room(DGX) != room(DGX | {"allocatable": True})


def test_disk_that_is_not_stated_is_assumed_aloud(catalog: Catalog) -> None:
    """Never silently."""
    bare = {k: v for k, v in DGX.items() if k != "ephemeral"}
    assert "the disk of dgx is not stated" in said(plan_capacity(cluster(bare), [team(pods("fit", 1))], catalog))


def test_a_rack_is_survived_or_its_absence_is_an_error(catalog: Catalog) -> None:
    """The figures are those of the loss."""
    chat = {
        "name": "chat",
        "model": "Qwen/Qwen3-32B-FP8",
        "traffic": {"requests": "100/s", "inputTokens": 1200, "outputTokens": 250},
        "slo": {"ttftP95": "2s", "tpotP95": "50ms"},
        "survive": "rack",
    }
    plan = plan_capacity(cluster(DGX), [team(serving=[chat])], catalog)
    bare = plan_capacity(cluster({k: v for k, v in DGX.items() if k != "racks"}), [team(serving=[chat])], catalog)

    assert "does not survive the loss of rack r1 (2 nodes of dgx)" in said(plan)
    assert "GPUs short)" in said(plan)
    assert "the racks of dgx are not stated" in said(bare)
    assert "not planned yet" not in said(plan)


def test_order_changes_nothing(catalog: Catalog) -> None:
    """Of blocks, teams and workloads."""
    work = [pods("a", 5), pods("b", 3, 4), pods("c", 2, 8, "production")]
    there = plan_capacity(cluster(DGX, CPU), [team(*work)], catalog)
    back = plan_capacity(cluster(CPU, DGX), [team(*reversed(work))], catalog)

    assert replace(there, findings=()) == replace(back, findings=())
