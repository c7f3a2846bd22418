"""A slice is stale when its own ground has moved, and never because a neighbour changed."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from capacity.plan.factories import CLUSTER, TEAMS, stored
from report.factories import cluster, pool, team
from tonnage.capacity.result import Pattern
from tonnage.capacity.stale import COMMAND, stale
from tonnage.capacity.stored import PlanFiles
from tonnage.findings import Finding, Severity

GROWN = (TEAMS[0], TEAMS[1], team("24/s"))


def whats(findings: tuple[Finding, ...]) -> list[str]:
    """What each says."""
    return [f.what for f in findings]


def test_what_was_just_planned_is_fresh() -> None:
    """For the platform and for every team."""
    assert stale(stored(), CLUSTER, TEAMS, "platform") == ()
    for name in ("assist", "idle", "search"):
        assert stale(stored(), CLUSTER, TEAMS, "team", name) == ()


def test_a_grown_team_stops_itself_and_the_platform_but_not_its_neighbours() -> None:
    """Two merged pull requests of two teams cannot stop a third."""
    (finding,) = stale(stored(), CLUSTER, GROWN, "team", "search")
    assert finding.what == "the team's spec has changed since it was planned"
    assert (finding.severity, finding.fix) == (Severity.ERROR, f"run `{COMMAND}` and commit the result")
    assert whats(stale(stored(), CLUSTER, GROWN, "platform")) == [
        "the spec of team search has changed since it was planned"
    ]
    assert stale(stored(), CLUSTER, GROWN, "team", "assist") == ()


def test_a_changed_limit_stops_the_platform_but_no_team() -> None:
    """Teams do not rest on it."""
    changed = cluster(accountQuotas=())
    assert whats(stale(stored(), changed, TEAMS, "platform")) == ["the cluster's spec has changed since it was planned"]
    assert stale(stored(), changed, TEAMS, "team", "search") == ()


def test_changed_ground_stops_the_teams() -> None:
    """How jobs queue is part of what a team declares."""
    changed = cluster(queueing="none")
    assert whats(stale(stored(), changed, TEAMS, "team", "search")) == [
        "the cluster's spec has changed in what the team rests on"
    ]


def test_who_made_the_file_never_makes_it_stale() -> None:
    """A new release of the planner or of the price book moves no nodes by itself."""
    files = stored()
    newer = replace(files.pools.made_by, tonnage="9.0", catalog="another")
    assert stale(replace(files, pools=replace(files.pools, made_by=newer)), CLUSTER, TEAMS, "platform") == ()


def test_teams_that_came_or_went_stop_the_platform() -> None:
    """Named one by one, in order."""
    others = (*TEAMS[1:], team(name="newcomer"))
    assert whats(stale(stored(), CLUSTER, others, "platform")) == [
        "team assist is planned but no longer runs here",
        "team newcomer is not in the plan",
    ]


def test_a_team_without_a_file_or_without_a_place_here_is_told_so() -> None:
    """A missing file is planned anew; a team that does not run here is a mistake in the stack's config."""
    assert whats(stale(stored(), CLUSTER, (*TEAMS, team(name="newcomer")), "team", "newcomer")) == [
        "there is no plan file for the team"
    ]
    (finding,) = stale(stored(), CLUSTER, TEAMS, "team", "nobody")
    assert "'nobody'" in finding.what
    assert finding.fix == "correct tonnage:team in the stack's config"


def without_search(files: PlanFiles) -> PlanFiles:
    """One team's file is missing."""
    return replace(files, teams={name: part for name, part in files.teams.items() if name != "search"})


def fewer_nodes(files: PlanFiles) -> PlanFiles:
    """The pools hold two pods of a team that places nine."""
    few = replace(pool(count=5), patterns=(Pattern(2, {"search/chat": 1}), Pattern(3, {"assist/bot": 1})))
    return replace(files, pools=replace(files.pools, pools=(few,)))


def miscounted(files: PlanFiles) -> PlanFiles:
    """The count does not follow from the patterns."""
    wrong = replace(files.pools.pools[0], count=11)
    return replace(files, pools=replace(files.pools, pools=(wrong,)))


def more_replicas(files: PlanFiles) -> PlanFiles:
    """Somebody wrote another number of replicas into a team's file."""
    part = files.teams["assist"]
    bot = part.workloads["bot"]
    changed = replace(bot, option=replace(bot.option, replicas=4))
    return replace(files, teams=dict(files.teams) | {"assist": replace(part, workloads={"bot": changed})})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            without_search,
            [
                "there is no plan file for team search",
                "search/chat: sits on planned nodes but is in no team's plan file",
            ],
        ),
        (
            fewer_nodes,
            ["search/chat: its team's file holds 9 pods (9 on g6e-12xlarge), the pools hold 2 on g6e-12xlarge"],
        ),
        (miscounted, ["pool g6e-12xlarge counts 11 nodes, its patterns fill 12"]),
        (
            more_replicas,
            ["assist/bot: its team's file holds 5 pods (3 on g6e-12xlarge), the pools hold 3 on g6e-12xlarge"],
        ),
    ],
)
def test_files_that_contradict_each_other_stop_the_platform(
    change: Callable[[PlanFiles], PlanFiles], said: list[str]
) -> None:
    """As after a merge of two plans, or an edit by hand."""
    assert whats(stale(change(stored()), CLUSTER, TEAMS, "platform")) == said


def test_a_team_placed_on_a_pool_that_is_not_planned_is_stopped() -> None:
    """Its pods would wait for nodes that nobody starts."""
    files = stored()
    gone = replace(files, pools=replace(files.pools, pools=()))
    assert whats(stale(gone, CLUSTER, TEAMS, "team", "search")) == [
        "chat is placed on g6e-12xlarge, which the cluster's plan does not hold"
    ]
