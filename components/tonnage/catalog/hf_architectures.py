"""Which architectures of config.json files are counted, and how each lays out its layers.

Defaults are those of the architecture's configuration class in the Transformers library (5.x); a key whose other
values change the layers in a way that is not counted is refused.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from tonnage.catalog.hf_fields import Fields
from tonnage.catalog.hf_layers import (
    FULL,
    LINEAR,
    SLIDING,
    attention,
    delta_net,
    dense,
    experts,
    grouped,
    kinds,
    latent,
    shared,
    window,
)
from tonnage.catalog.shapes import Attention, Experts, Group, Indexer, Shape

Layers = Callable[[Fields], tuple[Group, ...]]


def shape_of(f: Fields, architecture: str) -> Shape:
    """The shape that a config states; `architecture` is one of `ARCHITECTURES`. Problems are noted in `f`."""
    layers = ARCHITECTURES[architecture]
    return Shape(
        hidden_size=f.count("hidden_size"),
        vocabulary=f.count("vocab_size"),
        tied_embeddings=f.flag("tie_word_embeddings", architecture in TIED),
        groups=layers(f),
    )


def _llama(f: Fields) -> tuple[Group, ...]:
    bias = f.flag("attention_bias", False)
    a = attention(f, qkv_bias=bias, output_bias=bias)
    part = dense(f, bias=f.flag("mlp_bias", False))
    return grouped(Group(1, a, dense=part) for _ in f.layers())


def _mistral(f: Fields) -> tuple[Group, ...]:
    return _sliding(f, attention(f, window=window(f)))


def _sliding(f: Fields, a: Attention, norms: int = 2, every: int = 1) -> tuple[Group, ...]:
    """Layers whose attention has its window, but for one in `every` (or as listed), which sees all."""
    number = len(list(f.layers()))
    listed = kinds(f, number, lambda i: FULL if every > 1 and (i + 1) % every == 0 else SLIDING)
    part = dense(f)
    return grouped(Group(1, _seen(a, kind), dense=part, norms=norms) for kind in listed)


def _seen(a: Attention, kind: str) -> Attention:
    return a if kind == SLIDING else replace(a, window=0)


def _qwen2(f: Fields) -> tuple[Group, ...]:
    a = attention(f, qkv_bias=True, window=window(f, used=f.flag("use_sliding_window", False)))
    if not a.window:
        return _sliding(f, a)
    first = f.count("max_window_layers", 28, least=0, most=10_000)
    number = len(list(f.layers()))
    listed = kinds(f, number, lambda i: SLIDING if i >= first else FULL)
    part = dense(f)
    return grouped(Group(1, _seen(a, kind), dense=part) for kind in listed)


def _qwen3(f: Fields) -> tuple[Group, ...]:
    f.must_be("use_sliding_window", False)
    bias = f.flag("attention_bias", False)
    a = attention(f, head_dim=128, qkv_bias=bias, output_bias=bias, norm="perHead")
    part = dense(f)
    return grouped(Group(1, a, dense=part) for _ in f.layers())


def _gemma2(f: Fields) -> tuple[Group, ...]:
    f.must_be("attention_bias", False)
    return _sliding(f, attention(f, head_dim=256, window=window(f)), norms=4, every=2)


def _gemma3(f: Fields) -> tuple[Group, ...]:
    f.must_be("attention_bias", False)
    key = "_sliding_window_pattern" if "_sliding_window_pattern" in f.tree else "sliding_window_pattern"
    a = attention(f, head_dim=256, norm="perHead", window=window(f))
    return _sliding(f, a, norms=4, every=f.count(key, 6, most=1000))


def _mixtral(f: Fields) -> tuple[Group, ...]:
    a = attention(f, window=window(f))
    part = experts(f, "num_local_experts", "intermediate_size")
    return grouped(Group(1, a, experts=part) for _ in f.layers())


def _sparse(f: Fields, mixer: Group, part: Experts) -> tuple[Group, ...]:
    """Experts in every layer but those that are listed, or stepped over, as dense."""
    step = f.count("decoder_sparse_step", 1, most=1000)
    listed = f.tree.get("mlp_only_layers") or []
    if not isinstance(listed, list) or not all(isinstance(i, int) for i in listed):
        f.wrong("mlp_only_layers", "is not a list of layers", "list indices from 0")
        listed = []
    plain = [i in listed or (i + 1) % step != 0 for i in f.layers()]
    wide = dense(f) if any(plain) else None
    return grouped(replace(mixer, dense=wide) if p else replace(mixer, experts=part) for p in plain)


def _qwen3_moe(f: Fields) -> tuple[Group, ...]:
    f.must_be("use_sliding_window", False)
    bias = f.flag("attention_bias", False)
    a = attention(f, head_dim=128, qkv_bias=bias, output_bias=bias, norm="perHead")
    return _sparse(f, Group(1, a), experts(f, "num_experts"))


def _qwen3_next(f: Fields) -> tuple[Group, ...]:
    f.must_be("attention_bias", False)
    number = len(list(f.layers()))
    interval = f.count("full_attention_interval", 4, most=1000)
    a = attention(f, head_dim=256, norm="perHead", output_gate=True)
    mixers = {FULL: Group(1, a), LINEAR: Group(1, delta_net=delta_net(f))}
    part = experts(f, "num_experts", shared_intermediate=f.count("shared_expert_intermediate_size"), shared_gate=True)
    f.must_be("decoder_sparse_step", 1)
    f.must_be("mlp_only_layers", [])
    listed = kinds(f, number, lambda i: FULL if (i + 1) % interval == 0 else LINEAR)
    if SLIDING in listed:
        f.wrong("layer_types", f"{SLIDING!r} is not counted here", f"only {FULL} and {LINEAR} are")
    return grouped(replace(mixers.get(kind, mixers[FULL]), experts=part) for kind in listed)


def _first_dense(f: Fields, mixer: Group, part: Experts) -> tuple[Group, ...]:
    """The first layers dense, experts in all others."""
    f.must_be("moe_layer_freq", 1)
    first = f.count("first_k_dense_replace", 0, least=0, most=10_000)
    wide = dense(f) if first else None
    return grouped(replace(mixer, dense=wide) if i < first else replace(mixer, experts=part) for i in f.layers())


def _deepseek(f: Fields, *, correction: bool = True, indexer: Indexer | None = None) -> tuple[Group, ...]:
    part = experts(f, "n_routed_experts", shared_intermediate=shared(f), correction_bias=correction)
    return _first_dense(f, Group(1, latent=latent(f, indexer)), part)


def _deepseek_v2(f: Fields) -> tuple[Group, ...]:
    return _deepseek(f, correction=False)


def _deepseek_v32(f: Fields) -> tuple[Group, ...]:
    return _deepseek(f, indexer=Indexer(f.count("index_n_heads", most=100_000), f.count("index_head_dim")))


def _glm4_moe(f: Fields) -> tuple[Group, ...]:
    norm = "perHead" if f.flag("use_qk_norm", False) else ""
    a = attention(f, qkv_bias=f.flag("attention_bias", False), norm=norm)
    part = experts(f, "n_routed_experts", shared_intermediate=shared(f), correction_bias=True)
    return _first_dense(f, Group(1, a), part)


def _gpt_oss(f: Fields) -> tuple[Group, ...]:
    number = len(list(f.layers()))
    bias = f.flag("attention_bias", True)
    a = attention(f, head_dim=64, qkv_bias=bias, output_bias=bias, sinks=True, window=window(f))
    part = experts(f, "num_local_experts", "intermediate_size", router_bias=True, expert_bias=True)
    listed = kinds(f, number, lambda i: SLIDING if i % 2 == 0 else FULL)
    return grouped(Group(1, _seen(a, kind), experts=part) for kind in listed)


def _minimax_m2(f: Fields) -> tuple[Group, ...]:
    norm = "perLayer" if f.flag("use_qk_norm", True) else ""
    f.must_be("qk_norm_type", "per_layer")
    a = attention(f, head_dim=128, norm=norm)
    part = experts(f, "num_local_experts", "intermediate_size", correction_bias=True)
    return grouped(Group(1, a, experts=part) for _ in f.layers())


ARCHITECTURES: Mapping[str, Layers] = {
    "DeepseekV2ForCausalLM": _deepseek_v2,
    "DeepseekV3ForCausalLM": _deepseek,
    "DeepseekV32ForCausalLM": _deepseek_v32,
    "Gemma2ForCausalLM": _gemma2,
    "Gemma3ForCausalLM": _gemma3,
    "Glm4MoeForCausalLM": _glm4_moe,
    "GptOssForCausalLM": _gpt_oss,
    "GraniteForCausalLM": _llama,
    "LlamaForCausalLM": _llama,
    "MiniMaxM2ForCausalLM": _minimax_m2,
    "Ministral3ForCausalLM": _mistral,
    "MistralForCausalLM": _mistral,
    "MixtralForCausalLM": _mixtral,
    "Phi3ForCausalLM": _mistral,
    "Qwen2ForCausalLM": _qwen2,
    "Qwen3ForCausalLM": _qwen3,
    "Qwen3MoeForCausalLM": _qwen3_moe,
    "Qwen3NextForCausalLM": _qwen3_next,
}
"""How the layers follow, by the name that `architectures` gives."""
TIED = {"Gemma2ForCausalLM", "Gemma3ForCausalLM"}
"""Architectures whose class ties input table and LM head unless the file says otherwise."""
