"""All ways to serve one model on a cluster's accelerators, and why the others lost."""

import math
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from tonnage.capacity.coefficients import Coefficients
from tonnage.capacity.demand import Demand, demand_of
from tonnage.capacity.derivation import derivation
from tonnage.capacity.host import serving_pod
from tonnage.capacity.layouts import Candidate, try_layout
from tonnage.capacity.ledger import Entry
from tonnage.capacity.memory import weights_of
from tonnage.capacity.rejected import NO_NODE_TYPE, NOT_ALLOWED, none_left, unoffered
from tonnage.capacity.result import EngineSettings, Option, PodShape, Prediction, Rejection, Sizing, WorkloadId
from tonnage.capacity.serving import around, replicas_for, residual_of
from tonnage.catalog.accelerators import Accelerator
from tonnage.catalog.models import Model
from tonnage.findings import Finding, Severity
from tonnage.spec.local_model import catalog_key
from tonnage.spec.workload import Serving
from tonnage.units import Duration, Memory, Share

Offered: TypeAlias = Sequence[tuple[Accelerator, Sequence[int]]]
"""Accelerators of a cluster, each with the GPU counts of its node types."""

_NO_MEMORY = "the memory that its driver reports is unknown; state it under accelerators in catalog.yaml"


def size_serving(
    workload_id: WorkloadId, workload: Serving, model: Model, accelerators: Offered, coefficients: Coefficients
) -> Sizing:
    """Every feasible layout of every accelerator, with replicas and prediction, in a fixed order; `explain` tells how.

    Layouts are not ranked: which is cheapest depends on what else shares the nodes. What cannot run is a
    `Rejection`; a demand that cannot be read, or a workload without any option, is a finding of severity error.
    """
    demand, findings = demand_of(workload_id, workload, model, coefficients)
    if demand is None:
        return Sizing(workload_id, (), (), findings)
    rejections: list[Rejection] = []
    candidates: list[Candidate] = []
    for tried in _trials(workload, model, accelerators, demand, coefficients):
        (candidates if isinstance(tried, Candidate) else rejections).append(tried)  # type: ignore[arg-type]  # each list takes its own kind
    kept, lost = _that_serve(candidates, workload.replicas)
    rejections += lost
    options = tuple(_option(workload_id, workload, k, coefficients) for k in kept)
    if not options:
        findings = (*findings, _none_left(workload_id, workload, rejections))

    def explain(place: int) -> tuple[Entry, ...]:
        k = kept[place]
        return (*derivation(k, options[place].replicas, coefficients), *_pod(k, workload, coefficients)[1])

    return Sizing(workload_id, options, tuple(rejections), findings, explain)


def _trials(
    workload: Serving, model: Model, accelerators: Offered, demand: Demand, c: Coefficients
) -> Iterator[Candidate | Rejection]:
    offered = sorted(accelerators, key=lambda entry: entry[0].name)
    yield from unoffered(workload.accelerators, (a for a, _ in offered))
    for accelerator, per_node in offered:
        if workload.accelerators and accelerator.name not in workload.accelerators:
            yield Rejection(accelerator.name, NOT_ALLOWED)
            continue
        largest = max(per_node, default=0)
        if not largest:
            yield Rejection(accelerator.name, NO_NODE_TYPE)
            continue
        if accelerator.memory is None:
            yield Rejection(accelerator.name, _NO_MEMORY)
            continue
        stated = workload.tensor_parallel
        tried = (stated,) if stated else [n for n in c.tensor_parallel if n <= largest]
        for gpus in tried:
            yield try_layout(model, accelerator, gpus, largest, demand=demand, c=c)


def _that_serve(candidates: Sequence[Candidate], stated: int | None) -> tuple[list[Candidate], list[Rejection]]:
    """Candidates worth passing on.

    Without a stated number of replicas: those whose speed is known. With one: those that carry the demand
    with it; failing these, those that fall short least; failing these, those of unknown speed.
    """
    known = [k for k in candidates if k.served]
    unknown = [k for k in candidates if not k.served]
    if stated is None:
        why = "its speed is unknown (no peaks or bandwidth in the catalogue); set replicas to size it by memory only"
        return known, [Rejection(str(k.layout), why) for k in unknown]
    enough = [k for k in known if k.needed is not None and k.needed <= stated]
    most = max((k.carried for k in known), default=0.0)
    kept = enough or [k for k in known if k.carried == most] or unknown
    return kept, [Rejection(str(k.layout), _outdone(k, stated)) for k in candidates if k not in kept]


def _outdone(k: Candidate, stated: int) -> str:
    if k.needed is None:
        return "its speed is unknown, that of other layouts is known"
    return _short(k, stated)


def _short(k: Candidate, stated: int) -> str:
    return f"{stated} replicas carry {stated * k.carried:.3g}/s of {k.demand.rate:.4g}/s; {k.needed} needed"


def _option(workload_id: WorkloadId, workload: Serving, k: Candidate, c: Coefficients) -> Option:
    replicas = workload.replicas or k.needed or 1
    pod, _ = _pod(k, workload, c)
    return Option(
        workload=workload_id,
        layout=k.layout,
        replicas=replicas,
        replicas_interval=k.replicas_interval,
        pod=pod,
        prediction=prediction_of(k, c),
        binding=k.served.binding if k.served else "set by the user",
        findings=tuple(_warnings(workload_id, workload, k)),
        engine=engine_of(k.demand),
        by_phase=_by_phase(workload, k, replicas),
    )


def _by_phase(workload: Serving, k: Candidate, replicas: int) -> dict[str, int]:
    """Replicas that each phase needs; empty where they are stated, or one rate holds at all hours."""
    requests = workload.traffic.requests
    if workload.replicas or not k.carried or not isinstance(requests, Mapping):
        return {}
    return {p: min(replicas, replicas_for(float(rate), k.carried)) for p, rate in sorted(requests.items())}


def engine_of(d: Demand) -> EngineSettings:
    """What the engine must be started with for a demand's sizing to hold."""
    return EngineSettings(
        precision=d.precision,
        kv_precision=d.kv_precision,
        context_length=d.context,
        max_num_seqs=d.max_num_seqs,
        memory_fraction=Share(Fraction(str(d.memory_fraction))),
    )


def _pod(k: Candidate, workload: Serving, c: Coefficients) -> tuple[PodShape, tuple[Entry, ...]]:
    weights = weights_of(k.model, k.model.precision, c)
    return serving_pod(k.accelerator.name, k.gpus, weights, workload.resources, c)


def prediction_of(k: Candidate, c: Coefficients) -> Prediction:
    """What one replica of a candidate is expected to do at its largest load."""
    s, d = k.served, k.demand
    first = s.ttft(s.batch) if s else math.inf
    tpot = s.times.tpot(s.batch).total if s else None
    residual = residual_of(k.model, k.accelerator.name, c)
    return Prediction(
        batch=s.batch if s else min(k.kv, d.max_num_seqs),
        ttft=Duration.ms(round(first, 3)) if math.isfinite(first) else None,
        tpot=Duration.ms(round(tpot, 3)) if tpot is not None else None,
        tpot_interval=around(round(tpot, 3), residual) if tpot is not None else None,
        rate=s.rate if s else None,
        derate=d.derate,
        kv_per_gpu=Memory.gib(int(k.budget.kv * 1024) / 1024),  # whole MiB: text that a reader takes in
        kv_sequences=k.kv,
    )


def _warnings(workload_id: WorkloadId, workload: Serving, k: Candidate) -> Iterator[Finding]:
    if k.served is None:
        what = f"{k.layout} is sized by memory only: its speed is unknown"
        yield Finding(
            str(workload_id), what, "measure one replica before you trust the number", Severity.WARNING, code="TN311"
        )
    elif workload.replicas and k.needed is not None and k.needed > workload.replicas:
        what = f"on {k.layout}, {_short(k, workload.replicas)}"
        yield Finding(
            str(workload_id), what, f"set replicas to {k.needed} or leave it out", Severity.WARNING, code="TN310"
        )
    if k.ends and isinstance(k.ends[1], str):
        what = f"on {k.layout}, no number of replicas serves at the high end of TPOT's 90 % interval: {k.ends[1]}"
        yield Finding(
            str(workload_id),
            what,
            "measure one replica first, or relax the limit named",
            Severity.WARNING,
            code="TN311",
        )


def _none_left(workload_id: WorkloadId, workload: Serving, rejections: Sequence[Rejection]) -> Finding:
    stated = {
        "tensorParallel": workload.tensor_parallel,
        "maxNumSeqs": workload.max_num_seqs,
        "gpuMemoryUtilization": workload.gpu_memory_utilization,
        "precision": workload.precision,
        "replicas": workload.replicas,
    }
    settings = ", ".join(f"{key} {value}" for key, value in stated.items() if value)
    last = {r.what.partition(" ")[0]: r for r in rejections if r.why != NOT_ALLOWED}
    what = f"nothing can serve {catalog_key(workload.model)}{f' with {settings}' if settings else ''}"
    fix = "allow another accelerator or instance type, relax the limit named, or take a smaller precision or model"
    return none_left(workload_id, what, last.values(), fix)
