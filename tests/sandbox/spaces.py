"""Two teams on one control plane, and the people who try what is not theirs."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sandbox.reference import definitions
from tonnage.manifests.contracts import GPU_RESOURCE
from tonnage.manifests.declared import Manifest
from tonnage.manifests.queueing.objects import cluster_queue, cohort, flavors
from tonnage.manifests.queueing.queues import CPU_FLAVOR, Queues, Share
from tonnage.manifests.tenancy.objects import objects
from tonnage.manifests.tenancy.space import Quota, Space
from tonnage.manifests.tiers import TIERS, priority_class
from tonnage.testing.sandbox import Sandbox
from tonnage.testing.sandbox.api import Answer, Api, until
from tonnage.units import Cpu, Memory

_SHARE = Share(0, Cpu.parse("4"), Memory.gib(16), Memory.gib(10))
_QUEUES = Queues({}, {team: {CPU_FLAVOR: _SHARE} for team in ("assist", "search")})
_QUOTA = Quota(gpus=4, cpu=Cpu.parse("16"), memory=Memory.gib(64), pods=4)


def space_of(team: str) -> Space:
    """A space of 4 GPUs and 4 pods for standard work, with a queue, people and a pipeline."""
    return Space(
        team=team,
        quota=_QUOTA,
        member_groups=(f"{team}-people",),
        deployer_groups=(f"{team}-pipeline",),
        cluster_queue=f"team-{team}",
        priorities=("standard",),
        kubernetes="1.35",
    )


SEARCH, ASSIST = space_of("search"), space_of("assist")


def platform() -> list[Manifest]:
    """What the platform declares for both: tiers, queues, spaces."""
    queues = [*flavors(_QUEUES).values(), cohort(_QUEUES), *(cluster_queue(_QUEUES, t) for t in sorted(_QUEUES.teams))]
    spaces = [m for space in (SEARCH, ASSIST) for m in objects(space).values()]
    return [*map(priority_class, TIERS), *queues, *spaces]


def belongings(space: Space) -> list[Manifest]:
    """What lies in a namespace and is nobody else's: a secret, an identity, a volume, an engine."""
    place = {"namespace": space.namespace}
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "key", **place},
            "stringData": {"key": "of a test"},
        },
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": f"{space.team}-engine", **place}},
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": f"{space.team}-data", **place},
            "spec": claim,
        },
        deployment("engine", space, replicas=0),
        pod("running", space),
    ]


def populate(sandbox: Sandbox, data: Path) -> None:
    """Declare both teams' places, and put something into each."""
    declared = platform()
    sandbox.define(definitions(data), declared)
    assert sandbox.apply(declared) == ()
    assert sandbox.settle() == ()  # a quota refuses nothing before its controller has counted
    spaces = (SEARCH, ASSIST)
    assert until(lambda: all(sandbox.api.get(account("default", s)).status == 200 for s in spaces), 30)
    assert sandbox.apply([m for s in spaces for m in belongings(s)]) == ()
    for space in spaces:
        with acting(sandbox, space, "pipeline") as pipeline:
            # the authorizer hears of a role a moment after it is stored
            assert until(lambda api=pipeline, s=space: api.get(deployment("engine", s)).status == 200, 10)  # type: ignore[misc] # mypy knows no types of defaults


@contextmanager
def acting(sandbox: Sandbox, space: Space, role: str) -> Iterator[Api]:
    """The server as one of a team asks it: people, or the pipeline."""
    api = sandbox.api.impersonating(f"{role}-of-{space.team}", f"{space.team}-{role}")
    try:
        yield api
    finally:
        api.close()


def pod(name: str, space: Space, *, gpus: int = 0, **more: Any) -> Manifest:
    """A pod that names no amounts but GPUs, and keeps the restricted rules. `more`: fields of its spec."""
    amounts = {"resources": {"limits": {GPU_RESOURCE: str(gpus)}}} if gpus else {}
    container = {
        "name": "work",
        "image": "registry.example.com/work:1",
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        **amounts,
    }
    context = {"runAsNonRoot": True, "runAsUser": 65534, "seccompProfile": {"type": "RuntimeDefault"}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": space.namespace, "labels": {"app": name}},
        "spec": {"securityContext": context, "containers": [container], **more},
    }


def deployment(name: str, space: Space, *, replicas: int = 1, gpus: int = 0, **more: Any) -> Manifest:
    """A Deployment of such pods."""
    template = copy.deepcopy(pod(name, space, gpus=gpus, **more))
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": space.namespace},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": template["spec"]},
        },
    }


def job(name: str, space: Space) -> Manifest:
    """A Job in the team's queue."""
    template = {"spec": {**pod(name, space)["spec"], "restartPolicy": "Never"}}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": name,
            "namespace": space.namespace,
            "labels": {"kueue.x-k8s.io/queue-name": "batch"},
        },
        "spec": {"suspend": True, "template": template},
    }


def account(name: str, space: Space) -> Manifest:
    """A ServiceAccount by name."""
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": space.namespace}}


def forbidden(answer: Answer) -> str:
    """What the authorizer said; fails where the answer is anything else."""
    said = str(answer.why_not)
    assert answer.status == 403, (answer.status, said)
    assert " cannot " in said, said
    return said
