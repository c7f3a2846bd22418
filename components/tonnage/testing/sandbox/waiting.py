"""Which pods wait, and why: the scheduler's own words."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tonnage.findings import Finding
from tonnage.manifests.declared import Manifest
from tonnage.testing.sandbox.api import Api, until
from tonnage.testing.sandbox.objects import named
from tonnage.testing.sandbox.refusals import pods_refused

_OWNERS = (
    ("apps/v1", "Deployment"),
    ("apps/v1", "ReplicaSet"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "StatefulSet"),
    ("batch/v1", "Job"),
)
# a pod that waits is looked at again when something changes, after a second at most (the scheduler's configuration)
_QUIET = 4.0
_FIX = "give the cluster a node that it fits, or change what it asks for"


def waiting(api: Api, seconds: float) -> tuple[Finding, ...]:
    """Wait until controllers have made all pods or were refused, and each pod runs or was found unschedulable.

    A pod counts as waiting when it has waited for four seconds on end.
    """
    since, seen = time.monotonic(), _look(api)

    def settled() -> bool:
        nonlocal since, seen
        before, seen = seen, _look(api)
        if {f.where for f in seen.found} != {f.where for f in before.found}:  # each try of a pod words it anew
            since = time.monotonic()
        return not seen.restless and (not seen.found or time.monotonic() - since > _QUIET)

    if until(settled, seconds, 0.25):
        return seen.found
    late = f"has not come to rest after {seconds:.0f} s: {', '.join(seen.restless) or 'pods that wait change'}"
    return (*seen.found, Finding("sandbox", late, "look at its logs", code="TN611"))


@dataclass(frozen=True)
class _Seen:
    found: tuple[Finding, ...]
    restless: tuple[str, ...]
    """What controllers and the scheduler still have to do with."""


def _look(api: Api) -> _Seen:
    """In this order: what an owner says that it has made is there when pods are listed after it."""
    quotas = api.list("v1", "ResourceQuota")
    owners = [o for group in _OWNERS for o in api.list(*group) if "deletionTimestamp" not in o["metadata"]]
    pods = api.list("v1", "Pod")
    refused = {named(o): f for o in owners if (f := _refused(api, o)) is not None}
    waits = [f for p in pods if (f := _unplaced(p)) is not None]
    restless = [q for q in quotas if not _counted(q)]
    restless += [o for o in owners if named(o) not in refused and not _complete(o)]
    restless += [p for p in pods if not _is_decided(p)]
    return _Seen((*refused.values(), *waits), tuple(map(named, restless)))


def _counted(quota: Manifest) -> bool:
    """Whether the quota is in force: admission passes over one that the controller has not counted yet."""
    return dict(quota["status"].get("hard") or {}) == dict(quota["spec"].get("hard") or {})


def _unplaced(pod: Manifest) -> Finding | None:
    condition = _scheduled(pod)
    if condition.get("status") != "False":
        return None
    return Finding(named(pod), f"waits: {condition.get('message') or condition.get('reason')}", _FIX, code="TN610")


def _is_decided(pod: Manifest) -> bool:
    phase = pod["status"].get("phase")
    return phase in {"Running", "Succeeded", "Failed"} or _scheduled(pod).get("status") == "False"


def _scheduled(pod: Manifest) -> Mapping[str, Any]:
    conditions = pod["status"].get("conditions") or ()
    return next((c for c in conditions if c["type"] == "PodScheduled"), {})


def _complete(owner: Manifest) -> bool:
    """Whether the controller has seen the object as it is, and made all its pods."""
    status, spec = owner["status"], owner["spec"]
    if owner["kind"] == "Job":
        return sum(int(status.get(k, 0)) for k in ("active", "succeeded", "failed")) > 0
    if status.get("observedGeneration") != owner["metadata"]["generation"]:
        return False
    if owner["kind"] == "Deployment":
        return True  # its ReplicaSet is judged
    if owner["kind"] == "DaemonSet":
        return int(status["currentNumberScheduled"]) >= int(status["desiredNumberScheduled"])
    return int(status.get("replicas", 0)) == int(spec.get("replicas", 1))


def _refused(api: Api, owner: Manifest) -> Finding | None:
    """What admission said to the controller: a ReplicaSet keeps it as a condition, the others as an event."""
    if _complete(owner):
        return None
    for condition in owner["status"].get("conditions") or ():
        if condition["type"] == "ReplicaFailure" and condition["status"] == "True":
            return pods_refused(named(owner), str(condition["message"]))
    fields = f"involvedObject.uid={owner['metadata']['uid']},reason=FailedCreate"
    events = api.list("v1", "Event", owner["metadata"]["namespace"], fieldSelector=fields)
    if not events:
        return None
    return pods_refused(named(owner), str(events[-1]["message"]))
