"""Shapes of published models, as the capacity model needs them."""

from dataclasses import dataclass

from tonnage.catalog.accelerators import Source


@dataclass(frozen=True)
class Moe:
    """Mixture of experts in those layers that have one."""

    layers: int
    experts: int
    """Routed experts of one layer."""
    experts_per_token: int
    expert_parameters: int
    """Parameters of one routed expert."""


@dataclass(frozen=True)
class LinearAttention:
    """Layers whose state does not grow with the context."""

    layers: int
    state_elements: int
    """Elements per layer and sequence, convolution state included."""


@dataclass(frozen=True)
class Model:
    """One checkpoint. Parameters are counts."""

    id: str
    layers: int
    hidden_size: int
    heads: int
    kv_heads: int
    head_dim: int
    """Of queries and keys; with latent attention its parts with and without position together."""
    mla_width: int | None
    """Cached elements per token and layer with multi-head latent attention (kv rank + rope)."""
    full_attention_layers: int
    """Layers whose cache grows with the whole context."""
    window_layers: int
    """Layers that cache at most `window` tokens."""
    window: int
    linear: LinearAttention | None
    vocabulary: int
    tied_embeddings: bool
    max_context: int
    moe: Moe | None
    total_parameters: int
    embedding_parameters: int
    """Input table and LM head together (once, if tied)."""
    active_parameters: int
    """Multiplied per token: without the input table unless tied, with the LM head, used experts only."""
    precision: str
    """Weight format of the published checkpoint: bf16, fp8, mxfp4, nvfp4, int4."""
    source: Source
    note: str = ""
