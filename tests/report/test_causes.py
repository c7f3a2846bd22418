"""Why a plan changed."""

from fractions import Fraction

from report.factories import cluster, grown, plan, pool, team, workload
from tonnage.capacity.result import AccountUse, CapacityPlan
from tonnage.report.causes import CATALOGUE, RELEASE, Why, why
from tonnage.report.changes import compare
from tonnage.report.spec_changes import spec_changes
from tonnage.spec.cluster import Cluster
from tonnage.spec.team import Team
from tonnage.units import Rate


def explained(
    before: CapacityPlan,
    after: CapacityPlan,
    teams: tuple[Team, Team] = (team(), team()),
    clusters: tuple[Cluster, Cluster] | None = None,
    catalog_changed: bool = False,
) -> Why:
    old, new = clusters or (cluster(), cluster())
    edits = spec_changes(old, new, [teams[0]], [teams[1]])
    return why(compare("prod-east", before, after), edits, new, catalog_changed)


def test_raised_traffic_is_the_cause_of_replicas_pools_and_quotas() -> None:
    """The edited key explains the workload; the workload explains the rest."""
    found = explained(plan(), grown(), (team("12/s"), team("20/s")))

    assert [str(e) for e in found.workloads[0].edits] == ["traffic.requests 12/s → 20/s"]
    assert found.pools[0].follows == ("search/chat",)
    assert found.quotas[0].follows == ("search/chat",)
    assert found.account[0].follows == ("pool g6e-12xlarge",)


def test_a_workload_that_only_moves_follows_from_the_edited_one() -> None:
    """Layouts are chosen jointly: one team's traffic may move another team's pods."""
    moved_before, moved_after = (workload("media/draw", 2, {p: 2}) for p in ("g6e-12xlarge", "g6e-4xlarge"))
    before = plan(workloads=(workload(), moved_before))
    after = plan(workloads=(workload(replicas=14), moved_after))
    found = explained(before, after, (team("12/s"), team("20/s")))

    assert {r.subject: r.follows for r in found.workloads} == {"media/draw": ("search/chat",), "search/chat": ()}


def test_a_changed_cluster_explains_what_no_workload_does() -> None:
    """Another zone changes the pool although no team changed."""
    after = plan(pools=(pool("g6e-24xlarge"),), workloads=(workload(pools={"g6e-24xlarge": 9}),))
    found = explained(plan(), after, clusters=(cluster(), cluster(zones=("us-east-1a", "us-east-1b"))))

    assert {e.path for r in found.pools for e in r.edits} == {"zones[1]"}
    assert {e.path for r in found.workloads for e in r.edits} == {"zones[1]"}


def test_the_tier_of_the_team_counts_for_workloads_that_take_it_over() -> None:
    """A key of the team explains only what inherits it."""
    before = plan(workloads=(workload(priority="standard"),))
    found = explained(before, plan(), (team(priority="standard"), team(priority="production")))

    assert [str(e) for e in found.workloads[0].edits] == ["priority standard → production"]


def test_without_an_edit_the_catalogue_or_the_release_is_named() -> None:
    """A change never stands without a cause."""
    assert explained(plan(), grown(), catalog_changed=True).workloads[0].follows == (CATALOGUE,)
    assert explained(plan(), grown()).pools[0].follows == ("search/chat",)
    assert explained(plan(), grown()).workloads[0].follows == (RELEASE,)


def test_a_raised_account_quota_explains_itself() -> None:
    """The limit is a key of the cluster's file."""
    raised = ({"name": "G instances", "instanceTypes": ("g6e.*",), "vcpus": 900},)
    after = plan(account=(AccountUse("G instances", 480, 900),))
    found = explained(plan(), after, clusters=(cluster(), cluster(accountQuotas=raised)))

    assert [str(e) for e in found.account[0].edits] == ["accountQuotas[G instances].vcpus 768 → 900"]


def test_a_new_team_and_a_gone_workload_are_edits() -> None:
    """What comes and goes as a whole is said in one word."""
    came = spec_changes(cluster(), cluster(), [], [team()])
    gone = spec_changes(cluster(), cluster(), [team()], [team(serving=())])

    assert [(e.subject, str(e)) for e in came] == [("team search", "new"), ("search/chat", "new")]
    assert [(e.subject, str(e)) for e in gone] == [("search/chat", "removed")]


def test_another_way_to_write_the_same_value_is_no_edit() -> None:
    """12/s and 720/m ask for the same."""
    assert Rate.parse("720/m").amount == Fraction(12)
    assert spec_changes(cluster(), cluster(), [team("12/s")], [team("720/m")]) == ()
