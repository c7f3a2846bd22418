"""Parameters are counted from the layers, and agree with every published count that is exact."""

import json
from pathlib import Path
from typing import Any

import pytest

from tonnage.catalog.from_shape import ShapedModel, model_of, state_elements
from tonnage.catalog.parameters import active_parameters, embedding_parameters, total_parameters
from tonnage.catalog.shapes import Attention, Dense, Experts, Group, Latent, Mamba, Shape
from tonnage.catalog.shipped import shipped_catalog

MODELS = shipped_catalog().models


@pytest.fixture(scope="module")
def published(data: Path) -> dict[str, dict[str, Any]]:
    """The outside table of shapes and published counts, by id."""
    rows = json.loads((data / "models" / "models.json").read_text(encoding="utf-8"))
    return {row["id"]: row for row in rows}


def test_total_and_active_parameters_agree_to_the_last_digit(published: dict[str, dict[str, Any]]) -> None:
    """Counted by our own formulas from the stored shape; the outside counts were made by other code."""
    counted = {name: (m.total_parameters, m.active_parameters) for name, m in MODELS.items()}
    theirs = ("computed_total_params", "computed_active_params_without_input_embedding")
    assert counted == {name: tuple(published[name][key] for key in theirs) for name in MODELS}


def test_what_is_cached_agrees_with_the_config(published: dict[str, dict[str, Any]]) -> None:
    """Layers by kind, windows, latent width, heads and recurrent state."""
    for name, m in MODELS.items():
        row = published[name]
        window, linear, mla = row["sliding_window"] or {}, row["linear_attention"] or {}, row["mla"]
        state = (linear.get("state_elements_per_layer") or 0) + (linear.get("conv_state_elements_per_layer") or 0)
        assert (m.layers, m.full_attention_layers) == (row["layers"], row["full_attention_layers"]), name
        assert (m.window_layers, m.window) == (window.get("layer_count", 0), window.get("size", 0)), name
        assert (m.linear.state_elements if m.linear else 0) == state, name
        assert m.mla_width == (mla["kv_lora_rank"] + mla["qk_rope_head_dim"] if mla else None), name
        assert (m.heads, m.kv_heads) == (row["num_attention_heads"], row["num_key_value_heads"]), name
        assert mla or m.head_dim == row["head_dim"], name


def test_exact_published_totals_are_met(published: dict[str, dict[str, Any]]) -> None:
    """95 % of them within 0.5 %."""
    exact = {name: r["published_total_params"] for name, r in published.items() if r["published_total_half_unit"] == 1}
    errors = [abs(MODELS[name].total_parameters / total - 1) for name, total in exact.items() if name in MODELS]
    assert len(errors) >= 30
    assert sum(error <= 0.005 for error in errors) >= 0.95 * len(errors)


def test_a_model_that_misses_its_published_figure_says_so(published: dict[str, dict[str, Any]]) -> None:
    """The reader sees by how much, and that the figure is a rounded one."""
    missing = [name for name in MODELS if published[name]["check"] == "mismatch"]
    assert missing
    assert not [name for name in missing if "against a published" not in MODELS[name].note]
    unpublished = [name for name in MODELS if published[name]["check"] == "unpublished"]
    assert not [name for name in unpublished if "no published total" not in MODELS[name].note]


@pytest.mark.parametrize(
    ("name", "total", "active"),
    [
        ("meta-llama/Llama-3.1-8B", 8_030_261_248, 7_504_924_672),
        ("Qwen/Qwen3-32B", 32_762_123_264, 31_984_210_944),
        ("Qwen/Qwen3-235B-A22B-FP8", 235_093_634_560, 21_568_433_664),
        ("deepseek-ai/DeepSeek-V3", 671_026_419_200, 36_625_618_432),
    ],
)
def test_known_counts(name: str, total: int, active: int) -> None:
    """Counts that can be looked up, or worked out by hand, without the outside data."""
    assert (MODELS[name].total_parameters, MODELS[name].active_parameters) == (total, active)


def test_known_formats() -> None:
    """The weight format of the published checkpoint, not of the model."""
    found = {name: MODELS[name].precision for name in ("Qwen/Qwen3-32B", "Qwen/Qwen3-32B-FP8", "openai/gpt-oss-20b")}
    assert found == {"Qwen/Qwen3-32B": "bf16", "Qwen/Qwen3-32B-FP8": "fp8", "openai/gpt-oss-20b": "mxfp4"}


@pytest.mark.parametrize("name", ["BAAI/bge-m3", "Qwen/Qwen3-Embedding-8B", "openai/whisper-large-v3"])
def test_models_without_a_decoder_and_lm_head_are_left_out(name: str) -> None:
    """An embedder or encoder is not sized as a generator; it is served as a measured server."""
    assert name not in MODELS


def layers(**parts: Any) -> Group:
    """Two equal layers."""
    return Group(count=2, **parts)


def shape(*groups: Group, tied: bool = False) -> Shape:
    """A small model: width 64, 1,000 tokens."""
    return Shape(hidden_size=64, vocabulary=1000, tied_embeddings=tied, groups=groups)


GQA = Attention(heads=4, kv_heads=2, head_dim=16)


def test_a_dense_layer_counted_by_hand() -> None:
    """Queries and output 64 x 64, keys and values 64 x 32, three 64 x 128, two norms of 64."""
    layer = 2 * 64 * 64 + 2 * 64 * 32 + 3 * 64 * 128 + 2 * 64
    model = shape(layers(attention=GQA, dense=Dense(128)))

    assert total_parameters(model) == 2 * layer + 2 * 64_000 + 64
    assert active_parameters(model) == 2 * layer + 64_000 + 64
    assert embedding_parameters(model) == 128_000


def test_tied_embeddings_are_one_table_that_every_token_is_multiplied_with() -> None:
    """It is the LM head."""
    model = shape(layers(attention=GQA, dense=Dense(128)), tied=True)
    assert total_parameters(model) == active_parameters(model)
    assert embedding_parameters(model) == 64_000


def test_only_the_experts_of_a_token_are_active() -> None:
    """2 of 8, and the router and the shared expert always."""
    model = shape(layers(attention=GQA, experts=Experts(8, 2, 32, shared_intermediate=32)))
    one = 3 * 64 * 32
    assert total_parameters(model) - active_parameters(model) == 2 * 6 * one + 64_000


def test_an_encoder_adds_to_the_memory_and_not_to_the_work_of_a_token() -> None:
    """It runs once per image."""
    plain = shape(layers(attention=GQA, dense=Dense(128)))
    seeing = Shape(64, 1000, tied_embeddings=False, groups=plain.groups, encoder_parameters=5000)
    assert total_parameters(seeing) == total_parameters(plain) + 5000
    assert active_parameters(seeing) == active_parameters(plain)


def test_a_mamba_layer_keeps_its_state_and_the_tail_of_its_convolution() -> None:
    """Heads x head dim x state, and 3 inputs of a convolution of 4."""
    assert state_elements(Mamba(heads=8, head_dim=16, groups=2, state_size=32, conv_kernel=4)) == 4096 + 256 * 3


SOURCE = MODELS["Qwen/Qwen3-32B"].source


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        ((layers(dense=Dense(128)),), "no attention layers"),
        (
            (layers(attention=GQA), layers(attention=Attention(4, 4, 16))),
            "its attention layers differ in heads or cache",
        ),
        ((layers(attention=GQA), layers(latent=Latent(4, 16, 8, 8, 8))), "its attention layers differ"),
        (
            (layers(attention=Attention(4, 2, 16, window=8)), layers(attention=Attention(4, 2, 16, window=16))),
            "windows differ",
        ),
        ((layers(attention=GQA, mamba=Mamba(8, 16, 2, 32, 4)),), "more than one mixer"),
        ((layers(attention=GQA, dense=Dense(1), experts=Experts(8, 2, 32)),), "both dense and with experts"),
        ((layers(attention=GQA, experts=Experts(8, 2, 32)), layers(experts=Experts(4, 2, 32))), "experts differ"),
    ],
)
def test_a_shape_that_a_model_cannot_say_is_refused_with_the_reason(groups: tuple[Group, ...], why: str) -> None:
    """Better no size than a wrong one."""
    found = model_of("example/odd", ShapedModel(shape(*groups), 4096, "bf16", SOURCE))
    assert isinstance(found, str)
    assert why in found
