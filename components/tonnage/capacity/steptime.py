"""Step times of one replica: roofline terms with fitted factors, all in milliseconds.

TPOT = e [weights + KV + layers + sequences + all-reduce + prefill share + its all-reduce], never below the
roofline itself; TTFT alike. Byte and FLOP terms stand at the accelerator's peak; the factors (coefficients)
hold what is lost to it.
"""

from dataclasses import dataclass

from tonnage.capacity.coefficients import Coefficients, Engine
from tonnage.capacity.memory import KvCache, Weights, experts_touched
from tonnage.catalog.accelerators import Accelerator
from tonnage.catalog.models import Model

MS = 1000


@dataclass(frozen=True)
class Speed:
    """What one GPU of a replica can do at its peak."""

    precision: str
    """Of the peak: fp8, bf16."""
    compute: float
    """FLOP/s."""
    bandwidth: float
    """Bytes per second."""
    link: float
    """Bytes per second, one direction; 0 where the replica is one GPU."""


def speed_of(accelerator: Accelerator, precision: str, tensor_parallel: int, c: Coefficients) -> Speed | str | None:
    """Peaks for a weight format; text: why the accelerator does not serve it; None: its peaks are unknown."""
    if not accelerator.peak or accelerator.bandwidth is None:
        return None
    wanted = c.formats[precision].computes
    native = next((p for p in wanted if p in accelerator.peak), None)
    if native is None:
        return f"no native {' or '.join(wanted)}, weight-only layout not offered"
    if tensor_parallel > 1 and accelerator.link is None:
        return None
    link = float(accelerator.link) if accelerator.link is not None and tensor_parallel > 1 else 0.0
    return Speed(native, float(accelerator.peak[native]), float(accelerator.bandwidth), link)


@dataclass(frozen=True)
class Tpot:
    """Time per output token at one batch size, term by term, before the engine's factor."""

    weights: float
    kv_cache: float
    layers: float
    sequences: float
    all_reduce: float
    prefill: float
    prefill_all_reduce: float
    engine: float
    floor: float
    """The roofline: no step is faster."""
    compute_bound: bool
    """Whether arithmetic, not memory, makes the roofline."""

    @property
    def sum(self) -> float:
        """The terms together."""
        reading = self.weights + self.kv_cache
        return reading + self.layers + self.sequences + self.all_reduce + self.prefill + self.prefill_all_reduce

    @property
    def total(self) -> float:
        """Milliseconds per token."""
        return max(self.sum * self.engine, self.floor)


@dataclass(frozen=True)
class Ttft:
    """Time to first token at one batch size, term by term, before the engine's factor."""

    prefill: float
    weights: float
    prefill_all_reduce: float
    batch_prefill: float
    input_tokens: float
    layers: float
    sequences: float
    constant: float
    engine: float

    @property
    def sum(self) -> float:
        """The terms together."""
        compute = self.prefill + self.prefill_all_reduce + self.batch_prefill
        return compute + self.weights + self.input_tokens + self.layers + self.sequences + self.constant

    @property
    def total(self) -> float:
        """Milliseconds."""
        return self.sum * self.engine


@dataclass(frozen=True)
class StepTimes:
    """One replica of one model on one layout, for one mix of lengths."""

    model: Model
    weights: Weights
    cache: KvCache
    speed: Speed
    gpus: int
    input_tokens: int
    output_tokens: int
    engine: Engine
    c: Coefficients

    @property
    def context(self) -> float:
        """Mean length of a sequence while it decodes."""
        return self.input_tokens + self.output_tokens / 2

    def touched(self, batch: float) -> float:
        """Part of all routed experts that a step reads."""
        return experts_touched(self.model, batch) / self.model.moe.experts if self.model.moe else 0.0

    def weight_bytes(self, batch: float) -> float:
        """Bytes of weights that one step reads, per GPU."""
        return self.weights.read(self.touched(batch)) / self.gpus

    def prefill_flops(self, tokens: int) -> float:
        """FLOPs to prefill one request: weights, and causal attention over what each layer sees."""
        m = self.model
        seen = m.full_attention_layers * tokens + m.window_layers * min(tokens, m.window)
        return 2.0 * m.active_parameters * tokens + 2.0 * m.heads * m.head_dim * tokens * seen

    def prefill_peak(self, tokens: int) -> float:
        """Milliseconds of that prefill at peak."""
        return self.prefill_flops(tokens) / (self.gpus * self.speed.compute) * MS

    def all_reduce_bytes(self, tokens: float) -> float:
        """Bytes that one GPU moves to sum up `tokens` activations, twice per layer; 0 for one GPU."""
        share = 2 * (self.gpus - 1) / self.gpus
        return 2 * self.model.layers * share * tokens * self.model.hidden_size * self.c.all_reduce_bytes

    def _link_ms(self, tokens: float) -> float:
        return self.all_reduce_bytes(tokens) / self.speed.link * MS if self.gpus > 1 else 0.0

    def service(self, tokens: int) -> float:
        """Milliseconds that the prefill of one request takes from the engine."""
        k = self.c.tpot
        peak, link = self.prefill_peak(tokens), self._link_ms(tokens)
        return self.engine.tpot * (k.prefill * peak + k.prefill_all_reduce * link)

    def tpot(self, batch: float) -> Tpot:
        """Time per output token with `batch` sequences in flight."""
        k, s = self.c.tpot, self.speed
        read, cached = self.weight_bytes(batch), batch * self.cache.read(self.context)
        compute = 2 * self.model.active_parameters * batch / (self.gpus * s.compute) * MS
        memory = (read + cached) / s.bandwidth * MS
        return Tpot(
            weights=k.weights * read / s.bandwidth * MS,
            kv_cache=k.kv_cache * cached / s.bandwidth * MS,
            layers=self.model.layers * (k.layer + (k.moe_layer if self.model.moe else 0)),
            sequences=k.sequence * batch,
            all_reduce=k.all_reduce * self._link_ms(batch),
            prefill=k.prefill * batch * self.prefill_peak(self.input_tokens) / self.output_tokens,
            prefill_all_reduce=k.prefill_all_reduce * batch * self._link_ms(self.input_tokens) / self.output_tokens,
            engine=self.engine.tpot,
            floor=max(memory, compute),
            compute_bound=compute > memory,
        )

    def ttft(self, batch: float) -> Ttft:
        """Time to first token with `batch` sequences in flight, clients starting together."""
        k = self.c.ttft
        peak = self.prefill_peak(self.input_tokens)
        return Ttft(
            prefill=k.prefill * peak,
            weights=k.weights * self.weight_bytes(batch) / self.speed.bandwidth * MS,
            prefill_all_reduce=k.prefill_all_reduce * self._link_ms(self.input_tokens),
            batch_prefill=k.batch_prefill * batch * peak,
            input_tokens=k.thousand_input_tokens * self.input_tokens / 1000,
            layers=k.layer * self.model.layers,
            sequences=k.sequence * batch,
            constant=k.constant,
            engine=self.engine.ttft,
        )

    def latency(self, batch: float) -> float:
        """Milliseconds from request to last token."""
        return self.ttft(batch).total + (self.output_tokens - 1) * self.tpot(batch).total

    def rate(self, batch: float) -> float:
        """Requests per second by Little's law with `batch` sequences in flight."""
        return MS * batch / self.latency(batch)
