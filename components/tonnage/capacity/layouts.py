"""One model on one accelerator with one number of GPUs: a candidate, or by what quantity it fails."""

from dataclasses import dataclass

from tonnage.capacity.coefficients import Coefficients
from tonnage.capacity.demand import Demand
from tonnage.capacity.memory import Budget, KvCache, Weights, kv_cache_of, vllm_budget, weights_of, why_not_in_memory
from tonnage.capacity.result import Layout, Rejection
from tonnage.capacity.serving import Served, kv_sequences, replicas_for, residual_of, serve, stretched
from tonnage.capacity.steptime import StepTimes, speed_of
from tonnage.catalog.accelerators import Accelerator
from tonnage.catalog.models import Model


@dataclass(frozen=True)
class Candidate:
    """A layout that fits in memory and, as far as speed is known, keeps its limits."""

    model: Model
    accelerator: Accelerator
    gpus: int
    demand: Demand
    weights: Weights
    budget: Budget
    cache: KvCache
    kv: int
    """Sequences of input plus output that the KV cache holds."""
    served: Served | None
    """None: the accelerator's speed is unknown."""
    ends: tuple[Served | str, Served | str] | None
    """The replica where TPOT comes out at the low and at the high end of its 90 % interval.

    Text: why it then serves nothing. None: the accelerator's speed is unknown.
    """

    @property
    def layout(self) -> Layout:
        """Accelerator and GPUs per replica."""
        return Layout(self.accelerator.name, self.gpus)

    @property
    def carried(self) -> float:
        """Requests per second that one replica is trusted with; 0 where speed is unknown."""
        return float(self.served.rate) * float(self.demand.derate) if self.served else 0.0

    @property
    def needed(self) -> int | None:
        """Replicas that carry the demand; None where speed is unknown."""
        return replicas_for(self.demand.rate, self.carried) if self.served else None

    @property
    def replicas_interval(self) -> tuple[int, int] | None:
        """Replicas at either end of TPOT's interval, without the derate, for that covers the same doubt.

        None where the speed is unknown, or no number of replicas serves at the high end.
        """
        if self.ends is None:
            return None
        low, high = self.ends
        if isinstance(low, str) or isinstance(high, str):
            return None
        return replicas_for(self.demand.rate, float(low.rate)), replicas_for(self.demand.rate, float(high.rate))


def try_layout(
    model: Model, accelerator: Accelerator, gpus: int, largest_node: int, *, demand: Demand, c: Coefficients
) -> Candidate | Rejection:
    """Size one replica of `gpus` GPUs. `largest_node`: most GPUs of this accelerator on one node."""
    name = str(Layout(accelerator.name, gpus))
    unlawful = _unlawful(model, gpus, largest_node, demand, c)
    if unlawful:
        return Rejection(name, unlawful)
    speed = speed_of(accelerator, demand.precision, gpus, c)
    if isinstance(speed, str):
        return Rejection(name, speed)
    weights = weights_of(model, demand.precision, c)
    cache = kv_cache_of(model, gpus, demand.kv_precision, c)
    budget = vllm_budget(model, weights, accelerator, gpus, fraction=demand.memory_fraction, c=c)
    missing = why_not_in_memory(budget, cache, demand.context, c)
    if missing:
        return Rejection(name, missing)
    kv = kv_sequences(budget, cache, demand.input_tokens + demand.output_tokens)
    served: Served | str | None = None
    ends = None
    if speed is not None:
        engine = c.engines[demand.engine]
        times = StepTimes(model, weights, cache, speed, gpus, demand.input_tokens, demand.output_tokens, engine, c)
        served = serve(times, demand, kv, c)
        doubt = residual_of(model, accelerator.name, c)
        low, high = (serve(stretched(times, factor), demand, kv, c) for factor in (doubt.low, doubt.high))
        ends = low, high
    if isinstance(served, str):
        return Rejection(name, f"KV cache left {budget.kv:.1f} GiB, but {served}")
    return Candidate(model, accelerator, gpus, demand, weights, budget, cache, kv, served, ends)


def _unlawful(model: Model, gpus: int, largest_node: int, demand: Demand, c: Coefficients) -> str | None:
    """Why tensor parallelism of this degree cannot be laid out, or None."""
    if gpus > largest_node:
        return f"the largest node of the cluster has {largest_node}, a replica needs {gpus}"
    if model.heads % gpus:
        return f"{model.heads} attention heads do not divide by {gpus}"
    if model.mla_width is None and model.kv_heads % gpus and gpus % model.kv_heads:
        return f"{model.kv_heads} KV heads neither divide by {gpus} nor into it"
    block = c.formats[demand.precision].expert_block
    if block is None or model.moe is None or demand.precision != model.precision:
        return None
    width = model.moe.expert_parameters // (3 * model.hidden_size)
    if gpus == 1 or width % (gpus * block) == 0:
        return None
    return (
        f"experts {width:,} wide give {width / gpus:g} per GPU, no multiple of the {demand.precision} block of {block}:"
        " the engine refuses it without expert parallelism"
    )
