"""Every workload of a cluster with all its options: what packing chooses from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tonnage.capacity.batch import size_batch
from tonnage.capacity.coefficients import Coefficients, load_coefficients
from tonnage.capacity.options import Offered, size_serving
from tonnage.capacity.result import Sizing, WorkloadId
from tonnage.catalog.catalog import Catalog
from tonnage.catalog.node_types import NodeType
from tonnage.findings import Finding, Severity
from tonnage.spec.local_model import catalog_key
from tonnage.spec.team import Team
from tonnage.spec.workload import Batch, Priority, Serving, Traffic
from tonnage.units import Rate


@dataclass(frozen=True)
class Asked:
    """One workload as its team states it, and how it could run."""

    id: WorkloadId
    kind: str
    """serving or batch."""
    priority: Priority
    demand: str
    """12/s, 2000 in, 400 out; or 40 pods."""
    sizing: Sizing
    surge: int = 0
    survive: str = "nothing"
    spot: bool = False
    findings: tuple[Finding, ...] = ()
    """Of the sizing, and of keys that have no effect yet."""


def asked_of(teams: Sequence[Team], nodes: Sequence[NodeType], catalog: Catalog) -> tuple[Asked, ...]:
    """All workloads that are planned, by name. Those that no nodes are counted for yet are left out."""
    c = load_coefficients()
    offered = _offered(nodes, catalog)
    found: list[Asked] = []
    for team in teams:
        found += [_serving(team, s, offered, catalog, c) for s in team.serving if _is_planned(s)]
        found += [_batch(team, pods, offered, c) for pods in team.batch]
    return tuple(sorted(found, key=lambda a: str(a.id)))


def _is_planned(served: Serving) -> bool:
    return served.server is None and served.disaggregated is None


def _offered(nodes: Sequence[NodeType], catalog: Catalog) -> Offered:
    names = sorted({n.accelerator for n in nodes if n.accelerator} & catalog.accelerators.keys())
    return [(catalog.accelerators[a], sorted({n.gpus for n in nodes if n.accelerator == a})) for a in names]


def _serving(team: Team, served: Serving, offered: Offered, catalog: Catalog, c: Coefficients) -> Asked:
    at = WorkloadId(team.name, served.name)
    key = catalog_key(served.model)
    model = catalog.models.get(key) if key else None
    if model is None:
        what = f"the catalogue has no model {key!r}" if key else "neither model nor server is set"
        sizing = Sizing(at, (), (), (Finding(str(at), what, "name a model of the catalogue, or add a row for it"),))
    else:
        sizing = size_serving(at, served, model, offered, c)
    return Asked(
        id=at,
        kind="serving",
        priority=served.priority or team.priority,
        demand=_load(served.traffic),
        sizing=sizing,
        surge=int(served.rollout == "surge"),
        survive="nothing" if served.survive == "nothing" else "node",
        findings=(*sizing.findings, *_weaker(at, served)),
    )


def _weaker(at: WorkloadId, served: Serving) -> Iterator[Finding]:
    """The loss of a zone or rack is not planned yet; that it is taken for a node's must not stay hidden."""
    if served.survive in {"zone", "rack"}:
        what = f"survive {served.survive} is not planned yet: places are held for the loss of any one node"
        yield Finding(f"{at} survive", what, "set survive to node if that is enough", Severity.WARNING)


def _batch(team: Team, pods: Batch, offered: Offered, c: Coefficients) -> Asked:
    at = WorkloadId(team.name, pods.name)
    sizing = size_batch(at, pods, offered, c)
    count = "1 pod" if pods.pods == 1 else f"{pods.pods} pods"
    return Asked(
        id=at,
        kind="batch",
        priority=pods.priority or team.priority,
        demand=count,
        sizing=sizing,
        spot=pods.spot,
        findings=sizing.findings,
    )


def _load(traffic: Traffic) -> str:
    """12/s, 2000 in, 400 out; with phases: day 12/s, night 1/s."""
    if isinstance(traffic.requests, Rate):
        rate = str(traffic.requests)
    else:
        rate = ", ".join(f"{phase} {each}" for phase, each in sorted(traffic.requests.items()))
    return f"{rate}, {_length(traffic.input_tokens)} in, {_length(traffic.output_tokens)} out"


def _length(tokens: object) -> str:
    return str(tokens) if isinstance(tokens, int) else "unknown"
