"""config.json files made again from the outside table of model shapes, with the keys that each architecture uses."""

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]
DTYPES = {"bf16": "bfloat16", "fp16": "float16", "fp32": "float32"}
LOCAL = {"MixtralForCausalLM", "GptOssForCausalLM", "MiniMaxM2ForCausalLM"}
"""Architectures that call the experts local, and their width the intermediate size."""
N_ROUTED = {"DeepseekV2ForCausalLM", "DeepseekV3ForCausalLM", "DeepseekV32ForCausalLM", "Glm4MoeForCausalLM"}


def config_of(row: Row) -> dict[str, Any]:
    """The file that a row was read from, as far as the table keeps it."""
    tied = row["tie_word_embeddings"]
    config: dict[str, Any] = {
        "architectures": [row["architecture"]],
        "model_type": row["model_type"],
        "hidden_size": row["hidden_size"],
        "num_hidden_layers": row["layers"],
        "num_attention_heads": row["num_attention_heads"],
        "num_key_value_heads": row["num_key_value_heads"],
        "vocab_size": row["vocab_size"],
        "max_position_embeddings": row["max_position_embeddings"],
        "torch_dtype": DTYPES.get(row["dtype"] or "bf16"),
        "tie_word_embeddings": row["check_assumptions"].get("tie_word_embeddings") if tied is None else tied,
        "rms_norm_eps": 1e-06,
        "rope_theta": 1000000.0,
    }
    if row["head_dim"] and not row.get("head_dim_computed"):
        config["head_dim"] = row["head_dim"]
    return config | _feed(row) | _mixer(row) | _window(row) | _quantised(row)


def _feed(row: Row) -> dict[str, Any]:
    moe, architecture = row["moe"], row["architecture"]
    if moe is None:
        return {"intermediate_size": row["intermediate_size"]}
    number = "num_local_experts" if architecture in LOCAL else "num_experts"
    number = "n_routed_experts" if architecture in N_ROUTED else number
    width = "intermediate_size" if architecture in LOCAL else "moe_intermediate_size"
    found = {number: moe["routed_experts"], "num_experts_per_tok": moe["experts_per_token"]}
    found |= {"intermediate_size": row["intermediate_size"], width: moe["moe_intermediate_size"]}
    if architecture in N_ROUTED:
        found |= {"n_shared_experts": moe["shared_experts"], "first_k_dense_replace": moe["first_dense_layers"]}
    if architecture == "Qwen3NextForCausalLM":
        found["shared_expert_intermediate_size"] = moe["shared_intermediate_size"]
    return found


def _mixer(row: Row) -> dict[str, Any]:
    mixers = [g["mixer"] for g in row["layer_groups"]]
    found: dict[str, Any] = dict(row["mla"] or {})
    plain = next((m for m in mixers if m["kind"] == "attention"), None)
    if plain is not None:
        found |= {"attention_bias": plain["qkv_bias"], "use_qk_norm": plain["qk_norm"] is not None}
    indexer = next((m["indexer"] for m in mixers if m.get("indexer")), None)
    if indexer is not None:
        found |= {"index_n_heads": indexer["heads"], "index_head_dim": indexer["head_dim"]}
    delta = next((m for m in mixers if m["kind"] == "gated_deltanet"), None)
    if delta is not None:
        found |= {
            "linear_num_key_heads": delta["key_heads"],
            "linear_key_head_dim": delta["key_head_dim"],
            "linear_num_value_heads": delta["value_heads"],
            "linear_value_head_dim": delta["value_head_dim"],
            "linear_conv_kernel_dim": delta["conv_kernel"],
            "full_attention_interval": 4,
        }
    return found


def _window(row: Row) -> dict[str, Any]:
    window = row["sliding_window"]
    return {"sliding_window": window["size"]} if window else {}


def _quantised(row: Row) -> dict[str, Any]:
    stated = row["quantization"] or ""
    if stated.startswith("fp8"):
        return {"quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]}}
    if stated.startswith("nvfp4"):
        return {"quantization_config": {"quant_method": "modelopt", "quant_algo": "NVFP4"}}
    if stated.startswith("mxfp4 ("):
        return {"quantization_config": {"quant_method": "mxfp4"}}
    if stated.startswith("int4"):
        weights = {"type": "int", "num_bits": 4, "group_size": 32}
        groups = {"group_0": {"weights": weights}}
        return {"quantization_config": {"quant_method": "compressed-tensors", "config_groups": groups}}
    return {}
