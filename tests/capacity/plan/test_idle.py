"""Work on idle capacity: it buys nothing, and the plan says how much of it is done."""

from fractions import Fraction
from typing import Any

import pytest

from capacity.plan.worlds import batch, catalog, cluster, team
from tonnage.capacity.plan import plan_capacity
from tonnage.capacity.result import CapacityPlan
from tonnage.findings import Severity
from tonnage.manifests.queueing.queues import queues_of

PHASES = {"day": "Mon-Fri 08:00-20:00 America/New_York", "night": "rest"}


def planned(*jobs: dict[str, Any], **other: Any) -> CapacityPlan:
    """On nodes of four GPUs."""
    return plan_capacity(cluster(("g.four",), **other), [team(*jobs)], catalog())


def test_idle_work_buys_no_nodes() -> None:
    """With and without it the plan costs the same."""
    alone, beside = planned(batch("base", 3)), planned(batch("base", 3), batch("fill", 9, capacity="idle"))

    assert (beside.pools, beside.total, beside.quotas) == (alone.pools, alone.total, alone.quotas)
    assert [str(w.id) for w in beside.workloads] == ["search/base"]


@pytest.mark.parametrize(("pods", "expected"), [(1, Fraction(1)), (2, Fraction(1, 2)), (4, Fraction(1, 4))])
def test_what_is_free_says_how_much_is_done(pods: int, expected: Fraction) -> None:
    """One of four GPUs is left: one pod of it runs."""
    (work,) = planned(batch("base", 3), batch("fill", pods, capacity="idle")).idle_work

    assert (dict(work.places), work.expected.amount) == ({"all hours": 1}, expected)


def test_it_runs_where_others_have_left_nodes_standing_and_only_there() -> None:
    """By day the nightly job's node is given back; by night nothing of it is free."""
    jobs = (batch("base", 3), batch("nightly", 4, when="night"), batch("fill", 2, capacity="idle"))
    (work,) = planned(*jobs, phases=PHASES).idle_work

    assert dict(work.places) == {"day": 1, "night": 1}
    assert work.expected.amount == Fraction(1, 2)


def test_only_the_hours_of_its_phase_count() -> None:
    """Others are no room for it."""
    (work,) = planned(batch("base", 3), batch("fill", 1, capacity="idle", when="night"), phases=PHASES).idle_work

    assert (dict(work.places), work.expected.amount) == ({"night": 1}, Fraction(1))


def test_the_higher_tier_comes_first() -> None:
    """One place, two that want it."""
    jobs = (batch("low", 1, capacity="idle", priority="bestEffort"), batch("top", 1, capacity="idle"))
    work = {w.id.name: w.expected.amount for w in planned(batch("base", 3), *jobs).idle_work}

    assert work == {"top": 1, "low": 0}


def test_what_is_expected_is_said_and_promised_to_nobody() -> None:
    """A finding, and a queue without quota."""
    plan = planned(batch("fill", 2, capacity="idle"))
    (said,) = (f for f in plan.findings if f.code == "TN317")

    assert said.severity is Severity.INFO
    assert said.what.startswith("capacity is idle: 0.0% of 2 pods is expected to be done")
    assert queues_of(plan).teams == {"search": {}}
