"""What a refusal of the API server means to whoever reads it: what is asked, what is allowed, and what to do."""

import re
from dataclasses import replace

from tonnage.findings import Finding
from tonnage.manifests.contracts import PLAN_QUOTA, PRIORITY_QUOTA

_FIXES = {
    403: "change the object, or the quota, Pod Security level or role that refuses it",
    404: "declare what it needs before it: its namespace, or the definition of its kind",
    409: "another manager owns the field: let one of them declare it",
}
_FIX = "correct the object"
_PODS_FIX = "give the namespace the quota, or change the pod"
_AMOUNTS = r"[^\s=,]+=[^\s,]+(?:,[^\s=,]+=[^\s,]+)*"
# the form of resource quota admission, k8s.io/apiserver pkg/admission/plugin/resourcequota, v0.36
_EXCEEDED = re.compile(
    rf"exceeded quota: (?P<quota>\S+), "
    rf"requested: (?P<asked>{_AMOUNTS}), used: (?P<used>{_AMOUNTS}), limited: (?P<limit>{_AMOUNTS})"
)


def refusal(name: str, said: str, status: int) -> Finding:
    """Why the server takes no such object. `said`: its message; `status`: of HTTP."""
    return over_quota(name, said) or Finding(name, said, _FIXES.get(status, _FIX), code="TN609")


def pods_refused(owner: str, said: str) -> Finding:
    """Why the server takes no pod of an owner. `said`: its message to the controller."""
    found = over_quota(owner, said) or Finding(owner, said, _PODS_FIX, code="TN609")
    return replace(found, what=f"its pods are refused: {found.what}")


def over_quota(name: str, said: str) -> Finding | None:
    """The quota, what is asked for, used and allowed; None where no quota refuses."""
    match = _EXCEEDED.search(said)
    if match is None:
        return None
    quota = match["quota"]
    if quota == PRIORITY_QUOTA:
        what = f"quota {quota} refuses its PriorityClass: the plan gives the namespace no work of that tier"
        fix = "name a tier of the team's planned work, or give a workload that tier in the team's file and plan again"
        return Finding(name, what, fix, code="TN512")
    used, limit = _amounts(match["used"]), _amounts(match["limit"])
    over = [
        f"it asks for {asked} of {resource}, of {limit.get(resource, '0')} there are {used.get(resource, '0')} in use"
        for resource, asked in sorted(_amounts(match["asked"]).items())
    ]
    fix = "ask for less, or let pods end first"
    if quota == PLAN_QUOTA:
        fix = "give the team's file what the team wants to run, plan again and apply the platform stack first"
    return Finding(name, f"quota {quota} has no room: {'; '.join(over)}", fix, code="TN511")


def _amounts(text: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in text.split(","))
