"""A team's budget is over all its clusters."""

from dataclasses import replace

import pytest

from report.factories import cost, plan, team, workload
from tonnage.capacity.budget import budget_findings


def found(*amounts: float, budget: str | None = "60000 USD/month", unpriced: tuple[str, ...] = ()) -> list[str]:
    """What is said of a team that costs these dollars per hour, on one cluster each."""
    plans = [plan(cluster=f"c{k}", costs={"search": cost(a)}) for k, a in enumerate(amounts)]
    if unpriced:
        plans = [replace(p, costs={"search": replace(p.costs["search"], unpriced=unpriced)}) for p in plans]
    return [f"{f.where}: {f.what}" for f in budget_findings(plans, [team(budget=budget), team(budget=budget)])]


@pytest.mark.parametrize("amounts", [(82.0,), (41.0, 41.0), (0.0,), ()])
def test_within_the_budget_nothing_is_said(amounts: tuple[float, ...]) -> None:
    """$59,860 of $60,000, on one cluster or two."""
    assert found(*amounts) == []


def test_over_the_budget_both_figures_are_said() -> None:
    """Two clusters that are each within it may be over it together; the team is named once."""
    assert found(50.0, 40.0) == ["team search budget: would reach $65,700 of $60,000 a month"]


def test_unknown_prices_make_it_at_least() -> None:
    """Nobody is told a sum that leaves something out as if it were all."""
    assert found(90.0, unpriced=("p5",)) == ["team search budget: would reach at least $65,700 of $60,000 a month"]


def test_without_a_budget_there_is_none_to_break() -> None:
    """Unknown is not 0."""
    assert found(500.0, budget=None) == []


def test_the_way_out_names_the_largest_part() -> None:
    """By GPUs, with the cluster that it runs on."""
    small = workload("search/rerank", replicas=2, tensor_parallel=1)
    plans = [plan(workloads=(workload(), small), costs={"search": cost(90.0)})]

    assert budget_findings(plans, [team()])[0].fix == (
        "raise the budget, or lower the load or relax the limits of search/chat, the largest part"
        " (36 GPUs on prod-east)"
    )
