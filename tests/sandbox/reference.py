"""The reference repository on a sandbox: its objects in the order of its stacks, its nodes, its pods."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from stacks.conftest import Reference
from tonnage.findings import Finding
from tonnage.manifests.declared import Declared, Manifest
from tonnage.testing.sandbox import Sandbox
from tonnage.testing.sandbox.api import until
from tonnage.testing.sandbox.nodes import agents_of, nodes_of, system_node
from tonnage.testing.sandbox.objects import in_order


def stacks_on(repo: Reference, cluster: str) -> tuple[Declared, ...]:
    """Everything that the stacks of a cluster declare: the platform's first, then the teams'."""
    of = {t.name for t in repo.specs.teams[cluster]}
    names = [f"platform-{cluster}", *(f"{team}-{cluster}" for team in sorted(of))]
    return tuple(d for name in names for d in repo.declared if d.stack == name)


def populate(sandbox: Sandbox, repo: Reference, cluster: str, objects: Sequence[Manifest]) -> tuple[Finding, ...]:
    """Nodes of the plan, node agents first, then all objects; who is refused or waits."""
    plan, platform = repo.plans[cluster], repo.specs.clusters[cluster].platform
    sandbox.add([system_node(), *nodes_of(plan, repo.catalog, platform, objects)])
    agents = sandbox.apply(agents_of(repo.catalog, objects))
    daemons = [o for o in objects if o["kind"] != "Deployment"]
    first = [*agents, *sandbox.apply(daemons), *sandbox.settle()]
    servers = [o for o in objects if o["kind"] == "Deployment"]
    return (*first, *sandbox.apply(servers), *sandbox.settle())


def clear(sandbox: Sandbox, repo: Reference, objects: Iterable[Manifest]) -> None:
    """Take away nodes, and everything that has pods."""
    for manifest in [*objects, *agents_of(repo.catalog, ())]:
        if manifest["kind"] in {"Deployment", "DaemonSet", "ResourceQuota"}:
            sandbox.api.delete(manifest)
    for pod in sandbox.api.list("v1", "Pod"):
        sandbox.api.delete(pod, at_once=True)
    for node in sandbox.api.list("v1", "Node"):
        sandbox.api.delete(node)
    assert until(lambda: not sandbox.api.list("v1", "Pod"), 30)


def objects_on(repo: Reference, cluster: str) -> tuple[Manifest, ...]:
    """Kubernetes objects of all stacks of a cluster, in the order in which they are applied."""
    return in_order(stacks_on(repo, cluster))


def definitions(data: Path) -> Path:
    """The folder of real definitions."""
    return data / "crds"
