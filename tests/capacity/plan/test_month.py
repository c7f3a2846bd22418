"""Plans by the hours of a month: jobs in phases, runs with an end, and who pays for what."""

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from capacity.plan.factories import MADE_BY
from capacity.plan.worlds import EIGHT, FOUR, batch, catalog, cluster, reservation, team
from tonnage.capacity.plan import PEAK, plan_capacity
from tonnage.capacity.planfile import read_plan_files, write_plan_files
from tonnage.capacity.result import CapacityPlan, Pool
from tonnage.capacity.stored import files_of
from tonnage.spec.cluster import Cluster
from tonnage.spec.team import Team

PHASES = {"day": "Mon-Fri 08:00-20:00 America/New_York", "night": "rest"}
NIGHTLY = team(batch("base", 2), batch("nightly", 4, when="night"))


def run(**other: Any) -> dict[str, Any]:
    """A training run of 16 GPUs for three days."""
    base = {"name": "ranker", "model": "Qwen/Qwen3-8B", "method": "full", "tokens": "20B", "gpus": 16}
    return base | {"sequenceLength": 8192, "globalBatch": 512, "start": "2026-12-01", "deadline": "3d"} | other


def planned(of: Team, *types: str, **other: Any) -> CapacityPlan:
    """The plan of one team."""
    return plan_capacity(cluster(types or ("g.one", "g.four"), **other), [of], catalog())


def pools(plan: CapacityPlan) -> Mapping[str, Pool]:
    """By name."""
    return {p.name: p for p in plan.pools}


def adds_up(plan: CapacityPlan) -> bool:
    """Whether parts and idle are the total, to the last digit."""
    parts = sum((c.rate.amount for c in plan.costs.values()), Fraction(0))
    return plan.total.amount == parts + plan.idle.amount and plan.idle.amount >= 0


def managed(made: Cluster) -> Cluster:
    """The same cluster with pools that nobody starts and stops by the hour."""
    return made.model_copy(update={"node_pools": made.node_pools.model_copy(update={"provisioner": "managed"})})


def test_the_example_of_the_page_is_what_the_planner_says(root: Path) -> None:
    """Elastic against static pools: every number by hand stands in docs/phases.md."""
    at = cluster(("g.one", "g.four"), phases=PHASES)
    follow = plan_capacity(at, [NIGHTLY], catalog())
    stand = plan_capacity(managed(at), [NIGHTLY], catalog())
    page = (root / "docs" / "phases.md").read_text(encoding="utf-8")

    assert follow.total.amount == Fraction(floor_to_millionth(Fraction(6 * 60 + 16 * 108, 168)))
    assert stand.total.amount == 16
    shown = (follow.total.per_month.amount, stand.total.per_month.amount)
    saved = Fraction(10 * 60, 168) * 730
    for number in (*shown, saved):
        assert f"{float(number):,.2f}" in page
    assert shown[1] - shown[0] == pytest.approx(float(saved), abs=0.001)
    (ledger,) = (e for e in follow.ledger if e.name == "nodes decided on, mean of the month")
    assert re.search(r"= 12\.428571 \|", page)
    assert ledger.value == "12.428571 USD/h"


def floor_to_millionth(amount: Fraction) -> Fraction:
    """As the plan rounds."""
    return Fraction(int(amount * 1_000_000), 1_000_000)


def test_pools_say_what_stands_when() -> None:
    """The count stays the largest: that is what limits are declared with."""
    made = pools(planned(NIGHTLY, phases=PHASES))

    assert (made["g-four"].count, dict(made["g-four"].by_phase)) == (1, {"day": 0, "night": 1})
    assert (made["g-one"].count, dict(made["g-one"].by_phase)) == (2, {})
    assert made["g-one"].cost is not None
    assert made["g-one"].cost.amount == 6


def test_money_and_proof_hold_over_the_month() -> None:
    """Parts and idle sum to the total; the bound is below it."""
    plan = planned(NIGHTLY, phases=PHASES)

    assert adds_up(plan)
    assert plan.lower_bound is not None
    assert plan.lower_bound <= plan.total
    assert plan.gap is not None


def test_without_phases_nothing_is_said_of_time() -> None:
    """And `all hours` is no phase."""
    plan = planned(team(batch("base", 2)))

    assert (dict(plan.phases), plan.runs, plan.if_scaled) == ({}, (), None)
    assert not any(p.by_phase for p in plan.pools)
    assert PEAK not in plan.contract


def test_a_three_day_run_costs_three_days() -> None:
    """Four nodes of 10 USD/h for 72 hours, and what runs beside it at all hours."""
    of = team(batch("base", 2), training=(run(accelerators=("l40s",)),))
    plan = planned(of)
    (cost,) = plan.runs

    assert cost.money is not None
    assert cost.money.amount == 4 * 10 * 72
    assert plan.total.per_month.amount == pytest.approx(6 * 730 + 4 * 10 * 72, abs=0.001)
    assert dict(pools(plan)["g-four"].by_phase) == {"all hours": 0, "all hours with search/ranker": 4}
    assert adds_up(plan)


def test_a_run_on_reserved_nodes_costs_nothing_more() -> None:
    """They are paid whether it runs or not, at all hours."""
    reserved = {"reserved": (reservation(),), "markets": {"p.eight": ("reserved",)}}
    plan = planned(team(training=(run(),)), "p.eight", **reserved)
    (cost,) = plan.runs

    assert cost.money is not None
    assert cost.money.amount == 0
    assert plan.total.amount == Fraction("62.8")


def test_the_money_of_a_run_on_unpriced_nodes_is_unknown() -> None:
    """Never 0."""
    plan = plan_capacity(cluster(("p.eight",)), [team(training=(run(),))], catalog((replace(EIGHT, prices=()), FOUR)))

    assert [r.money for r in plan.runs] == [None]


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"start": "2026-11-01"}, "it has ended before 2026-11-23"),
        ({"start": "2027-03-01"}, "it starts 2027-03-01, over a month after"),
        ({"gpus": None}, "no nodes are counted for it"),
    ],
)
def test_runs_outside_the_month_or_without_gpus_are_said(keys: dict[str, Any], said: str) -> None:
    """With what follows for nodes and money."""
    plan = planned(team(training=(run(**keys),)))

    assert any(said in f.what for f in plan.findings)
    assert plan.total.amount == 0


def test_time_is_stored_with_the_plan(tmp_path: Path) -> None:
    """Plan files give it back: by phase, runs, idle work."""
    at = cluster(("g.one", "g.four"), phases=PHASES)
    of = team(batch("base", 2), batch("nightly", 4, when="night"), batch("fill", 1, capacity="idle"), training=(run(),))
    plan = plan_capacity(at, [of], catalog())
    for path, text in write_plan_files(files_of(plan, at, [of], MADE_BY)).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    read, found = read_plan_files(tmp_path, "test")

    assert found == ()
    assert read is not None
    assert (read.plan.pools, read.plan.runs, read.plan.idle_work) == (plan.pools, plan.runs, plan.idle_work)
    assert read.plan.phases == plan.phases
