"""What a served model is asked for: the spec's load with every default filled in, or what is missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_UP, Context
from fractions import Fraction

from tonnage.capacity.coefficients import Coefficients
from tonnage.capacity.result import WorkloadId
from tonnage.catalog.models import Model
from tonnage.findings import Finding, Severity
from tonnage.spec.workload import Serving, Trace
from tonnage.units import Rate, Share

_FIVE_DIGITS = Context(prec=5, rounding=ROUND_UP)


@dataclass(frozen=True)
class Demand:
    """Load, lengths, limits and settings of one workload. Lengths in tokens, times in milliseconds."""

    rate: float
    """Requests per second at the highest phase, of five digits, rounded up, as the ledger shows it."""
    rate_words: str
    input_tokens: int
    input_p95: int
    output_tokens: int
    context: int
    """Longest sequence that must be served."""
    arrivals: float
    """Squared coefficient of variation of the time between requests."""
    ttft: float | None
    tpot: float | None
    engine: str
    precision: str
    kv_precision: str
    max_num_seqs: int
    memory_fraction: float
    derate: Share


def demand_of(
    workload_id: WorkloadId, workload: Serving, model: Model, c: Coefficients
) -> tuple[Demand | None, tuple[Finding, ...]]:
    """The demand, or None and everything that stands against one; warnings come with a demand."""
    where, t = str(workload_id), workload.traffic
    missing = tuple(_missing(where, workload, c))
    if missing or not isinstance(t.input_tokens, int) or not isinstance(t.output_tokens, int):
        return None, missing
    rate, words = _peak(t.requests)
    p95 = t.input_tokens_p95 or round(t.input_tokens * c.input_p95_factor)
    u = workload.gpu_memory_utilization
    slo = workload.slo
    demand = Demand(
        rate=rate,
        rate_words=words,
        input_tokens=t.input_tokens,
        input_p95=p95,
        output_tokens=t.output_tokens,
        context=workload.context_length or min(model.max_context, p95 + t.output_tokens),
        arrivals=c.arrivals[t.burstiness],
        ttft=slo.ttft_p95.in_ms if slo.ttft_p95 is not None else None,
        tpot=slo.tpot_p95.in_ms if slo.tpot_p95 is not None else None,
        engine=workload.engine,
        precision=workload.precision or model.precision,
        kv_precision=workload.kv_precision,
        max_num_seqs=workload.max_num_seqs or c.max_num_seqs,
        memory_fraction=float(u) if u is not None else c.engines[workload.engine].memory_fraction,
        derate=c.derates[workload.derate],
    )
    found = tuple(_impossible(where, workload, demand, model, c))
    return (None if any(f.severity is Severity.ERROR for f in found) else demand), found


def _missing(where: str, workload: Serving, c: Coefficients) -> Iterator[Finding]:
    t = workload.traffic
    for key, value in (("inputTokens", t.input_tokens), ("outputTokens", t.output_tokens)):
        if value is None:
            yield Finding(where, f"traffic.{key} is not set", "give the mean number of tokens", code="TN303")
        elif isinstance(value, Trace):
            yield Finding(
                where, f"traffic.{key} from a trace is not planned yet", "give the mean number of tokens", code="TN303"
            )
    if isinstance(t.requests, Mapping) and not t.requests:
        yield Finding(where, "traffic.requests names no phase", "give a rate, or one per phase", code="TN303")
    if workload.engine not in c.engines:
        known = ", ".join(sorted(c.engines))
        yield Finding(where, f"engine {workload.engine} is not planned yet", f"use {known}", code="TN304")


def _impossible(where: str, workload: Serving, d: Demand, model: Model, c: Coefficients) -> Iterator[Finding]:
    if d.precision not in c.formats:
        known = ", ".join(sorted(c.formats))
        yield Finding(
            where, f"weights in {d.precision} cannot be sized", f"set precision to one of {known}", code="TN305"
        )
    if model.precision not in c.formats:
        what = f"the catalogue gives {model.id} the weight format {model.precision}, which cannot be sized"
        yield Finding(
            where, what, f"correct the row of the model to one of {', '.join(sorted(c.formats))}", code="TN305"
        )
    if d.context > model.max_context:
        what = f"contextLength {d.context:,} is over the {model.max_context:,} tokens of {model.id}"
        yield Finding(where, what, f"set contextLength to at most {model.max_context}", code="TN306")
    if d.input_tokens + d.output_tokens > d.context:
        what = f"a mean request of {d.input_tokens:,} + {d.output_tokens:,} tokens is over the {d.context:,} served"
        yield Finding(where, what, "raise contextLength, or choose a model with a longer context", code="TN307")
    elif d.input_p95 + d.output_tokens > d.context:
        what = (
            f"{d.input_p95:,} tokens in (95th percentile) + {d.output_tokens:,} out are over the {d.context:,} served"
        )
        yield Finding(where, what, "raise contextLength, or set traffic.inputTokensP95", Severity.WARNING, code="TN307")
    elif workload.context_length is None:
        what = f"contextLength is left out: requests over {d.context:,} tokens will be refused"
        yield Finding(where, what, "set contextLength to the longest sequence", Severity.INFO, code="TN308")
    if not 0 < d.memory_fraction <= 1:
        what = f"gpuMemoryUtilization {d.memory_fraction:.0%} is not a part of the memory"
        yield Finding(where, what, "set it over 0% and up to 100%", code="TN309")


def _peak(requests: Rate | Mapping[str, Rate]) -> tuple[float, str]:
    """The highest rate, and where it comes from."""
    if isinstance(requests, Rate):
        highest, words = requests, "as stated"
    else:
        phase, highest = max(sorted(requests.items()), key=lambda entry: entry[1])
        words = f"highest of {len(requests)} phases: {phase}"
    exact = highest.amount
    rate = _FIVE_DIGITS.divide(exact.numerator, exact.denominator)
    return float(rate), words if Fraction(rate) == exact else f"{words}, {highest}, rounded up to five digits"
