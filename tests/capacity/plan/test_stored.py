"""What is stored of a plan gives the plan back, team by team, without its ledger."""

from dataclasses import replace

from capacity.plan.factories import CLUSTER, TEAMS, made, stored
from tonnage.capacity.digest import cluster_digest, ground_digest, team_digest
from tonnage.capacity.stored import POOLS_KIND, TEAM_KIND, files_of


def test_the_plan_comes_back_without_ledger_and_findings() -> None:
    """They are explanations of a run; everything that is declared from a plan is there."""
    plan = made()
    workloads = tuple(replace(w, option=replace(w.option, ledger=(), findings=())) for w in plan.workloads)
    assert any(w.option.ledger for w in plan.workloads)
    assert stored().plan == replace(plan, workloads=workloads, ledger=(), findings=())


def test_each_team_has_a_file_of_its_own_workloads() -> None:
    """Also a team without any: its stack declares an empty space, and must be told so."""
    files = stored()
    assert {name: sorted(part.workloads) for name, part in files.teams.items()} == {
        "assist": ["bot"],
        "idle": [],
        "search": ["chat"],
    }
    assert {part.kind for part in files.teams.values()} == {TEAM_KIND}
    assert files.pools.kind == POOLS_KIND


def test_each_file_carries_the_digests_of_what_it_rests_on() -> None:
    """The pools on the cluster and every team; a team on itself and its ground, and on no other team."""
    files = stored()
    assert files.pools.digests.cluster == cluster_digest(CLUSTER)
    assert files.pools.digests.teams == {t.name: team_digest(t) for t in TEAMS}
    for team in TEAMS:
        digests = files.teams[team.name].digests
        assert (digests.team, digests.ground) == (team_digest(team), ground_digest(CLUSTER))


def test_the_order_of_teams_changes_nothing() -> None:
    """Workloads of the plan read back are in order of team and name."""
    turned = files_of(made(), CLUSTER, TEAMS[::-1], stored().pools.made_by)
    assert turned == stored()
    assert [str(w.id) for w in turned.plan.workloads] == ["assist/bot", "search/chat"]
