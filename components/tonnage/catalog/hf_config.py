"""A local Hugging Face config.json as a model: its layers counted as those of shipped models are.

Text decoders of known architectures only. Anything that the count would miss (an encoder, a strange layer, an
unknown weight format) is a finding with the reason, for a wrong size is worse than none.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tonnage.catalog.accelerators import Source
from tonnage.catalog.from_shape import ShapedModel, model_of
from tonnage.catalog.hf_architectures import ARCHITECTURES, shape_of
from tonnage.catalog.hf_fields import Fields
from tonnage.catalog.models import Model
from tonnage.catalog.rows import closest
from tonnage.files.json import parse_json, place_of, read_json
from tonnage.files.plain import to_plain
from tonnage.files.yaml_text import WHOLE
from tonnage.findings import Finding, Position

ENCODERS = ("vision_config", "audio_config", "text_config", "thinker_config")
DTYPES = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32", "float8_e4m3fn": "fp8"}
PLAIN_METHODS = {"fp8": "fp8", "fbgemm_fp8": "fp8", "mxfp4": "mxfp4"}
BY_BITS = {("int", 4): "int4", ("int", 8): "int8", ("float", 8): "fp8"}
MODELOPT = {"FP8": "fp8", "NVFP4": "nvfp4"}
ROW = "add a row with its shape, or its totals, to catalog.yaml"


@dataclass(frozen=True)
class ConfigModel:
    """A model as its config.json states it."""

    model: Model
    meaning: str
    """Digest of the shape, the longest context and the weight format: equal for files that ask for the same."""


def read_config(path: Path, shown: str, name: str, checked: date) -> tuple[ConfigModel | None, tuple[Finding, ...]]:
    """The model of a file, or None and everything that is wrong with it.

    `shown`: the file's name in findings. `name`: the model's. `checked`: the day that its row is of.
    """
    return _judged(read_json(path, shown), shown, name, checked)


def parse_config(data: bytes, shown: str, name: str, checked: date) -> tuple[ConfigModel | None, tuple[Finding, ...]]:
    """As `read_config`, from the file's bytes."""
    return _judged(parse_json(data, shown), shown, name, checked)


def _judged(
    read: tuple[object, str] | Finding, shown: str, name: str, checked: date
) -> tuple[ConfigModel | None, tuple[Finding, ...]]:
    if isinstance(read, Finding):
        return None, (read,)
    tree, text = read
    if not isinstance(tree, Mapping):
        return None, (
            Finding(
                WHOLE, "is no JSON object", "lay the model's config.json there", position=_top(shown), code="TN402"
            ),
        )
    fields = Fields(tree)
    made = _model(fields, shown, name, checked)
    findings = dict.fromkeys(
        Finding(key, what, fix, position=place_of(key, text, shown), code="TN402") for key, what, fix in fields.problems
    )
    return (None if findings else made), tuple(findings)


def _model(f: Fields, shown: str, name: str, checked: date) -> ConfigModel | None:
    architecture = _architecture(f)
    encoder = next((key for key in ENCODERS if f.tree.get(key) is not None), None)
    if encoder is not None:
        f.wrong(encoder, "has parts beside a text decoder, whose weights are not counted", ROW)
    if architecture is None or encoder is not None:
        return None
    shape = shape_of(f, architecture)
    context, precision = f.count("max_position_embeddings"), _precision(f)
    if f.problems or precision is None:
        return None
    row = ShapedModel(shape, context, precision, Source(shown, checked, "the user's own"))
    model = model_of(name, row)
    if isinstance(model, str):
        f.wrong("architectures", f"cannot be sized: {model}", ROW)
        return None
    meaning = json.dumps([to_plain(shape), context, precision], sort_keys=True)
    return ConfigModel(model, hashlib.sha256(meaning.encode()).hexdigest()[:32])


def _architecture(f: Fields) -> str | None:
    named = f.tree.get("architectures")
    if named is None:
        f.wrong("architectures", "lacks architectures", "lay the config.json of the whole checkpoint there")
    elif not isinstance(named, list) or len(named) != 1 or not isinstance(named[0], str):
        f.wrong("architectures", "is not a list of one name", "lay the config.json of the checkpoint there")
    elif named[0] not in ARCHITECTURES:
        near = closest(named[0], ARCHITECTURES)
        what = f"the layers of {named[0][:60]!r} are not counted"
        f.wrong("architectures", what, f"{near} else {ROW}" if near.startswith("did") else ROW)
    else:
        return named[0]
    return None


def _precision(f: Fields) -> str | None:
    """The weight format: of the quantisation, else of the elements."""
    q = f.part("quantization_config")
    if q is not None:
        found = next(_quantised(q), None)
        if found is None:
            method = str(q.tree.get("quant_method"))[:40]
            f.wrong("quantization_config", f"the weight format of {method!r} is not known", ROW)
        return found
    key = "dtype" if f.tree.get("dtype") is not None else "torch_dtype"
    stated = f.tree.get(key)
    if stated is None:
        f.wrong(key, "says neither the element type nor a quantisation", 'add "dtype": "bfloat16", or what it is')
    elif stated not in list(DTYPES):
        f.wrong(key, f"{str(stated)[:40]!r} is no element type of weights", f"use one of {', '.join(DTYPES)}")
    return DTYPES.get(str(stated))


def _quantised(q: Fields) -> Iterator[str]:
    method = str(q.tree.get("quant_method", ""))
    if method in PLAIN_METHODS:
        yield PLAIN_METHODS[method]
    elif method in {"awq", "gptq"}:
        yield from _by_bits("int", q.tree.get("bits", q.tree.get("w_bit")))
    elif method == "bitsandbytes":
        yield from _by_bits("int", 4 if q.tree.get("load_in_4bit") is True else 8)
    elif method == "modelopt" and q.tree.get("quant_algo") in list(MODELOPT):
        yield MODELOPT[str(q.tree["quant_algo"])]
    elif method == "compressed-tensors":
        groups = q.tree.get("config_groups")
        weights = (
            [g.get("weights") for g in groups.values() if isinstance(g, Mapping)] if isinstance(groups, Mapping) else []
        )
        kinds = {(w.get("type"), w.get("num_bits")) for w in weights if isinstance(w, Mapping)}
        if len(kinds) == 1:
            yield from _by_bits(*next(iter(kinds)))


def _by_bits(kind: object, bits: object) -> Iterator[str]:
    yield from (name for key, name in BY_BITS.items() if key == (kind, bits))


def _top(shown: str) -> Position:
    return Position(shown, 1, 1)
