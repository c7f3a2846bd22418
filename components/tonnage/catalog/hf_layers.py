"""Parts of layers as config.json files of the Transformers library state them."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tonnage.catalog.hf_fields import Fields
from tonnage.catalog.shapes import Attention, DeltaNet, Dense, Experts, Group, Indexer, Latent

FULL, SLIDING, LINEAR = "full_attention", "sliding_attention", "linear_attention"


def grouped(layers: Iterable[Group]) -> tuple[Group, ...]:
    """Equal layers together, in the order in which each kind first stands; every one given has count 1."""
    counted = Counter(layers)
    return tuple(_times(group, count) for group, count in counted.items())


def attention(f: Fields, *, head_dim: int | None = None, **more: Any) -> Attention:
    """Attention by heads, key/value heads and head dim; `head_dim`: the library's default, else hidden size / heads."""
    heads, hidden = f.count("num_attention_heads", most=100_000), f.count("hidden_size")
    kv_heads = f.count("num_key_value_heads", heads, most=100_000)
    if heads % kv_heads:
        f.wrong("num_key_value_heads", f"{heads} heads do not divide by {kv_heads}", "correct one of them")
    if head_dim is None:
        head_dim = hidden // heads
        if f.tree.get("head_dim") is None and hidden % heads and not f.problems:
            f.wrong("head_dim", f"hidden size {hidden} does not divide by {heads} heads", "add head_dim")
    return Attention(heads, kv_heads, f.count("head_dim", max(1, head_dim)), **more)


def latent(f: Fields, indexer: Indexer | None = None) -> Latent:
    """Multi-head latent attention."""
    f.must_be("attention_bias", False)
    return Latent(
        heads=f.count("num_attention_heads", most=100_000),
        kv_rank=f.count("kv_lora_rank"),
        rope_dim=f.count("qk_rope_head_dim"),
        nope_dim=f.count("qk_nope_head_dim"),
        value_dim=f.count("v_head_dim"),
        query_rank=f.optional("q_lora_rank"),
        indexer=indexer,
    )


def delta_net(f: Fields) -> DeltaNet:
    """A gated delta network."""
    return DeltaNet(
        key_heads=f.count("linear_num_key_heads", most=100_000),
        key_head_dim=f.count("linear_key_head_dim"),
        value_heads=f.count("linear_num_value_heads", most=100_000),
        value_head_dim=f.count("linear_value_head_dim"),
        conv_kernel=f.count("linear_conv_kernel_dim", most=1000),
    )


def dense(f: Fields, *, bias: bool = False) -> Dense:
    """A gated feed-forward part."""
    return Dense(f.count("intermediate_size"), bias=bias)


def experts(f: Fields, number: str, width: str = "moe_intermediate_size", **more: Any) -> Experts:
    """Routed experts. `number` and `width` are the keys that an architecture uses for them."""
    total = f.count(number, most=100_000)
    used = f.count("num_experts_per_tok", most=100_000)
    if used > total:
        f.wrong("num_experts_per_tok", f"{used} of {total} experts", "correct one of them")
    return Experts(total, used, f.count(width), **more)


def shared(f: Fields) -> int:
    """Width of all shared experts together, where their number is stated."""
    return f.count("n_shared_experts", 0, least=0, most=1000) * f.count("moe_intermediate_size")


def kinds(f: Fields, number: int, rule: Callable[[int], str]) -> Sequence[str]:
    """Kind of each layer: as listed, else by the library's rule."""
    known = dict.fromkeys((FULL, SLIDING, LINEAR))
    return f.words("layer_types", number, known) or tuple(rule(i) for i in range(number))


def window(f: Fields, *, used: bool = True) -> int:
    """Tokens of a sliding window; 0 where there is none or it covers the longest context anyway."""
    size = f.optional("sliding_window") if used else None
    return 0 if size is None or size >= f.count("max_position_embeddings") else size


def _times(group: Group, count: int) -> Group:
    return Group(
        count, group.attention, group.latent, group.delta_net, group.mamba, group.lightning, group.dense,
        group.experts, group.norms,
    )  # fmt: skip
