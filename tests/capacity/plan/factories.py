"""A small plan of three teams, and what is stored of it."""

from dataclasses import replace

from report.factories import cluster, cost, plan, pool, quota, team, workload
from tonnage.capacity.result import CapacityPlan, Pattern
from tonnage.capacity.stored import MadeBy, PlanFiles, files_of
from tonnage.spec.team import Team

CLUSTER = cluster()
IDLE: Team = team(name="idle", serving=())
TEAMS = (team("3/s", "assist"), IDLE, team())
MADE_BY = MadeBy("0.1.0", "catalogue of the test")


def made() -> CapacityPlan:
    """Twelve nodes: nine replicas of one team, two and the place of a rollout of another, nothing of the third."""
    filled = (Pattern(9, {"search/chat": 1}), Pattern(3, {"assist/bot": 1}))
    return plan(
        pools=(replace(pool(count=12), patterns=filled),),
        workloads=(workload("assist/bot", replicas=2, surge=1, pools={"g6e-12xlarge": 3}), workload()),
        quotas={"assist": quota(12, 3), "idle": quota(0, 0), "search": quota()},
        costs={"assist": cost(30.0), "idle": cost(0.0, None), "search": cost()},
        total=130.0,
    )


def stored() -> PlanFiles:
    """The files of that plan."""
    return files_of(made(), CLUSTER, TEAMS, MADE_BY)
