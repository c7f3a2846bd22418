"""Rows of models.json: shapes of `models/models.json`, without those that a catalogue row cannot say."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ENCODER_MISSING = "the encoder is not counted"
GEMMA_3_CONTEXT = {
    "google/gemma-3-4b-it": 131_072,
    "google/gemma-3-12b-it": 131_072,
    "google/gemma-3-27b-it": 131_072,
    "google/gemma-3-1b-it": 32_768,
}
"""From the model card: input context of 128K tokens for 4B, 12B and 27B, 32K for 1B."""
CARD = "maxContext from the Gemma 3 model card (128K tokens for 4B, 12B and 27B, 32K for 1B), read 2026-11-25"
MAY_BE_QUANTISED = {
    "zai-org/GLM-4.7-Flash",
    "zai-org/GLM-4.7",
    "moonshotai/Kimi-K2-Thinking",
    "MiniMaxAI/MiniMax-M2.5",
}
FORMATS = {"fp8": "fp8", "nvfp4": "nvfp4", "mxfp4 (": "mxfp4", "int4": "int4"}
APACHE = ("aiconfigurator", "litgpt", "tt-metal", "transformers", "mlc-llm", "maxtext", "inference-sim", "llm-analysis",
          "NeMo", "Megatron-Bridge")  # fmt: skip
PLAIN = {"heads": "heads", "kv_heads": "kvHeads", "head_dim": "headDim", "qkv_bias": "qkvBias", "o_bias": "outputBias",
         "output_gate": "outputGate", "sinks": "sinks"}  # fmt: skip
LATENT = {"heads": "heads", "kv_lora_rank": "kvRank", "qk_rope_head_dim": "ropeDim", "qk_nope_head_dim": "nopeDim",
          "v_head_dim": "valueDim", "q_lora_rank": "queryRank"}  # fmt: skip
DELTA = {"key_heads": "keyHeads", "key_head_dim": "keyHeadDim", "value_heads": "valueHeads",
         "value_head_dim": "valueHeadDim", "conv_kernel": "convKernel"}  # fmt: skip
MAMBA = {"heads": "heads", "head_dim": "headDim", "n_groups": "groups", "state_size": "stateSize",
         "conv_kernel": "convKernel", "conv_bias": "convBias"}  # fmt: skip
EXPERTS = {"experts": "experts", "top_k": "perToken", "intermediate": "intermediate",
           "shared_intermediate": "sharedIntermediate", "router_bias": "routerBias",
           "correction_bias": "correctionBias", "expert_bias": "expertBias", "shared_gate": "sharedGate",
           "latent": "latent"}  # fmt: skip
NORMS = {None: "", "per_head": "perHead", "per_layer": "perLayer", "per_layer_head": "perLayer"}

Row = Mapping[str, Any]


def build(data: Path) -> str:
    """The text of models.json: one row a line."""
    rows = json.loads((data / "models" / "models.json").read_text(encoding="utf-8"))
    kept = {r["id"]: row_of(r) for r in rows if why_left_out(r) is None}
    lines = (f"  {json.dumps(name)}: {json.dumps(kept[name], ensure_ascii=False)}" for name in sorted(kept))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def why_left_out(r: Row) -> str | None:
    """Why a row of the source is not shipped."""
    reason = (r["check_detail"] or {}).get("reason") or ""
    mixers = [g["mixer"] for g in r["layer_groups"]]
    kinds = {m["kind"] for m in mixers}
    caches = {(m["kv_heads"], m["head_dim"], m.get("v_head_dim")) for m in mixers if m["kind"] == "attention"}
    if r["no_lm_head"]:
        return "no LM head: an embedder or an encoder"
    if not kinds <= {"attention", "mla", "gated_deltanet", "mamba2", "lightning", "none"}:
        return f"layers of kind {', '.join(sorted(kinds))} are not counted exactly"
    if len(caches) > 1 or any(m.get("v_head_dim") or m.get("k_eq_v") for m in mixers if m["kind"] == "attention"):
        return "its attention layers differ in what they cache"
    if r["check"] == "mismatch" and ENCODER_MISSING in reason:
        return "its encoder is not counted, and the total misses the published one"
    if _context(r) is None:
        return "the longest context was not found"
    return None


def row_of(r: Row) -> dict[str, Any]:
    """One catalogue row."""
    return {
        "shape": _shape(r),
        "maxContext": _context(r),
        "precision": _precision(r),
        "source": _source(r["source"]),
        "checked": r["checked"],
        "licence": _licence(r["source"]),
        **_said({"note": "; ".join(_notes(r))}),
    }


def _context(r: Row) -> int | None:
    found: int | None = GEMMA_3_CONTEXT.get(r["id"], r["max_position_embeddings"])
    return found


def _precision(r: Row) -> str:
    stated = r["quantization"] or ""
    return next((ours for theirs, ours in FORMATS.items() if stated.startswith(theirs)), r["dtype"] or "bf16")


def _source(text: str) -> str:
    """The source without how its copy was kept."""
    plain = re.sub(r" \(stored copy[^)]*\)", "", text)
    return f"{plain} (repository unknown)" if "repository not named" in text else plain


def _licence(source: str) -> str:
    if "(Python wheel)" in source or (source.startswith("github") and any(name in source for name in APACHE)):
        return "Apache-2.0"
    return "single figures of a public page"


def _notes(r: Row) -> list[str]:
    notes = list(r["notes"])
    detail = r["check_detail"] or {}
    if r["id"] in GEMMA_3_CONTEXT:
        notes = [n for n in notes if not n.startswith("max_position_embeddings")] + [CARD]
    if r["dtype"] is None and not r["quantization"]:
        notes = [n for n in notes if n != "dtype not read"] + ["element type not read: taken as bf16"]
    if r["quantization"] and r["quantization"] not in {"fp8", "nvfp4"}:
        notes.append(f"published as {r['quantization']}")
    if r["check"] == "unpublished":
        notes.append("no published total was found to compare the count with")
    if r["check"] == "mismatch":
        percent = f"{detail['total_pct']:+.1f} % against a published {r['published_total_params'] / 1e9:.4g}e9"
        notes.append(f"counted parameters are {percent}: {detail['reason']}")
    if r["multimodal_encoder"]["present"] and not r["multimodal_encoder"]["params"]:
        notes = [n for n in notes if "encoder not counted" not in n] + ["its image encoder is not counted"]
    if r["id"] in MAY_BE_QUANTISED:
        notes.append("read from a reduced copy of the config: a quantisation may be missing, state precision")
    if r["id"] == "MiniMaxAI/MiniMax-M3":
        notes.append("approximate: small parts of a new layout are inferred")
    return notes


def _shape(r: Row) -> dict[str, Any]:
    tied = r["tie_word_embeddings"]
    if tied is None:
        tied = r["check_assumptions"]["tie_word_embeddings"]
    other = sum(p["params"] for p in r["extra_parameters"]) + r["extra_vocab_rows"] * r["hidden_size"]
    shape = {
        "hiddenSize": r["hidden_size"],
        "vocabulary": r["vocab_size"],
        "tiedEmbeddings": tied,
        "groups": [_group(g, r) for g in r["layer_groups"]],
    }
    rest = {
        "normBias": r["norm_bias"],
        "learnedPositions": r["learned_position_rows"],
        "otherParameters": other,
        "encoderParameters": r["multimodal_encoder"]["params"] or 0,
    }
    finals = {} if r["final_norms"] == 1 else {"finalNorms": r["final_norms"]}
    return shape | _said(rest) | finals


def _group(g: Row, r: Row) -> dict[str, Any]:
    skipped = sum(bool(part.get("skip_norm")) for part in (g["mixer"], g["ffn"]))
    norms = r["norms_per_layer"] - skipped
    return {"count": g["count"], **_mixer(g["mixer"]), **_feed(g["ffn"]), **({} if norms == 2 else {"norms": norms})}


def _mixer(m: Row) -> dict[str, Any]:
    match m["kind"]:
        case "attention":
            extra = {"norm": NORMS[m["qk_norm"]], "window": m.get("window") or m.get("chunk") or 0}
            return {"attention": _named(m, PLAIN) | _said(extra) | _indexer(m)}
        case "mla":
            return {"latent": _named(m, LATENT) | _indexer(m)}
        case "gated_deltanet":
            return {"deltaNet": _named(m, DELTA)}
        case "mamba2":
            return {"mamba": _named(m, MAMBA)}
        case "lightning":
            return {"lightning": {"heads": m["heads"], "headDim": m["head_dim"]}}
    return {}


def _indexer(m: Row) -> dict[str, Any]:
    i = m.get("indexer")
    if not i:
        return {}
    blockwise = _said({"blockwise": i.get("kind") == "block"})
    return {"indexer": {"heads": i["heads"], "headDim": i["head_dim"], **blockwise}}


def _feed(f: Row) -> dict[str, Any]:
    plain = {} if f.get("gated", True) else {"gated": False}
    if f["kind"] == "dense":
        return {"dense": {"intermediate": f["intermediate"], **plain, **_said({"bias": f["bias"]})}}
    return {"experts": _named(f, EXPERTS) | plain} if f["kind"] == "moe" else {}


def _named(part: Row, names: Mapping[str, str]) -> dict[str, Any]:
    return _said({ours: part[theirs] for theirs, ours in names.items() if theirs in part})


def _said(values: dict[str, Any]) -> dict[str, Any]:
    """Without what is left at its default: nothing, no, none."""
    return {key: value for key, value in values.items() if value not in {None, 0, ""}}
