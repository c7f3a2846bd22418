"""The numbers of the reference repository: checked by a second opinion, and by a pocket calculator."""

import math
import re
from fractions import Fraction

import pytest

from capacity.plan.independent import complaints
from stacks.conftest import Reference
from tonnage.capacity.result import PlannedWorkload
from tonnage.report.explain import explain


def test_no_node_is_over_its_allocatable_and_every_pod_has_a_place(repo: Reference) -> None:
    """By lines that share nothing with the planner."""
    for name, plan in repo.plans.items():
        assert plan.pools
        assert complaints(plan, repo.specs.clusters[name], repo.catalog) == []


def test_the_bill_adds_up_to_the_last_cent(repo: Reference) -> None:
    """Nodes times price is the total; teams and idle are the total too."""
    for plan in repo.plans.values():
        paid = sum((p.price.rate.amount * p.nodes for p in plan.pools if p.price.rate), Fraction(0))
        unused = sum((u.rate.amount * u.nodes for u in plan.unused_reservations if u.rate), Fraction(0))
        parts = sum((c.rate.amount for c in plan.costs.values()), Fraction(0))

        assert paid + unused == plan.total.amount
        assert parts + plan.idle.amount == plan.total.amount


def test_the_lower_bound_is_below_the_cost(repo: Reference) -> None:
    """And the gap is what it says."""
    for plan in repo.plans.values():
        assert plan.lower_bound is not None
        assert plan.gap is not None
        assert plan.lower_bound <= plan.total


def served(repo: Reference) -> list[PlannedWorkload]:
    """Served models of all clusters."""
    return [w for p in repo.plans.values() for w in p.workloads if w.kind == "serving"]


def number(text: str) -> float:
    """The first number of a text, thousands separated."""
    found = re.search(r"[\d,]+(?:\.\d+)?", text)
    assert found, text
    return float(found[0].replace(",", ""))


def test_replicas_follow_from_the_numbers_shown(repo: Reference) -> None:
    """Load over rate times derate, rounded up, with nothing but what is printed."""
    assert len(served(repo)) >= 4
    for work in served(repo):
        shown = {e.name: e for e in work.option.ledger}
        load = number(shown["load"].value)
        rate = number(shown["requests per second of one replica"].value)
        derate = number(shown["derate"].value)

        assert work.option.replicas == max(1, math.ceil(load / (rate * derate) - 1e-9)), str(work.id)


def test_gpu_memory_follows_from_the_numbers_shown(repo: Reference) -> None:
    """Fraction times memory less weights, activations and runtime is the KV cache."""
    for work in served(repo):
        entry = next(e for e in work.option.ledger if e.name == "KV cache per GPU")
        found = re.fullmatch(
            r"([\d.]+) x ([\d.]+) GiB - weights ([\d.]+) - activation peak ([\d.]+) - runtime ([\d.]+)", entry.formula
        )
        assert found, entry.formula
        fraction, memory, weights, activation, runtime = map(float, found.groups())
        assert number(entry.value) == pytest.approx(fraction * memory - weights - activation - runtime, abs=0.002)


def test_every_number_is_derived_with_its_source(repo: Reference) -> None:
    """Each pool and workload is explained, and each entry names where it comes from."""
    text = explain(tuple(repo.plans.values()))
    assert text is not None
    for plan in repo.plans.values():
        for work in plan.workloads:
            assert f"{work.id} on {plan.cluster}" in text
            assert work.option.ledger
            assert all(e.source for e in work.option.ledger), [e.name for e in work.option.ledger if not e.source]
        for pool in plan.pools:
            assert f"pool {pool.name} on {plan.cluster}" in text
