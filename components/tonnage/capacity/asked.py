"""Every workload of a cluster with all its options: what packing chooses from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tonnage.capacity.batch import size_batch
from tonnage.capacity.coefficients import Coefficients, load_coefficients
from tonnage.capacity.options import Offered, size_serving
from tonnage.capacity.profiles import When, Window, hours_of, window_of
from tonnage.capacity.result import Sizing, WorkloadId
from tonnage.capacity.tokens import TokenRate, size_tokens, token_rate
from tonnage.capacity.training import size_training
from tonnage.catalog.catalog import Catalog
from tonnage.catalog.node_types import NodeType
from tonnage.findings import Finding, Severity
from tonnage.spec.cluster import Cluster
from tonnage.spec.local_model import catalog_key
from tonnage.spec.team import Team
from tonnage.spec.workload import Batch, Priority, Serving, Traffic, Training
from tonnage.units import HOURS_PER_MONTH, Rate


@dataclass(frozen=True)
class Asked:
    """One workload as its team states it, and how it could run."""

    id: WorkloadId
    kind: str
    """serving, batch or training."""
    priority: Priority
    demand: str
    """12/s, 2000 in, 400 out; or 40 pods; or 4B tokens a week, night."""
    sizing: Sizing
    surge: int = 0
    survive: str = "nothing"
    spot: bool = False
    when: When = field(default_factory=When)
    tokens: TokenRate | None = None
    """Of a batch of tokens."""
    findings: tuple[Finding, ...] = ()
    """Of the sizing, and of keys that have no effect yet."""


@dataclass(frozen=True)
class _Ground:
    """What all workloads of a cluster are sized with."""

    offered: Offered
    catalog: Catalog
    cluster: Cluster
    hours: Mapping[str, Fraction]
    c: Coefficients


def asked_of(teams: Sequence[Team], nodes: Sequence[NodeType], catalog: Catalog, cluster: Cluster) -> tuple[Asked, ...]:
    """All workloads that nodes are counted for, by name. Those that none are counted for are left out."""
    on = _ground(nodes, catalog, cluster)
    found: list[Asked] = []
    for team in teams:
        found += [_serving(team, s, on) for s in team.serving if _is_planned(s)]
        found += [_batch(team, b, on) for b in team.batch if b.capacity == "own"]
        found += [_training(team, t, on) for t in team.training]
    return tuple(sorted(found, key=lambda a: str(a.id)))


def idle_of(teams: Sequence[Team], nodes: Sequence[NodeType], catalog: Catalog, cluster: Cluster) -> tuple[Asked, ...]:
    """Work that runs on what others leave free, by name."""
    on = _ground(nodes, catalog, cluster)
    found = [_batch(team, b, on) for team in teams for b in team.batch if b.capacity == "idle"]
    return tuple(sorted(found, key=lambda a: str(a.id)))


def _ground(nodes: Sequence[NodeType], catalog: Catalog, cluster: Cluster) -> _Ground:
    return _Ground(_offered(nodes, catalog), catalog, cluster, hours_of(cluster), load_coefficients())


def _is_planned(served: Serving) -> bool:
    return served.server is None and served.disaggregated is None


def _offered(nodes: Sequence[NodeType], catalog: Catalog) -> Offered:
    names = sorted({n.accelerator for n in nodes if n.accelerator} & catalog.accelerators.keys())
    return [(catalog.accelerators[a], sorted({n.gpus for n in nodes if n.accelerator == a})) for a in names]


def _serving(team: Team, served: Serving, on: _Ground) -> Asked:
    at = WorkloadId(team.name, served.name)
    key = catalog_key(served.model)
    model = on.catalog.models.get(key) if key else None
    if model is None:
        what = f"the catalogue has no model {key!r}" if key else "neither model nor server is set"
        sizing = Sizing(
            at, (), (), (Finding(str(at), what, "name a model of the catalogue, or add a row for it", code="TN302"),)
        )
    else:
        sizing = size_serving(at, served, model, on.offered, on.c)
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
        yield Finding(f"{at} survive", what, "set survive to node if that is enough", Severity.WARNING, code="TN313")


def _batch(team: Team, batch: Batch, on: _Ground) -> Asked:
    at = WorkloadId(team.name, batch.name)
    tokens = token_rate(batch, on.hours, on.c) if batch.pods is None else None
    sizing = size_batch(at, batch, on.offered, on.c) if batch.pods else _of_tokens(at, batch, tokens, on)
    amount = f"{batch.tokens} tokens a week" if tokens else _count(batch.pods)
    return Asked(
        id=at,
        kind="batch",
        priority=batch.priority or team.priority,
        demand=f"{amount}, {batch.when}" if batch.when else amount,
        sizing=sizing,
        spot=batch.spot,
        when=When(batch.when if batch.when in on.hours else None),
        tokens=tokens,
        findings=sizing.findings,
    )


def _count(pods: int | None) -> str:
    return "1 pod" if pods == 1 else f"{pods or 'no'} pods"


def _of_tokens(at: WorkloadId, batch: Batch, tokens: TokenRate | None, on: _Ground) -> Sizing:
    model = on.catalog.models.get(batch.model) if batch.model else None
    if batch.model is None and batch.tokens is None:
        wrong = ("pods is not set", "say how many pods run at once, or a model and tokens", "TN314")
    elif batch.model is None or batch.tokens is None:
        missing = "model" if batch.model is None else "tokens"
        wrong = (
            f"a batch of tokens needs a model and tokens: {missing} is not set",
            f"set {missing}, or pods instead",
            "TN315",
        )
    elif model is None:
        wrong = (
            f"the catalogue has no model {batch.model!r}",
            "name a model of the catalogue, or add a row for it",
            "TN302",
        )
    elif tokens is None:
        wrong = (f"phase {batch.when!r} has no hours on {on.cluster.name}", "name a phase of the cluster", "TN315")
    else:
        return size_tokens(at, batch, model, tokens, accelerators=on.offered, c=on.c)
    return Sizing(at, (), (), (Finding(str(at), *wrong[:2], code=wrong[2]),))


def _training(team: Team, run: Training, on: _Ground) -> Asked:
    at = WorkloadId(team.name, run.name)
    window = window_of(run.start, run.deadline, on.cluster.as_of)
    over = window.last is not None and window.last <= 0
    sizing = Sizing(at, (), ()) if over else size_training(at, run, on.offered, on.c)
    started = f" from {run.start}" if run.start else ""
    return Asked(
        id=at,
        kind="training",
        priority=run.priority or team.priority,
        demand=f"{run.gpus or 'unknown'} GPUs{started}{f' for {run.deadline}' if run.deadline else ''}",
        sizing=sizing,
        when=When(window=window),
        findings=(*sizing.findings, *_timely(at, run, window, on.cluster)),
    )


def _timely(at: WorkloadId, run: Training, window: Window, cluster: Cluster) -> Iterator[Finding]:
    if window.last is not None and window.last <= 0:
        what = f"it has ended before {cluster.as_of}, the day of the plan: no nodes are counted for it"
        yield Finding(f"{at} start", what, "drop it, or correct start or deadline", Severity.INFO, code="TN319")
    elif window.first >= HOURS_PER_MONTH:
        what = f"it starts {run.start}, over a month after {cluster.as_of}: its nodes are planned, no money is counted"
        yield Finding(f"{at} start", what, "plan again when it is near", Severity.INFO, code="TN319")


def _load(traffic: Traffic) -> str:
    """12/s, 2000 in, 400 out; with phases: day 12/s, night 1/s."""
    if isinstance(traffic.requests, Rate):
        rate = str(traffic.requests)
    else:
        rate = ", ".join(f"{phase} {each}" for phase, each in sorted(traffic.requests.items()))
    return f"{rate}, {_length(traffic.input_tokens)} in, {_length(traffic.output_tokens)} out"


def _length(tokens: object) -> str:
    return str(tokens) if isinstance(tokens, int) else "unknown"
