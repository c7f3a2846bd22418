"""From load to replicas: what one replica takes within its limits, and how many of them carry the demand."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Context
from fractions import Fraction

from tonnage.capacity.coefficients import Coefficients, Residual
from tonnage.capacity.demand import Demand
from tonnage.capacity.memory import GIB, Budget, KvCache
from tonnage.capacity.result import Interval
from tonnage.capacity.steptime import StepTimes
from tonnage.capacity.waiting import Queue
from tonnage.catalog.models import Model
from tonnage.units import Rate

_FOUR_DIGITS = Context(prec=4, rounding=ROUND_DOWN)
_NEARLY = 1e-9  # float noise that must not cost a replica


def kv_sequences(budget: Budget, cache: KvCache, tokens: int) -> int:
    """Whole sequences of that length in the KV cache."""
    return int(budget.kv * GIB / cache.held(tokens))


@dataclass(frozen=True)
class Served:
    """One replica at the largest load that keeps every limit."""

    times: StepTimes
    demand: Demand
    variability: float
    percentile: float
    batch: int
    """Sequences in flight."""
    limits: tuple[tuple[str, int], ...]
    """Most sequences that each limit allows; limits of time are looked for only below those of memory."""
    binding: str

    @property
    def rate(self) -> Rate:
        """Requests per second by Little's law, cut to four digits, so that whoever checks gets the same replicas."""
        return Rate(Fraction(_FOUR_DIGITS.create_decimal(self.times.rate(self.batch))))

    def queue(self, rate: float) -> Queue:
        """The prefill slot at that many requests per second."""
        service = self.times.service(self.demand.input_tokens)
        return Queue(service, rate, self.demand.arrivals, self.variability)

    def queued_ttft(self, batch: float) -> float:
        """Percentile of the time to first token: wait, prefill of a long input, one step."""
        wait = self.queue(self.times.rate(batch)).wait(self.percentile)
        return wait + self.times.service(self.demand.input_p95) + self.times.tpot(batch).total

    def ttft(self, batch: float) -> float:
        """The larger of the queue's and the fitted time to first token."""
        return max(self.queued_ttft(batch), self.times.ttft(batch).total)

    def batch_at(self, rate: float) -> float:
        """Sequences in flight at a rate that the replica can take, by bisection of Little's law."""
        low, high = 0.0, float(self.batch)
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if self.times.rate(middle) < rate else (low, middle)
        return high


def serve(times: StepTimes, demand: Demand, kv: int, c: Coefficients) -> Served | str:
    """The replica at its largest load, or why not even one sequence keeps its limits."""
    trial = Served(times, demand, c.service_variability, c.percentile, 0, (), "")
    ceiling = min(kv, demand.max_num_seqs)
    within = {
        "tpot": lambda b: demand.tpot is None or times.tpot(b).total <= demand.tpot,
        "ttft": lambda b: demand.ttft is None or times.ttft(b).total <= demand.ttft,
        "queue": lambda b: (
            trial.queued_ttft(b) <= (math.inf if demand.ttft is None else demand.ttft)
            and trial.queue(times.rate(b)).utilisation < 1
        ),
    }
    of_time = tuple((name, _largest(holds, ceiling)) for name, holds in within.items())
    limits = (*of_time, ("kv", kv), ("max_num_seqs", demand.max_num_seqs))
    name, batch = min((e for e in limits if e[0] not in within or e[1] < ceiling), key=lambda e: e[1])
    if batch == 0:
        return _too_slow(name, trial)
    if name == "tpot" and _compute_bound(times, batch):
        name = "compute"
    return Served(times, demand, c.service_variability, c.percentile, batch, limits, name)


def _largest(holds: Callable[[int], bool], ceiling: int) -> int:
    """The largest whole number up to `ceiling` that holds, where all below it hold too; 0: not even 1."""
    if holds(ceiling):
        return ceiling
    low, high = 0, ceiling
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _compute_bound(times: StepTimes, batch: int) -> bool:
    beyond = times.tpot(batch + 1)
    return beyond.compute_bound and beyond.floor > beyond.sum * beyond.engine


def _too_slow(limit: str, trial: Served) -> str:
    times, d = trial.times, trial.demand
    if limit == "tpot":
        step = times.tpot(1)
        reads = step.weights * step.engine
        alone = "weight reads alone take" if d.tpot is not None and reads > d.tpot else "one sequence alone takes"
        took = reads if d.tpot is not None and reads > d.tpot else step.total
        return f"{alone} {took:.1f} ms per token, {d.tpot:g} ms allowed"
    if limit == "ttft":
        return f"one request alone waits {times.ttft(1).total:,.0f} ms for its first token, {d.ttft:,g} ms allowed"
    took = trial.queued_ttft(1)
    if d.ttft is None or not math.isfinite(took):
        return f"one prefill takes {times.service(d.input_tokens):,.0f} ms: the queue for it never empties"
    return f"an input of {d.input_p95:,} tokens waits {took:,.0f} ms for its first token, {d.ttft:,g} ms allowed"


def stretched(times: StepTimes, factor: float) -> StepTimes:
    """The same replica where every step takes `factor` times as long, though never less than the roofline."""
    return replace(times, engine=replace(times.engine, tpot=times.engine.tpot * factor))


def replicas_for(rate: float, one: float) -> int:
    """Replicas that carry `rate` requests per second, at `one` each; at least 1."""
    return max(1, math.ceil(rate / one - _NEARLY))


def residual_of(model: Model, accelerator: str, c: Coefficients) -> Residual:
    """The residuals of the case that matches: what the fit has seen of this model's shape and this GPU."""
    experts = model.moe.experts if model.moe else 0
    shape = (model.layers, model.hidden_size, model.heads, model.kv_heads, experts)
    family = any((f.layers, f.hidden_size, f.heads, f.kv_heads, f.experts) == shape for f in c.fit.families)
    if accelerator in c.fit.accelerators:
        return c.residuals.known if family else c.residuals.family_unseen
    return c.residuals.gpu_unseen if family else c.residuals.both_unseen


def around(value: float, residual: Residual) -> Interval:
    """The 90 % interval of a time in milliseconds, its ends to the microsecond."""
    return Interval(round(value * residual.low, 3), value, round(value * residual.high, 3))


def outside_fit(times: StepTimes, batch: int, c: Coefficients) -> tuple[str, ...]:
    """What lies outside the ranges that the fit has seen, in words."""
    seen = (
        ("input tokens", times.input_tokens, c.fit.input_tokens),
        ("output tokens", times.output_tokens, c.fit.output_tokens),
        ("sequences in flight", batch, c.fit.batch),
        ("GPUs per replica", times.gpus, c.fit.gpus),
    )
    return tuple(
        f"{value:,} {name} (fit: {r.low:,} to {r.high:,})" for name, value, r in seen if not r.low <= value <= r.high
    )
