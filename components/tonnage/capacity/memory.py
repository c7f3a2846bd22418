"""GPU memory of one replica: weights, KV cache, the engine's budget. Bytes unless a name says GiB.

Formulas: sums over tensors for weights; PagedAttention (arXiv 2309.06180) for grouped-query caches;
DeepSeek-V2 (arXiv 2405.04434) for latent attention; vLLM's start-up identity for the budget.
"""

from dataclasses import dataclass

from tonnage.capacity.coefficients import Coefficients
from tonnage.catalog.accelerators import Accelerator
from tonnage.catalog.models import Model

GIB = 2**30


@dataclass(frozen=True)
class Weights:
    """Parameters of a model by kind, and the bytes of one of each kind, over all GPUs of a replica."""

    rest: int
    """Attention, dense and shared feed-forward, norms."""
    rest_bytes: float
    experts: int
    """Of all routed experts."""
    expert_bytes: float
    table: int
    """Embedding table and LM head (once, if tied)."""
    head: int
    """LM head alone."""
    table_bytes: float

    @property
    def total(self) -> float:
        """Bytes of all weights."""
        return self.rest * self.rest_bytes + self.experts * self.expert_bytes + self.table * self.table_bytes

    def read(self, touched: float) -> float:
        """Bytes that one decode step reads: no embedding table, of the experts the part `touched` (0 to 1)."""
        experts = self.experts * touched * self.expert_bytes
        return self.rest * self.rest_bytes + experts + self.head * self.table_bytes


def weights_of(model: Model, precision: str, c: Coefficients) -> Weights:
    """Weights in a format of `Coefficients.formats`."""
    form = c.formats[precision]
    table_bytes = max(c.table_bytes_per_weight, form.bytes_per_weight)
    experts = model.moe.layers * model.moe.experts * model.moe.expert_parameters if model.moe else 0
    table = model.embedding_parameters
    return Weights(
        rest=model.total_parameters - experts - table,
        rest_bytes=table_bytes if form.experts_only and experts else form.bytes_per_weight,
        experts=experts,
        expert_bytes=form.bytes_per_weight,
        table=table,
        head=table if model.tied_embeddings else table // 2,
        table_bytes=table_bytes,
    )


def experts_touched(model: Model, batch: float) -> float:
    """Distinct experts of one layer that a step of `batch` tokens reads, expected; 0 without experts."""
    if model.moe is None:
        return 0.0
    missed = 1 - model.moe.experts_per_token / model.moe.experts
    return float(model.moe.experts * (1 - missed**batch))


@dataclass(frozen=True)
class KvCache:
    """What one sequence takes on one GPU."""

    full: float
    """Bytes per token of the layers that see the whole context."""
    windowed: float
    """Bytes per token of the layers that see at most `window` tokens."""
    window: int
    state: float
    """Bytes per sequence, however long."""
    block: int
    """Tokens that the engine allocates at a time."""

    def held(self, tokens: int) -> float:
        """Bytes that a sequence of that length occupies, whole blocks."""
        blocks = -(-tokens // self.block) * self.block
        kept = min(blocks, -(-self.window // self.block) * self.block)
        return self.full * blocks + self.windowed * kept + self.state

    def read(self, context: float) -> float:
        """Bytes that one decode step reads for a sequence of that mean length."""
        return self.full * context + self.windowed * min(context, self.window) + self.state


def kv_cache_of(model: Model, tensor_parallel: int, kv_precision: str, c: Coefficients) -> KvCache:
    """The cache of one sequence on each GPU of a replica.

    Heads are shared out over GPUs as far as there are heads, then repeated; a latent cache is repeated on
    every GPU; state of linear attention is shared out.
    """
    element = c.kv_bytes[kv_precision]
    if model.mla_width is not None:
        per_layer = model.mla_width * element
    else:
        per_layer = 2 * model.kv_heads * model.head_dim * element / min(tensor_parallel, model.kv_heads)
    linear = model.linear
    return KvCache(
        full=per_layer * model.full_attention_layers,
        windowed=per_layer * model.window_layers,
        window=model.window,
        state=linear.layers * linear.state_elements * c.state_bytes / tensor_parallel if linear else 0.0,
        block=c.kv_block_tokens,
    )


@dataclass(frozen=True)
class Budget:
    """What vLLM does with the memory of one GPU. GiB."""

    memory: float
    fraction: float
    weights: float
    activation: float
    runtime: float

    @property
    def kv(self) -> float:
        """GiB left for the KV cache; negative where the rest does not fit."""
        return self.memory * self.fraction - self.weights - self.activation - self.runtime


def vllm_budget(
    model: Model, weights: Weights, accelerator: Accelerator, tensor_parallel: int, *, fraction: float, c: Coefficients
) -> Budget:
    """The budget of each GPU of a replica, with the default activation peak and runtime of the coefficients.

    Raises ValueError where the accelerator's memory is unknown: no layout is tried on it.
    """
    if accelerator.memory is None:
        raise ValueError(f"the memory of {accelerator.name} is unknown")
    a = c.activation
    dense = a.small_batch_dense_gib if accelerator.name in a.small_batch_accelerators else a.dense_gib
    return Budget(
        memory=accelerator.memory.in_gib,
        fraction=fraction,
        weights=weights.total / tensor_parallel / GIB,
        activation=a.moe_gib if model.moe else dense,
        runtime=c.runtime.single_gib if tensor_parallel == 1 else c.runtime.parallel_gib,
    )


def why_not_in_memory(budget: Budget, cache: KvCache, context: int, c: Coefficients) -> str | None:
    """By how many GiB a replica does not fit, or None: first weights, then one sequence of the longest context."""
    if budget.kv <= 0:
        doubt = budget.activation - c.activation.least_seen_gib
        within = f", less than the doubt of {doubt:.1f} GiB in the activation peak" if -budget.kv < doubt else ""
        return (
            f"weights {budget.weights:.1f}, activation peak {budget.activation:.1f} and runtime {budget.runtime:.2f}"
            f" GiB exceed {budget.fraction:.0%} of {budget.memory:.1f} GiB by {-budget.kv:.1f} GiB{within}"
        )
    need = cache.held(context) / GIB
    if need > budget.kv:
        return (
            f"KV cache left {budget.kv:.1f} GiB, one sequence of {context:,} tokens needs {need:.1f} GiB:"
            f" {need - budget.kv:.1f} GiB short"
        )
    return None
