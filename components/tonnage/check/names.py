"""Whether names stay apart once they are prefixed: in Kubernetes, and as stacks of Pulumi."""

from collections.abc import Iterator

from tonnage.findings import Finding
from tonnage.names import LABEL_LIMIT, platform_stack, team_namespace, team_stack
from tonnage.spec.load import Specs

_FILES = {"pools": "the plan file that holds the pools of a cluster, and a team's lies beside it"}
_TAKEN = {"default": "the ServiceAccount that Kubernetes puts into every namespace"}


def names(specs: Specs) -> tuple[Finding, ...]:
    """Names that would fall together, or be too long for Kubernetes. Sources of limits: `tonnage.names`."""
    return (*_stacks(specs), *_objects(specs))


def _stacks(specs: Specs) -> Iterator[Finding]:
    """Stacks are called platform-<cluster> and <team>-<cluster>."""
    owners = {platform_stack(cluster): f"the platform on {cluster}" for cluster in sorted(specs.clusters)}
    for cluster, teams in sorted(specs.teams.items()):
        for team in teams:
            stack = team_stack(team.name, cluster)
            owner = owners.setdefault(stack, f"team {team.name} on {cluster}")
            if owner != f"team {team.name} on {cluster}":
                what = f"its stack {stack} has the name of the stack of {owner}"
                yield Finding(f"team {team.name} name", what, "give one of them another name", code="TN255")


def _objects(specs: Specs) -> Iterator[Finding]:
    for _, teams in sorted(specs.teams.items()):
        for team in teams:
            if len(team_namespace(team.name)) > LABEL_LIMIT:
                what = f"its namespace {team_namespace(team.name)} would be over {LABEL_LIMIT} characters long"
                yield Finding(f"team {team.name} name", what, "give it a shorter name", code="TN256")
            if team.name in _FILES:
                what = f"'{team.name}' is the name of {_FILES[team.name]}"
                yield Finding(f"team {team.name} name", what, "give it another name", code="TN257")
            for served in team.serving:
                if served.name in _TAKEN:
                    what = f"'{served.name}' is the name of {_TAKEN[served.name]}"
                    yield Finding(f"{team.name}/{served.name} name", what, "give it another name", code="TN257")
