"""What differs between two plans."""

from dataclasses import replace

import pytest

from report.factories import cost, grown, hourly, plan, pool, quota, workload
from tonnage.capacity.result import CapacityPlan, Pattern, UnusedReservation
from tonnage.report.changes import Tally, compare


def test_equal_plans_differ_in_nothing() -> None:
    """No change, no report."""
    changes = compare("prod-east", plan(), plan())

    assert not changes
    assert (changes.pools, changes.workloads, changes.quotas, changes.costs, changes.account) == ((),) * 5


def test_growth_is_seen_in_every_part_that_it_touches() -> None:
    """Replicas, nodes, GPUs, quota, cost and account quota move together."""
    changes = compare("prod-east", plan(), grown())

    assert changes.nodes == Tally(5, 0)
    assert changes.gpus == Tally(20, 0)
    assert [c.name for c in changes.workloads] == ["search/chat"]
    assert [c.name for c in changes.quotas] == ["search"]
    assert [c.name for c in changes.costs] == ["search"]
    assert [c.name for c in changes.account] == ["G instances"]
    assert changes.money.cash == hourly(50)


def test_another_team_that_did_not_change_stays_silent() -> None:
    """Only the parts that differ are listed."""
    other = workload("media/draw", pools={"g6-4xlarge": 2})
    both = {"search": quota(), "media": quota(8, 2)}
    before = plan(workloads=(workload(), other), quotas=both)
    after = plan(workloads=(workload(replicas=10), other), quotas=both | {"search": quota(40, 10)})
    changes = compare("prod-east", before, after)

    assert [c.name for c in changes.workloads] == ["search/chat"]
    assert [c.name for c in changes.quotas] == ["search"]


def test_which_pod_sits_on_which_of_the_same_nodes_is_no_change() -> None:
    """Patterns and utilisation are not decisions."""
    moved = replace(pool(), patterns=(Pattern(9, {"search/chat": 1}),))

    assert not compare("prod-east", plan(), plan(pools=(moved,)))


@pytest.mark.parametrize(
    "after",
    [
        plan(workloads=(workload(replicas=10),)),
        plan(workloads=(workload(interval=(8, 12)),)),
        plan(workloads=(workload(tensor_parallel=2),)),
        plan(workloads=(workload(binding="kv"),)),
        plan(pools=(pool(spares=2),)),
        plan(pools=(pool(price=11.0),)),
        plan(pools=(pool(alternates=()),)),
        plan(quotas={"search": quota(pods=10)}),
        plan(costs={"search": cost(budget="70000 USD/month")}),
        plan(account=()),
        plan(unused=(UnusedReservation("cr-0abc", "p5.48xlarge", 1),)),
    ],
)
def test_each_decision_counts_as_a_change(after: CapacityPlan) -> None:
    """Whatever a reviewer must know of is a change, alone."""
    assert compare("prod-east", plan(), after)


def test_keeping_nodes_is_a_change_that_adds_and_takes_none() -> None:
    """The headline stays silent on nodes; the pool says what it keeps."""
    changes = compare("prod-east", plan(), plan(pools=(replace(pool(), count=6, releasing=3),)))

    assert [c.name for c in changes.pools] == ["g6e-12xlarge"]
    assert not changes.nodes
    assert not changes.gpus


def test_nodes_added_and_removed_do_not_cancel_out() -> None:
    """Five of one type for five of another is a change of ten."""
    changes = compare("prod-east", plan(pools=(pool("a", 5, 0),)), plan(pools=(pool("b", 5, 0),)))

    assert changes.nodes == Tally(5, 5)


def test_a_new_cluster_is_all_added() -> None:
    """What has no base has nothing before."""
    changes = compare("prod-east", None, plan())

    assert changes.nodes == Tally(10, 0)
    assert changes.money.cash == hourly(100)
    assert all(c.before is None for c in changes.pools)


def test_using_a_reservation_costs_no_cash() -> None:
    """Reserved nodes are paid for whether a pod sits on them or not."""
    idle = UnusedReservation("cr-0abc", "p5.48xlarge", 2, hourly(31.4))
    before = plan(pools=(), unused=(idle,), total=62.8)
    after = plan(pools=(pool("p5-48xlarge", 2, 0, 31.4, market="reserved"),), total=62.8)
    money = compare("prod-east", before, after).money

    assert (money.cash, money.committed) == (hourly(0), hourly(0))


def test_a_new_reservation_is_cash_inside_a_commitment() -> None:
    """The part of the bill that cannot be given back is told apart."""
    after = plan(pools=(pool(), pool("p5-48xlarge", 2, 0, 31.4, market="reserved")), total=162.8)
    money = compare("prod-east", plan(), after).money

    assert (money.cash, money.committed) == (hourly(62.8), hourly(62.8))


def test_a_pool_without_a_price_is_named_and_not_counted_as_free() -> None:
    """Unknown stays unknown."""
    after = plan(pools=(pool(), pool("g9-big", 3, 0, None)))

    assert compare("prod-east", plan(), after).money.unknown == ("g9-big",)
