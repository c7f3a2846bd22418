"""Published model shapes as values of the catalogue, read from the outside data in a few lines of our own."""

import json
from pathlib import Path
from typing import Any

from capacity.factories import SOURCE
from tonnage.catalog.models import LinearAttention, Model, Moe


def published_models(data: Path) -> dict[str, Model]:
    """By id: those checkpoints whose shape a `Model` can say."""
    rows = json.loads((data / "models" / "models.json").read_text(encoding="utf-8"))
    return {row["id"]: _model(row) for row in rows if _sayable(row)}


def _sayable(row: dict[str, Any]) -> bool:
    needed = ("full_attention_layers", "computed_text_params", "tie_word_embeddings", "num_key_value_heads")
    window = row["sliding_window"]
    return (
        all(row[key] is not None for key in needed)
        and not row["no_lm_head"]
        and (row["mla"] or row["head_dim"])
        and (window is None or (window["size"] and window["layer_count"] is not None))
        and (row["moe"] is None or row["moe"]["latent_size"] is None)
    )


def _model(row: dict[str, Any]) -> Model:
    mla, moe, linear, window = (row[key] for key in ("mla", "moe", "linear_attention", "sliding_window"))
    tied = row["tie_word_embeddings"]
    return Model(
        id=row["id"],
        layers=row["layers"],
        hidden_size=row["hidden_size"],
        heads=row["num_attention_heads"],
        kv_heads=row["num_key_value_heads"],
        head_dim=_head_dim(mla) if mla else row["head_dim"],
        mla_width=mla["kv_lora_rank"] + mla["qk_rope_head_dim"] if mla else None,
        full_attention_layers=row["full_attention_layers"],
        window_layers=window["layer_count"] if window else 0,
        window=window["size"] if window else 0,
        linear=_linear(linear) if linear else None,
        vocabulary=row["vocab_size"],
        tied_embeddings=tied,
        max_context=row["max_position_embeddings"],
        moe=_moe(moe, row["hidden_size"]) if moe else None,
        total_parameters=row["computed_text_params"],
        embedding_parameters=row["vocab_size"] * row["hidden_size"] * (1 if tied else 2),
        active_parameters=row["computed_active_params_without_input_embedding"],
        precision=(row["quantization"] or "bf16").split()[0],
        source=SOURCE,
    )


def _linear(linear: dict[str, Any]) -> LinearAttention | None:
    state, conv = linear.get("state_elements_per_layer"), linear.get("conv_state_elements_per_layer") or 0
    return LinearAttention(linear["layers"], state + conv) if state else None


def _moe(moe: dict[str, Any], hidden_size: int) -> Moe:
    of_one = 3 * hidden_size * moe["moe_intermediate_size"]
    return Moe(moe["moe_layers"], moe["routed_experts"], moe["experts_per_token"], of_one)


def _head_dim(mla: dict[str, Any]) -> int:
    """What makes the FLOPs of attention come out: scores take one width, values another."""
    scores, values = mla["qk_nope_head_dim"] + mla["qk_rope_head_dim"], mla["v_head_dim"]
    return int(scores + values) // 2
