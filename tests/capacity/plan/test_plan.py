"""The plan of a cluster: what is bought, from what, and what is said where it cannot be."""

from capacity.plan.independent import complaints
from capacity.plan.worlds import UNPRICED, batch, catalog, cluster, reservation, team
from tonnage.capacity.plan import plan_capacity
from tonnage.capacity.result import CapacityPlan, UnusedReservation
from tonnage.findings import Severity, errors
from tonnage.spec.cluster import Cluster
from tonnage.spec.team import Team
from tonnage.units import MoneyRate, Share

NOTHING = Share.parse("0%")


def planned(where: Cluster, *teams: Team) -> CapacityPlan:
    """A plan that the second opinion has nothing against."""
    made = plan_capacity(where, teams, catalog())
    assert complaints(made, where, catalog()) == []
    return made


def nodes(plan: CapacityPlan) -> dict[str, int]:
    """Nodes by pool, spares included."""
    return {p.name: p.nodes for p in plan.pools}


def said(plan: CapacityPlan) -> list[tuple[str, str]]:
    """Where and what of every finding."""
    return [(f.where, f.what) for f in plan.findings]


def test_the_cheapest_mix_is_bought() -> None:
    """Five GPUs: one node of four (10) and one of one (3); CPU pods go on a CPU node (1). Proven: gap 0."""
    plan = planned(cluster(), team(batch("a", 5), batch("b", 3, 0)))

    assert nodes(plan) == {"g-four": 1, "g-one": 1, "m-cpu": 1}
    assert plan.total == MoneyRate.parse("14 USD/h")
    assert (plan.lower_bound, plan.gap) == (plan.total, NOTHING)
    assert plan.findings == ()


def test_pools_say_what_sits_where_and_what_else_would_do() -> None:
    """Patterns, zones, vCPUs, utilisation of what pods may use, and alternates by price."""
    plan = planned(cluster(), team(batch("a", 1)))
    pool = plan.pools[0]

    assert (pool.name, pool.instance_type, pool.market, pool.zones) == ("g-one", "g.one", "onDemand", ("a", "b"))
    assert [(p.nodes, dict(p.pods)) for p in pool.patterns] == [(1, {"search/a": 1})]
    assert pool.alternates == ("g.four",)
    assert pool.vcpus_per_node == 8
    assert {k: str(v) for k, v in pool.utilisation.items() if k in {"gpu", "cpu"}} == {"gpu": "100%", "cpu": "54.1%"}
    assert (pool.price.source, pool.price.as_of and str(pool.price.as_of)) == ("made for a test", "2026-11-23")


def test_spot_is_bought_only_for_pods_that_allow_it() -> None:
    """The same pods, with and without `spot`."""
    where = cluster(("g.one",), markets={"g.*": ("onDemand", "spot")})

    assert nodes(planned(where, team(batch("a", 2)))) == {"g-one": 2}
    assert nodes(planned(where, team(batch("a", 2, spot=True)))) == {"g-one-spot": 2}


class TestReservations:
    """Paid whether used or not: free to the search, at full price in the bill."""

    def test_reserved_nodes_are_used_first_and_counted_at_full_price(self) -> None:
        """Ten pods of one GPU: all on one reserved node and a second, none bought."""
        where = cluster(("p.eight",), markets={"p.*": ("reserved", "onDemand")}, reserved=(reservation(2),))
        plan = planned(where, team(batch("a", 10, accelerator="h100-sxm")))

        assert nodes(plan) == {"p-eight-reserved": 2}
        assert plan.total == MoneyRate.parse("62.80 USD/h")
        assert (plan.pools[0].price.sunk, plan.pools[0].zones, plan.pools[0].reservation) == (True, ("a",), "cr-1")
        assert (plan.lower_bound, plan.gap) == (plan.total, NOTHING)

    def test_what_is_not_used_is_listed_and_paid(self) -> None:
        """One of three nodes in use: the other two are idle money."""
        where = cluster(("p.eight", "m.cpu"), markets={"p.*": ("reserved",)}, reserved=(reservation(3),))
        plan = planned(where, team(batch("a", 1, accelerator="h100-sxm")))

        assert plan.unused_reservations == (UnusedReservation("cr-1", "p.eight", 2, MoneyRate.parse("31.40 USD/h")),)
        assert plan.total == MoneyRate.parse("94.20 USD/h")

    def test_more_than_is_reserved_is_bought_where_the_market_is_open(self) -> None:
        """The third node comes from on demand."""
        where = cluster(("p.eight",), markets={"p.*": ("reserved", "onDemand")}, reserved=(reservation(2),))
        plan = planned(where, team(batch("a", 3, 8, accelerator="h100-sxm")))

        assert nodes(plan) == {"p-eight": 1, "p-eight-reserved": 2}

    def test_more_than_is_reserved_is_an_error_where_it_is_not(self) -> None:
        """The pod without a place is named with what it lacks, and the rest is planned."""
        where = cluster(("p.eight",), markets={"p.*": ("reserved",)}, reserved=(reservation(2),))
        plan = planned(where, team(batch("a", 3, 8, accelerator="h100-sxm")))

        assert nodes(plan) == {"p-eight-reserved": 2}
        assert said(plan) == [("search/a", "1 of 3 pods have no place (8 GPUs short): cr-1 has 2 p.eight")]
        assert (plan.lower_bound, plan.gap) == (None, None)

    def test_an_ended_reservation_is_not_there(self) -> None:
        """On the day that it ends it is gone; the day before it is not."""
        ends = {"markets": {"p.*": ("reserved", "onDemand")}}
        today = cluster(("p.eight",), **ends, reserved=(reservation(1, until=cluster().as_of),))
        later = cluster(("p.eight",), **ends, reserved=(reservation(1, until=cluster().as_of.replace(day=24)),))
        pods = team(batch("a", 1, accelerator="h100-sxm"))

        assert nodes(planned(today, pods)) == {"p-eight": 1}
        assert nodes(planned(later, pods)) == {"p-eight-reserved": 1}

    def test_two_reservations_of_a_type_are_two_pools(self) -> None:
        """Each in its zone, named after its id."""
        two = (reservation(1, "cr-1"), reservation(1, "cr-2", zone="b"))
        where = cluster(("p.eight",), markets={"p.*": ("reserved",)}, reserved=two)
        plan = planned(where, team(batch("a", 2, 8, accelerator="h100-sxm")))

        assert {p.name: p.zones for p in plan.pools} == {
            "p-eight-reserved-cr-1": ("a",),
            "p-eight-reserved-cr-2": ("b",),
        }

    def test_a_reservation_that_no_market_opens_is_pointed_out(self) -> None:
        """Paid for nothing: worth a warning, not an error."""
        plan = planned(cluster(("p.eight",), reserved=(reservation(2),)), team(batch("a", 1, accelerator="h100-sxm")))

        assert nodes(plan) == {"p-eight": 1}
        assert [(f.severity, f.what) for f in plan.findings] == [
            (Severity.WARNING, "2 x p.eight of cr-1 are paid for, but no pool may use them")
        ]


class TestUnknownPrices:
    """Unknown stays unknown: never 0, never preferred."""

    def test_an_unpriced_type_is_used_only_where_nothing_else_will_do(self) -> None:
        """Pods that accept any accelerator stay off it; those that need it get it, and the total says so."""
        where = cluster(("p.rare", "p.eight"))
        free = planned(where, team(batch("a", 1, accelerator=None)))
        bound = planned(where, team(batch("a", 1, accelerator="h200-sxm")))

        assert nodes(free) == {"p-eight": 1}
        assert free.unpriced == ()
        assert nodes(bound) == {"p-rare": 1}
        assert (bound.unpriced, bound.gap, bound.costs["search"].unpriced) == (("p.rare",), None, ("p-rare",))
        assert UNPRICED.prices == ()


class TestLimits:
    """A limit is kept; what it costs is said in figures."""

    def test_an_account_quota_moves_pods_to_other_types(self) -> None:
        """32 vCPUs allow one node of four; the next pods go one by one on small nodes of another quota."""
        quotas = ({"name": "big", "instanceTypes": ("g.four",), "vcpus": 32},)
        plan = planned(cluster(accountQuotas=quotas), team(batch("a", 8)))

        assert nodes(plan) == {"g-four": 1, "g-one": 4}
        assert [(a.used_vcpus, a.limit_vcpus) for a in plan.account] == [(32, 32)]
        assert errors(plan.findings) == ()

    def test_a_quota_that_is_too_small_is_named_with_need_and_limit(self) -> None:
        """Eight pods need 64 vCPUs of the only type; 40 are allowed."""
        quotas = ({"name": "small", "instanceTypes": ("g.*",), "vcpus": 40},)
        plan = planned(cluster(("g.one",), accountQuotas=quotas), team(batch("a", 8)))

        assert nodes(plan) == {"g-one": 5}
        assert said(plan) == [
            ("cluster test accountQuotas", "account quota 'small' allows 40 vCPUs; the specs need 64"),
            ("search/a", "3 of 8 pods have no place (3 GPUs short): account quota 'small'"),
        ]

    def test_the_limit_on_gpus_is_kept_by_larger_tiers_first(self) -> None:
        """Production gets its GPUs, whatever the order of size or name."""
        teams = (
            team(batch("a", 2, 2), name="idle", priority="bestEffort"),
            team(batch("b", 4, 1), name="shop", priority="production"),
        )
        plan = planned(cluster(("g.four",), limits={"gpus": 4}), *teams)

        assert {str(w.id): sum(w.pools.values()) for w in plan.workloads} == {"idle/a": 0, "shop/b": 4}
        assert said(plan) == [
            ("cluster test nodePools.limits.gpus", "limits.gpus allows 4 GPUs; the specs need 8"),
            ("idle/a", "2 of 2 pods have no place (4 GPUs short): limits.gpus"),
        ]

    def test_a_plan_over_the_limit_of_cost_is_whole_and_wrong(self) -> None:
        """Nothing is dropped for money: somebody decides."""
        plan = planned(cluster(limits={"cost": "5000 USD/month"}), team(batch("a", 4)))

        assert said(plan) == [
            ("cluster test nodePools.limits.cost", "the plan costs $7,300 a month, limits.cost is $5,000 a month")
        ]

    def test_reservations_alone_may_break_a_quota(self) -> None:
        """What is held counts, used or not."""
        quotas = ({"name": "P", "instanceTypes": ("p.*",), "vcpus": 96},)
        where = cluster(("p.eight",), markets={"p.*": ("reserved",)}, reserved=(reservation(2),), accountQuotas=quotas)
        plan = planned(where, team(batch("a", 1, accelerator="h100-sxm")))

        assert said(plan) == [
            ("cluster test accountQuotas", "account quota 'P' allows 96 vCPUs; reservations alone hold 192")
        ]


class TestWhatDoesNotFit:
    """Each refusal names workload, dimension and shortfall."""

    def test_a_pod_larger_than_every_node(self) -> None:
        """By the closest types."""
        plan = planned(cluster(), team(batch("a", 2, 1, cpu="40")))

        by_type = (
            "g.four: needs 40 CPU, an empty node has 31.4 (short by 8.6)",
            "g.one: needs 40 CPU, an empty node has 7.4 (short by 32.6)",
        )
        assert said(plan) == [("search/a", f"2 of 2 pods have no place (2 GPUs short): {'; '.join(by_type)}")]

    def test_pods_without_gpus_where_no_cpu_type_is_offered(self) -> None:
        """They sit on GPU nodes, and the plan says so."""
        plan = planned(cluster(("g.one",)), team(batch("b", 1, 0)))

        assert nodes(plan) == {"g-one": 1}
        assert [f.severity for f in plan.findings] == [Severity.WARNING]
        assert "no CPU type is offered" in plan.findings[0].what

    def test_a_type_that_nobody_knows_is_left_out_with_a_reason(self) -> None:
        """The others are planned on."""
        plan = planned(cluster(("g.one", "g.nine")), team(batch("a", 1)))

        assert said(plan) == [
            ("cluster test nodePools.instanceTypes", "g.nine is not planned on: the catalogue does not have it")
        ]

    def test_a_cluster_without_nodes_is_an_empty_plan_with_errors(self) -> None:
        """Nothing is raised."""
        plan = planned(cluster(()), team(batch("a", 1), batch("b", 1, 0)))

        assert plan.pools == ()
        assert {w for w, _ in said(plan)} == {"search/a", "search/b"}

    def test_a_cluster_without_teams_is_an_empty_plan(self) -> None:
        """No money, no findings; a bound of nothing is proven."""
        plan = planned(cluster())

        assert (plan.pools, plan.workloads, plan.findings) == ((), (), ())
        assert plan.total == MoneyRate.parse("0 USD/h")


def test_money_sums_to_the_total() -> None:
    """Parts of teams and idle, to the last digit."""
    plan = planned(cluster(), team(batch("a", 5)), team(batch("b", 7, 0), name="shop"))

    parts = sum((c.rate.amount for c in plan.costs.values()), plan.idle.amount)
    assert parts == plan.total.amount


def test_the_ledger_shows_every_pool_and_the_proof() -> None:
    """With the numbers filled in, for a pocket calculator."""
    plan = planned(cluster(), team(batch("a", 5)))
    entries = {e.name: (e.value, e.formula) for e in plan.ledger}

    assert entries["nodes of g-four"] == ("1", "1 by pattern + 0 spare")
    assert entries["used on each of 1 node of g-four"] == (
        "4 of 4 GPUs, 16 of 31.4 CPU, 64.0 GiB of 254.8 GiB memory",
        "4 x search/a (1 GPU, 4 CPU, 16.0 GiB memory)",
    )
    assert entries["nodes that are decided on, spares included"] == ("13 USD/h", "1 x 10 USD/h + 1 x 3 USD/h")
    assert entries["gap"] == ("0.00%", "13 USD/h / 13 USD/h - 1")
    assert entries["proof that the count is needed"][0] == "no node can be taken away"


def test_options_compete_on_the_cost_of_the_whole_cluster() -> None:
    """Pods that take any accelerator fill what others leave free: alone they would have bought a small node."""
    any_gpu = batch("b", 2, 1, accelerator=None)
    needs_h100 = batch("a", 1, 6, accelerator="h100-sxm")
    where = cluster(("g.one", "p.eight"))
    alone, shared = planned(where, team(any_gpu)), planned(where, team(needs_h100, any_gpu))

    assert nodes(alone) == {"g-one": 2}
    assert nodes(shared) == {"p-eight": 1}
    lost = {r.what: r.why for r in shared.workloads[1].rejections}
    assert lost["l40s x1"] == "with its 2 replicas the whole cluster costs $4,380 a month more"
