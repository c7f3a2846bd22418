"""The promise that a cluster declares: what it buys, what it costs, how it is said, and that plan files keep it."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from capacity.plan.factories import MADE_BY
from capacity.plan.worlds import batch, catalog, cluster, team
from tonnage.capacity.digest import cluster_digest, ground_digest
from tonnage.capacity.plan import plan_capacity
from tonnage.capacity.planfile import read_plan_files, write_plan_files
from tonnage.capacity.result import CapacityPlan, Pool
from tonnage.capacity.stored import files_of
from tonnage.findings import Severity

MIXED = team(batch("pair", 2, gpus=2), batch("single", 4))
"""Two nodes of four GPUs hold them exactly; single pods that come first and spread leave no two GPUs together."""


def planned(scheduling: str = "packed", *types: str, **other: Any) -> CapacityPlan:
    """The plan of the mixed team on nodes of four GPUs."""
    return plan_capacity(cluster(types or ("g.four",), scheduling=scheduling, **other), [MIXED], catalog())


def pool(plan: CapacityPlan) -> Pool:
    """The only one."""
    (one,) = plan.pools
    return one


def codes(plan: CapacityPlan) -> dict[str, Severity]:
    """Findings that this is about."""
    return {f.code: f.severity for f in plan.findings if f.code in {"TN329", "TN370", "TN371"}}


def test_every_plan_states_the_three_counts_with_their_money() -> None:
    """8 GPUs on two nodes if packed; in some order on the stock scheduler a third node of 10 USD/h is needed."""
    counts = planned().counts

    assert [(c.scheduling, c.nodes) for c in counts] == [
        ("packed", {"g-four": 2}),
        ("pinned", {"g-four": 3}),
        ("unpinned", {"g-four": 3}),
    ]
    assert [None if c.beyond is None else c.beyond.amount for c in counts] == [0, 10, 10]


def test_packed_is_what_is_declared_unless_said_otherwise() -> None:
    """The stock scheduler's shortage stays a warning, with the price of doing without the promise."""
    plan = planned()
    (warning,) = [f for f in plan.findings if f.code == "TN329"]

    assert plan == plan_capacity(cluster(("g.four",)), [MIXED], catalog())
    assert (pool(plan).count, pool(plan).extra, pool(plan).nodes) == (2, 0, 2)
    assert plan.contract.startswith("pods pinned to their pools, GPU pools tainted, the scheduler fills nodes in use")
    assert "set scheduling to pinned, for $7,300 a month more" in warning.fix


@pytest.mark.parametrize("scheduling", ["pinned", "unpinned"])
def test_the_pools_hold_what_the_declared_promise_needs(scheduling: str) -> None:
    """The third node is apart from the two that the pods fill, is paid for, and belongs to no team."""
    plan, packed = planned(scheduling), planned()

    assert (pool(plan).count, pool(plan).extra, pool(plan).nodes) == (2, 1, 3)
    assert plan.total.amount == packed.total.amount + 10
    assert plan.idle.amount == packed.idle.amount + 10
    assert plan.costs["search"].rate == packed.costs["search"].rate
    assert plan.scheduling == scheduling
    assert plan.counts == packed.counts
    assert codes(plan) == {}


def test_the_gap_counts_the_nodes_beyond_the_packing() -> None:
    """30 against a bound of 20: half of it again above the cheapest possible."""
    plan, packed = planned("pinned"), planned()

    assert plan.lower_bound == packed.lower_bound
    assert packed.gap is not None
    assert packed.gap.amount == 0
    assert plan.gap is not None
    assert plan.gap.amount == Fraction(1, 2)


def test_the_ledger_says_how_each_count_was_tried() -> None:
    """Value, promise, simulation."""
    entries = {e.name: e for e in planned("pinned").ledger}
    n_pinned = entries["N_pinned, nodes without spares where scheduling is pinned"]

    assert n_pinned.value == "3 (3 g-four), $7,300 a month beyond those of the packing"
    assert "worst of 20 orders" in n_pinned.source
    assert entries["nodes of g-four"].formula == "1 + 1 by pattern + 1 extra for scheduling + 0 spare"


def test_limits_that_refuse_the_nodes_are_an_error_only_where_they_were_promised() -> None:
    """8 GPUs and no more: packed can be kept, pinned cannot; nothing is bought above the limit."""
    limits = {"gpus": 8}
    packed, pinned = planned(limits=limits), planned("pinned", limits=limits)
    (error,) = [f for f in pinned.findings if f.code == "TN371"]

    assert codes(packed) == {"TN329": Severity.WARNING}
    assert codes(pinned) == {"TN371": Severity.ERROR}
    assert "search/pair may stay pending" in error.what
    assert pool(pinned).nodes == 2
    assert pinned.counts[1].pending == {"search/pair": 1}


def test_a_reserved_node_that_stands_free_costs_nothing_more() -> None:
    """Three are paid for, two are filled: the third is used first, and the total stays."""
    reserved = ({"instanceType": "g.four", "count": 3, "id": "cr-1", "zone": "a", "price": "8 USD/h"},)
    more: dict[str, Any] = {"reserved": reserved, "markets": {"g.four": ("reserved",)}}
    packed, pinned = planned(**more), planned("pinned", **more)

    assert (pool(pinned).nodes, pool(packed).nodes) == (3, 2)
    assert pinned.total == packed.total
    assert pinned.counts[1].beyond is not None
    assert pinned.counts[1].beyond.amount == 0
    assert packed.unused_reservations
    assert not pinned.unused_reservations


def test_a_node_of_unknown_price_makes_the_difference_unknown() -> None:
    """Unknown is never 0."""
    pods = [batch("whole", 1, gpus=8, accelerator="h200-sxm"), batch("single", 8, accelerator="h200-sxm")]
    plan = plan_capacity(cluster(("p.rare",)), [team(*pods)], catalog())

    assert [c.beyond is None for c in plan.counts] == [False, True, True]


def test_a_plan_that_is_too_large_says_so_and_guesses_nothing() -> None:
    """No count is given; where more than the packing was asked for, that is a warning."""
    large = team(batch("pair", 150, gpus=2), batch("single", 300))
    told = {}
    for scheduling in ("packed", "pinned"):
        plan = plan_capacity(cluster(("g.four",), scheduling=scheduling), [large], catalog())
        assert [(c.nodes, c.beyond) for c in plan.counts] == [(None, None)] * 3
        assert pool(plan).extra == 0
        assert "not simulated, the plan is too large" in {e.value for e in plan.ledger}
        told[scheduling] = codes(plan)

    assert told == {"packed": {"TN370": Severity.INFO}, "pinned": {"TN370": Severity.WARNING}}


def test_extra_nodes_of_an_elastic_pool_stand_only_while_it_has_others() -> None:
    """At night nothing runs: the third node is paid for by day alone, 60 of 168 hours."""
    phases = {"day": "Mon-Fri 08:00-20:00 America/New_York", "night": "rest"}
    by_day = team(batch("pair", 2, gpus=2, when="day"), batch("single", 4, when="day"))
    plan = plan_capacity(cluster(("g.four",), scheduling="pinned", phases=phases), [by_day], catalog())

    assert dict(pool(plan).by_phase) == {"day": 3, "night": 0}
    assert plan.total.amount == Fraction(int(Fraction(30 * 60, 168) * 1_000_000), 1_000_000)
    assert plan.counts[1].beyond is not None
    assert plan.counts[1].beyond.amount == Fraction(int(Fraction(10 * 60, 168) * 1_000_000), 1_000_000)


@pytest.mark.parametrize("scheduling", ["packed", "pinned", "unpinned"])
def test_plan_files_keep_the_counts(scheduling: str, tmp_path: Path) -> None:
    """Written, read, equal: nodes, money, and the promise."""
    spec = cluster(("g.four",), scheduling=scheduling)
    plan = plan_capacity(spec, [MIXED], catalog())
    for path, text in write_plan_files(files_of(plan, spec, [MIXED], MADE_BY)).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    read, findings = read_plan_files(tmp_path, "test")

    assert findings == ()
    assert read is not None
    stored = read.plan
    assert (stored.counts, stored.scheduling, stored.pools) == (plan.counts, plan.scheduling, plan.pools)


def test_another_promise_makes_the_pools_stale_and_no_team() -> None:
    """Pods are declared as before; only nodes change."""
    packed, pinned = (cluster(("g.four",), scheduling=s) for s in ("packed", "pinned"))

    assert cluster_digest(packed) != cluster_digest(pinned)
    assert ground_digest(packed) == ground_digest(pinned)


def test_nodes_that_exist_already_are_not_counted_thrice() -> None:
    """Counts are the stock; what waits on the stock scheduler is said as for all plans."""
    spec = cluster(("g.four",)).model_dump(by_alias=True)
    four = {"name": "four", "count": 2, "accelerator": "l40s", "gpus": 4, "cpu": "32", "memory": "256GiB"}
    own = type(cluster()).model_validate(
        {k: v for k, v in spec.items() if k in {"kind", "name", "platform", "kubernetes", "asOf"}}
        | {"platform": "existing", "nodePools": {"provisioner": "none", "nodes": (four | {"allocatable": True},)}}
    )
    plan = plan_capacity(own, [MIXED], catalog())

    assert plan.counts == ()
    assert codes(plan) == {"TN329": Severity.WARNING}


def test_the_order_of_specs_changes_no_count() -> None:
    """Workloads told in another order are the same plan."""
    back = replace_batches(MIXED.batch[::-1])

    assert plan_capacity(cluster(("g.four",)), [back], catalog()).counts == planned().counts


def replace_batches(batches: Any) -> Any:
    """The team with its batches in that order."""
    return MIXED.model_copy(update={"batch": tuple(batches)})
