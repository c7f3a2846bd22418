"""A shrink takes two steps: what the plan before had is kept, and let go when that is asked for."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.plan.factories import MADE_BY
from capacity.plan.test_month import run
from capacity.plan.test_plan_properties import worlds
from capacity.plan.worlds import CPUS, FOUR, ONE, batch, catalog, cluster, reservation, team
from tonnage.capacity.inventory.stock import MARKET
from tonnage.capacity.plan import plan_capacity
from tonnage.capacity.planfile import read_plan_files, write_plan_files
from tonnage.capacity.releasing import kept, released
from tonnage.capacity.result import CapacityPlan, Pool
from tonnage.capacity.stale import stale
from tonnage.capacity.stored import files_of
from tonnage.manifests.tenancy.space import priorities_of
from tonnage.spec.cluster import Cluster
from tonnage.spec.team import Team
from tonnage.units import Cpu, Memory, MoneyRate, Share

WHERE = cluster(("g.one", "m.cpu"))
BIG, SMALL = team(batch("a", 5), batch("c", 6, 0)), team(batch("a", 2), batch("c", 6, 0))
NO_GPUS = team(batch("c", 6, 0))


def made(of: Team | tuple[Team, ...], where: Cluster = WHERE) -> CapacityPlan:
    """What the specs ask for, whatever was before."""
    return plan_capacity(where, of if isinstance(of, tuple) else (of,), catalog())


def after(before: CapacityPlan, of: Team | tuple[Team, ...], where: Cluster = WHERE) -> CapacityPlan:
    """What is planned where that was planned before."""
    return kept(made(of, where), before, where, catalog())


def pools(plan: CapacityPlan) -> dict[str, Pool]:
    """By name."""
    return {p.name: p for p in plan.pools}


def nodes(plan: CapacityPlan) -> dict[str, int]:
    """All nodes of each pool."""
    return {p.name: p.nodes for p in plan.pools}


def codes(plan: CapacityPlan) -> set[str]:
    """Codes of the findings about releasing."""
    return {f.code for f in plan.findings if f.code.startswith("TN38")}


def parts(plan: CapacityPlan) -> Fraction:
    """Everything that somebody pays, added up here."""
    until = plan.releasing.amount if plan.releasing is not None else Fraction(0)
    return sum((c.rate.amount for c in plan.costs.values()), plan.idle.amount) + until


def bytes_of(plan: CapacityPlan, of: Team, where: Cluster = WHERE) -> dict[str, str]:
    """Plan files."""
    return dict(write_plan_files(files_of(plan, where, [of], MADE_BY)))


def test_a_shrink_keeps_the_nodes_and_says_so() -> None:
    """Five nodes before, two needed: three stand until released, and no pod is planned onto them."""
    plan = after(made(BIG), SMALL)
    pool = pools(plan)["g-one"]

    assert (pool.count, pool.releasing, pool.nodes, pool.gpus) == (2, 3, 5, 5)
    assert sum(p.nodes for p in pool.patterns) == 2
    assert pools(plan)["m-cpu"] == pools(made(SMALL))["m-cpu"]
    (finding,) = (f for f in plan.findings if f.code == "TN380")
    assert finding.what == "keeps 3 of its 5 nodes until released"
    assert "`tonnage plan --write --release`" in finding.fix


def test_a_pool_that_nothing_needs_stays_with_all_its_nodes() -> None:
    """Taken away at once, its nodes would be drained under the pods that run there."""
    pool = pools(after(made(BIG), NO_GPUS))["g-one"]

    assert (pool.count, pool.spares, pool.releasing, pool.patterns) == (0, 0, 5, ())
    assert (pool.instance_type, pool.zones, pool.gpus_per_node) == ("g.one", ("a", "b"), 1)


def test_growth_is_immediate_and_uses_what_was_releasing() -> None:
    """Nothing waits for a release that is needed again."""
    shrunk = after(made(BIG), SMALL)

    assert after(made(SMALL), BIG) == made(BIG)
    assert after(shrunk, BIG) == made(BIG)
    assert pools(after(shrunk, team(batch("a", 4), batch("c", 6, 0))))["g-one"].releasing == 1


def test_spares_are_no_reason_to_keep_more() -> None:
    """Nodes are counted together: four with one spare for five is one fewer, whatever they are for."""
    before = made(BIG)
    spare = replace(before, pools=tuple(replace(p, count=p.count - 1, spares=1) for p in before.pools))

    assert pools(after(spare, SMALL))["g-one"].releasing == 3


def test_releasing_nodes_are_paid_apart() -> None:
    """Neither a team's part nor idle, but in the total: three nodes of 3 USD/h."""
    fresh, plan = made(SMALL), after(made(BIG), SMALL)

    assert plan.releasing == MoneyRate(Fraction(9))
    assert plan.total.amount == fresh.total.amount + 9 == parts(plan)
    assert (plan.costs, plan.idle) == (fresh.costs, fresh.idle)
    (entry,) = (e for e in plan.ledger if e.name == "total, until released")
    assert entry.value == f"{float(plan.total.amount):g} USD/h"


def test_an_unknown_price_of_releasing_nodes_is_never_zero() -> None:
    """The total is then a lower bound, and the type is named."""
    where = cluster(("p.rare", "m.cpu"))
    plan = after(made(team(batch("a", 5, accelerator="h200-sxm")), where), NO_GPUS, where)

    assert pools(plan)["p-rare"].releasing == 1
    assert plan.releasing is None
    assert plan.unpriced == ("p.rare",)


def test_quotas_shrink_only_when_released() -> None:
    """The former pods of a team still run when the platform's stack is applied; one that dies may come back."""
    fresh, plan = made(SMALL).quotas["search"], after(made(BIG), SMALL)

    assert plan.quotas == made(BIG).quotas
    assert plan.after_release == {"search": fresh}
    assert {"TN380", "TN381"} == codes(plan)


def test_a_quota_that_moves_between_kinds_holds_both() -> None:
    """Each amount is the larger of the two."""
    before = made(team(batch("a", 5)))
    plan = after(before, team(batch("c", 40, 0)))

    assert plan.quotas["search"].gpus == {"l40s": 5}
    assert plan.quotas["search"].pods == 40
    assert plan.quotas["search"].cpu == Cpu(Fraction(160))
    assert plan.quotas["search"].memory == Memory.gib(16 * 40)


def test_a_quota_alone_can_wait_for_its_release() -> None:
    """Fewer pods on as many nodes: no pool releases anything, and still the quota stands."""
    plan = after(made(team(batch("c", 3, 0))), team(batch("c", 2, 0)))

    assert not [p for p in plan.pools if p.releasing]
    assert codes(plan) == {"TN381"}
    assert plan.releasing is None
    assert released(plan).quotas == made(team(batch("c", 2, 0))).quotas


def test_a_tier_that_a_team_no_longer_uses_is_lawful_until_released() -> None:
    """A pod of the former tier that dies before the team's stack is applied may come back."""
    plan = after(made(team(batch("c", 2, 0))), team(batch("c", 2, 0, priority="bestEffort")))

    assert plan.former_tiers == {"search": ("standard",)}
    assert codes(plan) == {"TN381"}
    assert priorities_of(plan, "search") == ("standard", "bestEffort")
    assert priorities_of(released(plan), "search") == ("bestEffort",)
    assert after(plan, team(batch("c", 2, 0, priority="bestEffort"))) == plan


def test_a_team_that_left_leaves_its_nodes_but_no_quota() -> None:
    """Its namespace goes with its file; its pods keep their nodes until then."""
    other = team(batch("b", 2), name="other")
    plan = after(made((SMALL, other)), SMALL)

    assert pools(plan)["g-one"].releasing == 2
    assert plan.quotas.keys() == {"search"}


def test_unused_reservations_are_not_counted_twice() -> None:
    """A releasing node of a reservation is paid anyhow: the total is that of before."""
    where = cluster(("p.eight", "m.cpu"), markets={"p.*": ("reserved",)}, reserved=(reservation(3),))
    big, small = (team(batch("a", n, accelerator="h100-sxm")) for n in (15, 5))
    before, fresh, plan = made(big, where), made(small, where), after(made(big, where), small, where)

    assert (pools(plan)["p-eight-reserved"].count, pools(plan)["p-eight-reserved"].releasing) == (1, 2)
    assert (before.unused_reservations, plan.unused_reservations) == ((), ())
    assert [u.nodes for u in fresh.unused_reservations] == [2]
    assert plan.releasing == MoneyRate(Fraction(0))
    assert plan.total == before.total == fresh.total
    assert parts(plan) == plan.total.amount


def test_nodes_beyond_a_smaller_reservation_cost_money() -> None:
    """Nobody pays them anyhow any more."""
    keys: dict[str, Any] = {"markets": {"p.*": ("reserved",)}}
    three, one = (cluster(("p.eight", "m.cpu"), reserved=(reservation(n),), **keys) for n in (3, 1))
    big, small = (team(batch("a", n, accelerator="h100-sxm")) for n in (15, 5))
    plan = after(made(big, three), small, one)

    assert pools(plan)["p-eight-reserved"].releasing == 2
    assert plan.releasing == MoneyRate(2 * Fraction("31.40"))


def test_a_run_that_is_over_is_not_paid_for_the_whole_month() -> None:
    """Its nodes stood three days; they are kept for as much, because nodes without pods go by themselves."""
    where = cluster(("p.eight", "m.cpu"))
    before = made(team(training=(run(),)), where)
    plan = after(before, team(), where)
    pool = pools(plan)["p-eight"]

    assert pool.releasing == pools(before)["p-eight"].nodes
    assert pool.paid == pools(before)["p-eight"].paid
    assert pool.paid is not None
    assert float(pool.paid) < 0.11
    assert plan.total.amount <= before.total.amount
    assert parts(plan) == plan.total.amount


PHASES = {"day": "Mon-Fri 08:00-20:00 America/New_York", "night": "rest"}


def test_nodes_of_a_phase_are_kept_in_their_phase() -> None:
    """Four by night and two by day stay four by night and two by day."""
    where = cluster(("g.one",), phases=PHASES)
    big, small = (team(batch("base", n), batch("nightly", 2 * n, when="night")) for n in (2, 1))
    before, fresh, plan = made(big, where), made(small, where), after(made(big, where), small, where)
    pool, old = pools(plan)["g-one"], pools(before)["g-one"]

    assert (pool.nodes, pool.releasing) == (6, 3)
    assert pool.by_phase == old.by_phase == {"day": 2, "night": 6}
    assert float(pool.paid or 0) == pytest.approx(float(old.paid or 0), abs=1e-6)
    assert fresh.total < plan.total
    assert float(plan.total.amount) == pytest.approx(float(before.total.amount), abs=1e-4)
    assert after(plan, small, where) == plan


def test_a_phase_that_grows_while_the_pool_shrinks_has_the_larger_count() -> None:
    """Two by day and six by night, then four at all hours: four by day, and six by night until released."""
    where = cluster(("g.one",), phases=PHASES)
    before = made(team(batch("base", 2), batch("nightly", 4, when="night")), where)
    now = team(batch("base", 4), batch("nightly", 1, when="night"))
    pool = pools(after(before, now, where))["g-one"]

    assert (pool.count, pool.releasing) == (5, 1)
    assert pool.by_phase == {"day": 4, "night": 6}
    assert float(pool.paid or 0) == pytest.approx((4 * 60 + 6 * 108) / 168 / 6, abs=1e-5)


def test_nodes_of_a_reservation_that_has_ended_cost_money_and_account_quota() -> None:
    """Kept, and nothing pays for them anyhow."""
    keys: dict[str, Any] = {
        "markets": {"p.*": ("reserved", "onDemand")},
        "accountQuotas": ({"name": "P", "instanceTypes": ("p.*",), "vcpus": 1000},),
    }
    ends = reservation(2, until=date(2026, 12, 1))
    where = cluster(("p.eight", "m.cpu"), reserved=(ends,), **keys)
    later = cluster(("p.eight", "m.cpu"), reserved=(ends,), asOf=date(2026, 12, 2), **keys)
    of = team(batch("a", 10, accelerator="h100-sxm"))
    plan = after(made(of, where), of, later)

    assert nodes(plan) == {"p-eight": 2, "p-eight-reserved": 2}
    assert plan.releasing == MoneyRate(2 * Fraction("31.40"))
    assert [u.used_vcpus for u in plan.account] == [4 * 96]


def test_nodes_that_a_reservation_still_pays_use_no_more_of_the_account() -> None:
    """What reservations hold of the account's quota is counted once."""
    keys: dict[str, Any] = {"accountQuotas": ({"name": "P", "instanceTypes": ("p.*",), "vcpus": 1000},)}
    where = cluster(("p.eight", "m.cpu"), markets={"p.*": ("reserved",)}, reserved=(reservation(3),), **keys)
    big, small = (team(batch("a", n, accelerator="h100-sxm")) for n in (15, 5))

    assert [u.used_vcpus for u in after(made(big, where), small, where).account] == [3 * 96]


def test_account_quotas_and_limits_count_what_stands() -> None:
    """The growth of one pool has no room while another releases: said, because the cloud would refuse it."""
    keys: dict[str, Any] = {
        "limits": {"gpus": 6, "cost": "11000 USD/month"},
        "accountQuotas": ({"name": "G", "instanceTypes": ("g.*",), "vcpus": 40},),
    }
    one, four = (cluster((t, "m.cpu"), **keys) for t in ("g.one", "g.four"))
    plan = after(made(team(batch("a", 4)), one), team(batch("a", 4)), four)

    assert nodes(plan) == {"g-four": 1, "g-one": 4}
    assert [u.used_vcpus for u in plan.account] == [4 * ONE.cpu.amount + FOUR.cpu.amount]
    said = [f.what for f in plan.findings if f.code == "TN382"]
    assert said == [
        "until nodes are released, account quota 'G' allows 40 vCPUs, 64 are counted",
        "until nodes are released, limits.cost is $11,000 a month, the plan costs $16,060 a month",
        "until nodes are released, limits.gpus is 6, the pools hold 8",
    ]


def test_a_pool_of_an_unknown_type_cannot_be_kept_in_silence() -> None:
    """It could not be declared, so it is an error with its way out."""
    plan = kept(made(NO_GPUS), made(BIG), WHERE, catalog((CPUS,)))

    (finding,) = (f for f in plan.findings if f.code == "TN383")
    assert finding.severity == "error"


def test_nodes_that_exist_already_are_not_ours_to_keep() -> None:
    """Neither where a plan is made for them, nor where the plan before was."""
    before = made(BIG)
    existing = replace(before, pools=tuple(replace(p, market=MARKET) for p in before.pools), quotas={})
    none = WHERE.model_copy(update={"node_pools": WHERE.node_pools.model_copy(update={"provisioner": "none"})})
    fresh = made(SMALL)

    assert kept(fresh, existing, WHERE, catalog()) == fresh
    assert kept(fresh, before, none, catalog()) == fresh


def test_a_release_takes_what_was_announced_and_no_more() -> None:
    """A shrink that no plan file has announced is kept, even in the run that releases another."""
    announced = after(made(BIG), SMALL)
    plan = after(released(announced), team(batch("a", 1), batch("c", 6, 0)))

    assert nodes(plan)["g-one"] == 2
    assert pools(plan)["g-one"].releasing == 1


def test_what_is_kept_survives_its_file(tmp_path: Path) -> None:
    """Written, read, equal, fresh by its digests, and writing it again changes no byte."""
    plan = after(made(BIG), SMALL)
    for path, text in bytes_of(plan, SMALL).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    read, found = read_plan_files(tmp_path, "test")

    assert read is not None
    assert found == ()
    assert "releasing: 3\n" in (tmp_path / "plan/test/pools.yaml").read_text(encoding="utf-8")
    assert replace(read.plan, ledger=plan.ledger, findings=plan.findings, workloads=plan.workloads) == plan
    assert stale(read, WHERE, [SMALL], "platform") == ()
    assert stale(read, WHERE, [SMALL], "team", "search") == ()
    assert bytes_of(after(read.plan, SMALL), SMALL) == bytes_of(plan, SMALL)
    assert bytes_of(after(released(read.plan), SMALL), SMALL) == bytes_of(made(SMALL), SMALL)


def test_team_files_say_nothing_of_a_release() -> None:
    """Only the platform's stack keeps anything."""
    plain, keeping = bytes_of(made(SMALL), SMALL), bytes_of(after(made(BIG), SMALL), SMALL)

    assert [path for path in plain if plain[path] != keeping[path]] == ["plan/test/pools.yaml"]


@settings(max_examples=60, deadline=None)
@given(worlds(), st.lists(worlds(), min_size=1, max_size=3))
def test_no_pool_and_no_quota_ever_shrinks_without_a_release(
    first: tuple[Cluster, list[Team]], later: list[tuple[Cluster, list[Team]]]
) -> None:
    """Over any history of specs; keeping twice is keeping once; a release gives exactly what is asked for."""
    plan = plan_capacity(*first, catalog())
    for where, teams in later:
        before, fresh = plan, plan_capacity(where, teams, catalog())
        plan = kept(fresh, before, where, catalog())
        had, has = nodes(before), nodes(plan)
        assert all(has[name] >= n for name, n in had.items())
        assert all(has[name] == max(had.get(name, 0), nodes(fresh).get(name, 0)) for name in has)
        for name, quota in plan.quotas.items():
            old = before.quotas.get(name, quota)
            assert all(quota.gpus.get(a, 0) >= n for a, n in old.gpus.items())
            assert quota.cpu >= old.cpu
            assert quota.memory >= old.memory
            assert quota.pods >= old.pods
        assert parts(plan) == plan.total.amount
        assert plan.total.amount >= fresh.total.amount
        assert kept(fresh, plan, where, catalog()) == plan
        assert kept(fresh, released(plan), where, catalog()) == fresh


def test_a_paid_part_of_hours_is_never_lost_between_plans_without_phases() -> None:
    """Where the parts of the month are others than before, what was paid on the whole is paid on."""
    before = made(BIG)
    part = replace(before, pools=tuple(replace(p, by_phase={"then": 1}, paid=Share.parse("25%")) for p in before.pools))
    plan = after(part, SMALL)
    pool = pools(plan)["g-one"]

    assert (pool.by_phase, pool.paid) == ({}, Share.parse("40%"))  # two of five nodes stand at all hours
    assert plan.releasing == MoneyRate(Fraction(0))
    assert after(plan, SMALL) == plan


@pytest.mark.parametrize("seed", ["0", "77"])
def test_no_hash_seed_changes_a_byte(seed: str) -> None:
    """Plan files of a shrink, made in a process of its own."""
    program = (
        "import sys; from capacity.plan.test_releasing import *;"
        "sys.stdout.write(''.join(bytes_of(after(made(BIG), SMALL), SMALL).values()))"
    )
    env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True)

    assert done.stdout == "".join(bytes_of(after(made(BIG), SMALL), SMALL).values())
