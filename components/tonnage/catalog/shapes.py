"""The shape of a model: its layers in groups, as a catalogue row states them.

A group is `count` equal layers, each with one mixer (attention or a recurrence) and one feed-forward part;
either may be absent, as in hybrids whose layers hold one part each. Widths are elements.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Indexer:
    """Picks the tokens that sparse attention looks at."""

    heads: int
    head_dim: int
    blockwise: bool = False
    """Picks whole blocks, so it has no weight per head."""


@dataclass(frozen=True)
class Attention:
    """Multi-head, grouped-query or multi-query attention."""

    heads: int
    kv_heads: int
    head_dim: int
    qkv_bias: bool = False
    output_bias: bool = False
    norm: str = ""
    """Of queries and keys: perHead (one vector of `head_dim` each), perLayer (over all heads) or none."""
    window: int = 0
    """Tokens that it caches at most, sliding or chunked; 0: the whole context."""
    output_gate: bool = False
    sinks: bool = False
    indexer: Indexer | None = None


@dataclass(frozen=True)
class Latent:
    """Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434)."""

    heads: int
    kv_rank: int
    rope_dim: int
    nope_dim: int
    value_dim: int
    query_rank: int | None = None
    indexer: Indexer | None = None


@dataclass(frozen=True)
class DeltaNet:
    """Gated delta network: a state per value head."""

    key_heads: int
    key_head_dim: int
    value_heads: int
    value_head_dim: int
    conv_kernel: int


@dataclass(frozen=True)
class Mamba:
    """Mamba-2."""

    heads: int
    head_dim: int
    groups: int
    state_size: int
    conv_kernel: int
    conv_bias: bool = False


@dataclass(frozen=True)
class Lightning:
    """Lightning attention: a square state per head."""

    heads: int
    head_dim: int


@dataclass(frozen=True)
class Dense:
    """Feed-forward part without experts."""

    intermediate: int
    gated: bool = True
    bias: bool = False


@dataclass(frozen=True)
class Experts:
    """Feed-forward part with routed experts, and shared ones that every token uses."""

    experts: int
    per_token: int
    intermediate: int
    gated: bool = True
    shared_intermediate: int = 0
    """Width of all shared experts together."""
    router_bias: bool = False
    correction_bias: bool = False
    expert_bias: bool = False
    shared_gate: bool = False
    latent: int | None = None
    """The smaller width in which the experts work."""


@dataclass(frozen=True)
class Group:
    """Equal layers. At most one mixer and at most one feed-forward part is set."""

    count: int
    attention: Attention | None = None
    latent: Latent | None = None
    delta_net: DeltaNet | None = None
    mamba: Mamba | None = None
    lightning: Lightning | None = None
    dense: Dense | None = None
    experts: Experts | None = None
    norms: int = 2
    """Norms of `hidden_size` in each layer."""

    @property
    def linear(self) -> DeltaNet | Mamba | Lightning | None:
        """The mixer whose state does not grow with the context."""
        return self.delta_net or self.mamba or self.lightning


@dataclass(frozen=True)
class Shape:
    """A whole decoder with LM head."""

    hidden_size: int
    vocabulary: int
    tied_embeddings: bool
    groups: tuple[Group, ...]
    norm_bias: bool = False
    final_norms: int = 1
    learned_positions: int = 0
    """Rows of a learned position table."""
    other_parameters: int = 0
    """What no field above says, such as a norm of the embeddings."""
    encoder_parameters: int = 0
    """Of an image or audio encoder, where known."""
