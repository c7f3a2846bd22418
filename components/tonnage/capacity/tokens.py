"""A batch of tokens for a model: serving at the fullest batch, with no limit of time.

`throughput = requests per second at B = min(KV cache, max_num_seqs)`, by the same step times as serving;
`replicas = tokens / (tokens per second of one x seconds x derate)`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tonnage.capacity.coefficients import Coefficients
from tonnage.capacity.demand import Demand
from tonnage.capacity.derivation import batch_derivation
from tonnage.capacity.host import batch_resources, serving_pod
from tonnage.capacity.layouts import Candidate, try_layout
from tonnage.capacity.ledger import Entry
from tonnage.capacity.memory import weights_of
from tonnage.capacity.options import Offered, engine_of, prediction_of
from tonnage.capacity.profiles import WEEK
from tonnage.capacity.rejected import OTHER_WANTED, none_left
from tonnage.capacity.result import Option, PodShape, Rejection, Sizing, WorkloadId
from tonnage.capacity.serving import Served
from tonnage.catalog.models import Model
from tonnage.findings import Finding, Severity
from tonnage.spec.workload import Batch
from tonnage.units import Share

_ENGINE = "vllm"
_HOUR = 3600


@dataclass(frozen=True)
class TokenRate:
    """The tokens of a batch and the time for them."""

    tokens: int
    """Of input and output, in a week."""
    hours: Fraction
    """In a week, in which the batch may run."""
    words: str
    """Where the hours come from."""
    input_tokens: int
    """Mean, of one request."""
    output_tokens: int

    @property
    def requests(self) -> Fraction:
        """Requests per second that do all tokens in time."""
        return Fraction(self.tokens, self.input_tokens + self.output_tokens) / (self.hours * _HOUR)


def token_rate(workload: Batch, hours: Mapping[str, Fraction], c: Coefficients) -> TokenRate | None:
    """What a batch of tokens asks for; None where it names no tokens, or a phase without hours."""
    phase = workload.when
    time = hours.get(phase, Fraction(0)) if phase and hours else WEEK
    if workload.tokens is None or not time:
        return None
    words = f"hours of {phase} in a week" if phase and hours else "every hour of the week"
    lengths = (workload.input_tokens or c.batch.input_tokens, workload.output_tokens or c.batch.output_tokens)
    return TokenRate(int(workload.tokens.amount), time, words, *lengths)


def size_tokens(
    workload_id: WorkloadId, workload: Batch, model: Model, asked: TokenRate, *, accelerators: Offered, c: Coefficients
) -> Sizing:
    """Every layout that can run the batch, with the replicas that finish it every week."""
    demand = _demand(model, asked, c)
    wrong = tuple(_impossible(str(workload_id), demand, model, c))
    if wrong:
        return Sizing(workload_id, (), (), wrong)
    tried = list(_trials(workload, model, accelerators, demand, c))
    kept = [t for t in tried if not isinstance(t, Rejection)]
    rejections = tuple(t for t in tried if isinstance(t, Rejection))
    options = tuple(_option(workload_id, workload, k, served, c) for k, served in kept)

    def explain(place: int) -> tuple[Entry, ...]:
        k, served = kept[place]
        derived = batch_derivation(k, served, options[place].replicas, c)
        return (*_entries(asked, c), *derived, *_pod(k, workload, c)[1])

    return Sizing(
        workload_id, options, rejections, tuple(_notes(workload_id, workload, asked, options, rejections)), explain
    )


def _demand(model: Model, asked: TokenRate, c: Coefficients) -> Demand:
    return Demand(
        rate=float(asked.requests),
        rate_words=f"{asked.tokens:,} tokens / ({asked.input_tokens:,} + {asked.output_tokens:,}) / {asked.hours} h",
        input_tokens=asked.input_tokens,
        input_p95=round(asked.input_tokens * c.input_p95_factor),
        output_tokens=asked.output_tokens,
        context=min(model.max_context, round(asked.input_tokens * c.input_p95_factor) + asked.output_tokens),
        arrivals=1.0,
        ttft=None,
        tpot=None,
        engine=_ENGINE,
        precision=model.precision,
        kv_precision="bf16",
        max_num_seqs=c.max_num_seqs,
        memory_fraction=c.engines[_ENGINE].memory_fraction,
        derate=c.derates["conservative"],
    )


def _impossible(where: str, d: Demand, model: Model, c: Coefficients) -> Iterator[Finding]:
    if model.precision not in c.formats:
        what = f"the catalogue gives {model.id} the weight format {model.precision}, which cannot be sized"
        yield Finding(
            where, what, f"correct the row of the model to one of {', '.join(sorted(c.formats))}", code="TN305"
        )
    if d.input_tokens + d.output_tokens > model.max_context:
        what = f"{d.input_tokens:,} + {d.output_tokens:,} tokens are over the {model.max_context:,} of {model.id}"
        yield Finding(
            where, what, "shorten inputTokens or outputTokens, or choose a model with a longer context", code="TN307"
        )


def _trials(
    workload: Batch, model: Model, accelerators: Offered, demand: Demand, c: Coefficients
) -> Iterator[tuple[Candidate, Served] | Rejection]:
    for accelerator, per_node in sorted(accelerators, key=lambda entry: entry[0].name):
        if workload.accelerator not in {None, accelerator.name}:
            yield Rejection(accelerator.name, OTHER_WANTED)
        elif accelerator.memory is None:
            yield Rejection(accelerator.name, "the memory that its driver reports is unknown")
        else:
            largest = max(per_node, default=0)
            for gpus in (n for n in c.tensor_parallel if n <= largest):
                k = try_layout(model, accelerator, gpus, largest, demand=demand, c=c)
                if isinstance(k, Rejection):
                    yield k
                elif k.served is None:
                    yield Rejection(str(k.layout), "its speed is unknown (no peaks or bandwidth in the catalogue)")
                else:
                    yield k, _fullest(k, k.served)


def _fullest(k: Candidate, served: Served) -> Served:
    """The replica with as many sequences as memory and engine take; the shape that Little's law is read at."""
    limits = (("kv", k.kv), ("max_num_seqs", k.demand.max_num_seqs))
    name, batch = min(limits, key=lambda e: e[1])
    return replace(served, batch=batch, limits=limits, binding=name)


def _option(workload_id: WorkloadId, workload: Batch, k: Candidate, served: Served, c: Coefficients) -> Option:
    full = replace(k, served=served, ends=None)
    return Option(
        workload=workload_id,
        layout=k.layout,
        replicas=full.needed or 1,
        replicas_interval=None,
        pod=_pod(k, workload, c)[0],
        prediction=prediction_of(full, c),
        binding=served.binding,
        engine=engine_of(k.demand),
    )


def _pod(k: Candidate, workload: Batch, c: Coefficients) -> tuple[PodShape, tuple[Entry, ...]]:
    weights = weights_of(k.model, k.model.precision, c)
    return serving_pod(k.accelerator.name, k.gpus, weights, batch_resources(workload), c)


def _entries(asked: TokenRate, c: Coefficients) -> Iterator[Entry]:
    yield Entry("tokens a week", f"{asked.tokens:,}", "as stated, of input and output", c.sources["spec"])
    yield Entry("hours for them", f"{asked.hours} h", asked.words, c.sources["spec"])


def _notes(
    workload_id: WorkloadId,
    workload: Batch,
    asked: TokenRate,
    options: Sequence[Option],
    rejections: Sequence[Rejection],
) -> Iterator[Finding]:
    if workload.input_tokens is None or workload.output_tokens is None:
        what = f"lengths are left out: {asked.input_tokens:,} tokens in and {asked.output_tokens:,} out are assumed"
        yield Finding(str(workload_id), what, "set inputTokens and outputTokens", Severity.INFO, code="TN316")
    if not options:
        fix = "allow another accelerator or instance type, or take a smaller model"
        yield none_left(workload_id, f"nothing can run {workload.model}", rejections, fix)


def tokens_per_second(option: Option, asked: TokenRate) -> Fraction:
    """Tokens that one replica is trusted with."""
    p = option.prediction
    trusted = p.rate.amount * p.derate.amount if p and p.rate else Fraction(0)
    return trusted * (asked.input_tokens + asked.output_tokens)


def share_done(done: Fraction, whole: Fraction) -> Share:
    """The part that is done, to a tenth of a percent, rounded down, and never more than all; all of nothing is 0."""
    return Share(Fraction(min(1000, int(1000 * done / whole)), 1000) if whole else Fraction(0))
