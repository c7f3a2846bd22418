"""The coefficients of the capacity model: one versioned data file, its types, its loader.

No coefficient stands in code. `Coefficients.sources` says, by subject, where formula and numbers come from.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from tonnage.files.plain import from_plain
from tonnage.units import Share

FILE = "coefficients.v1.json"


@dataclass(frozen=True)
class Input:
    """A file of measurements that the fit was made from. It is not shipped."""

    name: str
    sha256: str
    rows: int
    origin: str
    licence: str


@dataclass(frozen=True)
class Family:
    """The shape that makes a model one of a family of the fit. No experts: a dense model."""

    name: str
    layers: int
    hidden_size: int
    heads: int
    kv_heads: int
    experts: int


@dataclass(frozen=True)
class EngineFactors:
    """Factors of one engine on TPOT and TTFT."""

    tpot: float
    ttft: float


@dataclass(frozen=True)
class Range:
    """Smallest and largest value that the fit has seen."""

    low: int
    high: int


@dataclass(frozen=True)
class InSample:
    """Errors on the rows of the fit itself. They say nothing of what the fit has not seen."""

    note: str
    median: float
    mean: float
    within125: float
    within200: float
    median_by_family: Mapping[str, float]
    median_by_accelerator: Mapping[str, float]


@dataclass(frozen=True)
class Fit:
    """What the coefficients were fitted to."""

    method: str
    inputs: tuple[Input, ...]
    filters: tuple[str, ...]
    rows: int
    recomputed: date
    """The day on which `in_sample` was computed anew from the formulas."""
    families: tuple[Family, ...]
    accelerators: tuple[str, ...]
    engines: Mapping[str, EngineFactors]
    """Engines of the measurements, also those that are not sized yet."""
    input_tokens: Range
    output_tokens: Range
    batch: Range
    gpus: Range
    in_sample: InSample


@dataclass(frozen=True)
class TpotCoefficients:
    """Factors of the terms of TPOT; `layer`, `moe_layer` and `sequence` are milliseconds each."""

    weights: float
    kv_cache: float
    layer: float
    moe_layer: float
    sequence: float
    all_reduce: float
    prefill: float
    prefill_all_reduce: float


@dataclass(frozen=True)
class TtftCoefficients:
    """Factors of the terms of TTFT; the last four are milliseconds each."""

    prefill: float
    weights: float
    prefill_all_reduce: float
    batch_prefill: float
    thousand_input_tokens: float
    layer: float
    sequence: float
    constant: float


@dataclass(frozen=True)
class Engine:
    """Factors of one engine on TPOT and TTFT, and the part of GPU memory that it takes by default."""

    tpot: float
    ttft: float
    memory_fraction: float
    source: str


@dataclass(frozen=True)
class Format:
    """A weight format."""

    bytes_per_weight: float
    """Scales included."""
    computes: tuple[str, ...]
    """Peaks that it may run at; the first that the accelerator has is used."""
    experts_only: bool = False
    """In a model with experts, only they have this format; the rest is 16 bit."""
    expert_block: int | None = None
    """In published checkpoints, an expert's width on one GPU must be a multiple of this."""


@dataclass(frozen=True)
class Activation:
    """Peak of activations by default, GiB per GPU. It grows with the tokens that the engine batches in one step."""

    dense_gib: float
    moe_gib: float
    least_seen_gib: float
    small_batch_dense_gib: float
    """Where the engine batches 2,048 tokens by default instead of 8,192."""
    small_batch_accelerators: tuple[str, ...]


@dataclass(frozen=True)
class Runtime:
    """CUDA context and communication buffers, GiB per GPU."""

    single_gib: float
    parallel_gib: float


@dataclass(frozen=True)
class Residual:
    """5th and 95th percentile of actual / predicted TPOT in one case."""

    low: float
    high: float
    words: str


@dataclass(frozen=True)
class Residuals:
    """By what the fit has seen."""

    known: Residual
    gpu_unseen: Residual
    family_unseen: Residual
    both_unseen: Residual


@dataclass(frozen=True)
class Host:
    """What a pod asks of its host where the spec is silent."""

    cpu_per_gpu: int
    memory_per_weights: float
    shared_memory_single_gib: int
    shared_memory_parallel_gib: int
    image_gib: int
    memory_per_cpu_gib: int
    cpu_without_gpu: int
    ephemeral_gib: int
    ephemeral_without_gpu_gib: int


@dataclass(frozen=True)
class BatchLengths:
    """Mean tokens of one request of a batch, where the spec is silent."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True)
class Coefficients:
    """Everything that the capacity model takes from measurements or chooses as a default."""

    schema_version: int
    version: str
    fit: Fit
    tpot: TpotCoefficients
    ttft: TtftCoefficients
    engines: Mapping[str, Engine]
    formats: Mapping[str, Format]
    table_bytes_per_weight: float
    """Embedding table and LM head, also of quantised checkpoints."""
    kv_bytes: Mapping[str, float]
    """By format of the KV cache."""
    kv_block_tokens: int
    state_bytes: float
    """Per element of a linear-attention layer's state."""
    all_reduce_bytes: float
    activation: Activation
    runtime: Runtime
    max_num_seqs: int
    tensor_parallel: tuple[int, ...]
    """GPUs per replica that are tried."""
    arrivals: Mapping[str, float]
    """Squared coefficient of variation of the time between requests, by burstiness."""
    service_variability: float
    """Squared coefficient of variation of the prefill time."""
    input_p95_factor: float
    percentile: float
    derates: Mapping[str, Share]
    residuals: Residuals
    host: Host
    batch: BatchLengths
    sources: Mapping[str, str]


@cache
def load_coefficients() -> Coefficients:
    """The shipped coefficients. Raises ValueError if the package's own file is broken."""
    text = files("tonnage.capacity").joinpath("data", FILE).read_text(encoding="utf-8")
    found, problems = from_plain(Coefficients, json.loads(text))
    if found is None:
        raise ValueError(f"{FILE} is broken: {problems}")
    return found
