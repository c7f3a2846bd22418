"""A local config.json is counted as the shipped model of the same layers, or refused with the reason."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.hf_configs import config_of
from tonnage.catalog.hf_architectures import ARCHITECTURES
from tonnage.catalog.hf_config import ConfigModel, parse_config
from tonnage.catalog.shipped import shipped_catalog
from tonnage.findings import Finding

MODELS = shipped_catalog().models
DAY = date(2026, 11, 23)
LLAMA: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
    "max_position_embeddings": 131072,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
}
"""The shape of Llama 3.1 8B."""


def read(config: Mapping[str, Any]) -> tuple[ConfigModel | None, tuple[Finding, ...]]:
    """A config as it would stand in a file."""
    return parse_config(json.dumps(config, indent=2).encode(), "models/own/config.json", "models/own", DAY)


def model(**changes: Any) -> ConfigModel:
    """The Llama with other values, which must be lawful."""
    found, findings = read(LLAMA | changes)
    assert not findings
    assert found is not None
    return found


def test_configs_give_the_shipped_models_again(data: Path) -> None:
    """78 checkpoints of all architectures that are counted, every derived value alike."""
    rows = json.loads((data / "models" / "models.json").read_text(encoding="utf-8"))
    seen = set()
    for row in rows:
        if row["id"] not in MODELS or row["architecture"] not in ARCHITECTURES:
            continue
        shipped = MODELS[row["id"]]
        found, findings = read(config_of(row))
        assert not findings, (row["id"], findings)
        assert found is not None
        assert found.model.precision == shipped.precision, row["id"]
        context = row["max_position_embeddings"]
        assert found.model == replace(
            shipped, id="models/own", source=found.model.source, note="", max_context=context
        ), row["id"]
        seen.add(row["architecture"])
    assert seen == set(ARCHITECTURES)


def test_a_known_count() -> None:
    """8,030,261,248 parameters, without the outside data."""
    found = model().model
    assert (found.total_parameters, found.active_parameters) == (8_030_261_248, 7_504_924_672)
    assert (found.id, found.precision, found.max_context) == ("models/own", "bf16", 131072)
    assert (found.source.title, found.source.checked) == ("models/own/config.json", DAY)


def test_biases_and_tied_tables_are_counted() -> None:
    """Queries, keys, values and output; one table less."""
    plain = model().model.total_parameters
    biased = model(attention_bias=True, mlp_bias=True, tie_word_embeddings=True).model.total_parameters
    attention, feed = 4096 + 2 * 1024 + 4096, 2 * 14336 + 4096
    assert biased == plain + 32 * (attention + feed) - 128256 * 4096


def test_listed_layer_types_win_over_the_librarys_rule() -> None:
    """Every fourth layer instead of every second."""
    types = ["full_attention" if i % 4 == 3 else "sliding_attention" for i in range(8)]
    config = LLAMA | {
        "architectures": ["Gemma2ForCausalLM"],
        "num_hidden_layers": 8,
        "sliding_window": 4096,
        "head_dim": 128,
    }
    by_rule, listed = read(config)[0], read(config | {"layer_types": types})[0]
    assert by_rule is not None
    assert listed is not None
    assert (by_rule.model.full_attention_layers, by_rule.model.window_layers) == (4, 4)
    assert (listed.model.full_attention_layers, listed.model.window_layers, listed.model.window) == (2, 6, 4096)


@pytest.mark.parametrize(
    ("quantization", "precision"),
    [
        ({"quant_method": "fp8"}, "fp8"),
        ({"quant_method": "awq", "bits": 4}, "int4"),
        ({"quant_method": "gptq", "bits": 8}, "int8"),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, "int4"),
        ({"quant_method": "mxfp4"}, "mxfp4"),
        ({"quant_method": "modelopt", "quant_algo": "NVFP4"}, "nvfp4"),
        (
            {
                "quant_method": "compressed-tensors",
                "config_groups": {"g": {"weights": {"type": "float", "num_bits": 8}}},
            },
            "fp8",
        ),
        (None, "bf16"),
    ],
)
def test_the_weight_format_is_that_of_the_file(quantization: object, precision: str) -> None:
    """Quantisation before element type."""
    assert model(quantization_config=quantization).model.precision == precision


def test_the_meaning_is_that_of_the_shape() -> None:
    """Keys that change nothing do not change it; a layer more does."""
    plain = model().meaning
    assert model(rope_theta=1.0, _name_or_path="elsewhere", transformers_version="5.1").meaning == plain
    assert model(dtype="bfloat16").meaning == plain
    assert len({plain, model(num_hidden_layers=33).meaning, model(max_position_embeddings=8192).meaning}) == 3
    assert model(torch_dtype="float16").meaning != plain


MOE = {
    "architectures": ["Qwen3MoeForCausalLM"],
    "num_experts": 8,
    "num_experts_per_tok": 2,
    "moe_intermediate_size": 512,
}
REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"architectures": ["LlamaForCausalML"]}, "architectures", "the layers of 'LlamaForCausalML' are not counted"),
    ({"architectures": ["BertModel"]}, "architectures", "the layers of 'BertModel' are not counted"),
    ({"architectures": None}, "architectures", "lacks architectures"),
    ({"architectures": "LlamaForCausalLM"}, "architectures", "is not a list of one name"),
    ({"architectures": ["LlamaForCausalLM", "X"]}, "architectures", "is not a list of one name"),
    ({"vision_config": {"depth": 2}}, "vision_config", "parts beside a text decoder"),
    ({"hidden_size": None}, "hidden_size", "lacks hidden_size"),
    ({"hidden_size": "4096"}, "hidden_size", "'4096' is not a whole number"),
    ({"hidden_size": True}, "hidden_size", "'True' is not a whole number"),
    ({"hidden_size": 4096.0}, "hidden_size", "'4096.0' is not a whole number"),
    ({"hidden_size": -1}, "hidden_size", "-1 is not from 1 to 100,000,000"),
    ({"num_hidden_layers": 10**9}, "num_hidden_layers", "1000000000 is not from 1 to 10,000"),
    ({"num_key_value_heads": 7}, "num_key_value_heads", "32 heads do not divide by 7"),
    ({"num_attention_heads": 24}, "head_dim", "hidden size 4096 does not divide by 24 heads"),
    ({"attention_bias": "yes"}, "attention_bias", "'yes' is neither true nor false"),
    ({"torch_dtype": None}, "torch_dtype", "says neither the element type nor a quantisation"),
    ({"torch_dtype": "int3"}, "torch_dtype", "'int3' is no element type"),
    ({"torch_dtype": ["x"]}, "torch_dtype", "is no element type"),
    ({"quantization_config": {"quant_method": "aqlm"}}, "quantization_config", "weight format of 'aqlm' is not known"),
    ({"quantization_config": {"quant_method": "gptq", "bits": 3}}, "quantization_config", "'gptq' is not known"),
    ({"quantization_config": 8}, "quantization_config", "is not an object"),
    ({**MOE, "num_experts_per_tok": 9}, "num_experts_per_tok", "9 of 8 experts"),
    ({**MOE, "use_sliding_window": True}, "use_sliding_window", "changes layers in a way that is not counted"),
    ({**MOE, "mlp_only_layers": "all"}, "mlp_only_layers", "is not a list of layers"),
    (
        {"architectures": ["MistralForCausalLM"], "layer_types": ["full_attention"]},
        "layer_types",
        "is not a list of 32 words",
    ),
    (
        {"architectures": ["MistralForCausalLM"], "layer_types": ["strange"] * 32},
        "layer_types",
        "'strange' is not counted",
    ),
]


@pytest.mark.parametrize(("changes", "key", "what"), REFUSED, ids=[f"{k}: {w}" for _, k, w in REFUSED])
def test_what_would_make_the_count_wrong_is_refused_at_its_key(changes: dict[str, Any], key: str, what: str) -> None:
    """With the reason, and a way out."""
    found, findings = read(LLAMA | changes)
    assert found is None
    said = [f for f in findings if f.where == key and what in f.what]
    assert said, findings
    text = json.dumps(LLAMA | changes, indent=2)
    line = 1 + text[: text.index(f'"{key}"')].count("\n") if f'"{key}"' in text else 1
    assert said[0].position is not None
    assert said[0].position.line == line
    assert all(f.fix for f in findings)


def test_every_problem_comes_at_once() -> None:
    """Three mistakes are three findings."""
    _, findings = read(LLAMA | {"hidden_size": 0, "vocab_size": "many", "mlp_bias": 1})
    assert sorted(f.where for f in findings) == ["hidden_size", "mlp_bias", "vocab_size"]


def test_a_list_is_no_config() -> None:
    """Whatever stands in it."""
    found, findings = parse_config(b"[]", "c.json", "c", DAY)
    assert found is None
    assert [f.what for f in findings] == ["is no JSON object"]


JUNK = st.none() | st.booleans() | st.integers(-5, 10**12) | st.text(max_size=5) | st.lists(st.integers(), max_size=3)
KEYS = (*LLAMA, *MOE, "layer_types", "sliding_window", "quantization_config", "first_k_dense_replace", "q_lora_rank")


@given(
    st.sampled_from(sorted(ARCHITECTURES)),
    st.dictionaries(st.sampled_from(KEYS), JUNK | st.dictionaries(st.text(max_size=5), JUNK, max_size=2), max_size=6),
)
def test_whatever_stands_there_is_counted_or_refused(architecture: str, changes: dict[str, Any]) -> None:
    """Never an exception, never both."""
    found, findings = read({**LLAMA, "architectures": [architecture], **changes})
    assert (found is None) == bool(findings)
    assert all(f.what and f.fix and f.position for f in findings)
