"""Models, accelerators and workloads of known shape, made by hand, for the tests of sizing.

Nothing is read from the catalogue: these tests hold whatever rows it may have.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from tonnage.capacity.result import Option, Sizing, WorkloadId
from tonnage.catalog.accelerators import Accelerator, Source
from tonnage.catalog.models import LinearAttention, Model, Moe
from tonnage.spec.workload import Serving
from tonnage.units import Bandwidth, Compute, Memory

SOURCE = Source("made for a test", date(2026, 11, 23))
CHAT = WorkloadId("search", "chat")


def accelerator(
    name: str = "h100-sxm",
    memory: Memory | None = None,
    bandwidth: str | None = "3.35TB/s",
    peak: Mapping[str, str] | None = None,
    link: str | None = "450GB/s",
) -> Accelerator:
    """An H100 with 79.65 GiB unless told otherwise."""
    peaks = {"bf16": "989TFLOP/s", "fp8": "1979TFLOP/s"} if peak is None else peak
    return Accelerator(
        name=name,
        vendor="nvidia",
        memory=memory or Memory.gib(79.65),
        bandwidth=Bandwidth.parse(bandwidth) if bandwidth else None,
        peak={p: Compute.parse(text) for p, text in peaks.items()},
        link=Bandwidth.parse(link) if link else None,
        resource="nvidia.com/gpu",
        source=SOURCE,
    )


H100 = accelerator()
H200 = accelerator("h200-sxm", Memory.gib(140.4), "4.8TB/s")
B200 = accelerator(
    "b200-sxm",
    Memory.gib(178.35),
    "8TB/s",
    {"bf16": "2250TFLOP/s", "fp8": "4500TFLOP/s", "fp4": "9000TFLOP/s"},
    "900GB/s",
)
A100 = accelerator("a100-80-sxm", Memory.gib(79.25), "2.04TB/s", {"bf16": "312TFLOP/s"}, "300GB/s")
UNKNOWN = accelerator("a10g", Memory.gib(22.0), None, {}, None)
"""A GPU whose speed nobody has published."""

LLAMA_70B = Model(
    id="meta-llama/Llama-3.1-70B",
    layers=80,
    hidden_size=8192,
    heads=64,
    kv_heads=8,
    head_dim=128,
    mla_width=None,
    full_attention_layers=80,
    window_layers=0,
    window=0,
    linear=None,
    vocabulary=128_256,
    tied_embeddings=False,
    max_context=131_072,
    moe=None,
    total_parameters=70_553_706_496,
    embedding_parameters=2 * 128_256 * 8192,
    active_parameters=69_503_033_344,
    precision="bf16",
    source=SOURCE,
)
"""The shape of the worked example: 68.45 G in layers, 1.05 G in each table."""

LLAMA_8B = replace(
    LLAMA_70B,
    id="meta-llama/Llama-3.1-8B",
    layers=32,
    hidden_size=4096,
    heads=32,
    full_attention_layers=32,
    total_parameters=8_030_261_248,
    embedding_parameters=2 * 128_256 * 4096,
    active_parameters=7_504_924_672,
)

QWEN3_235B = replace(
    LLAMA_70B,
    id="Qwen/Qwen3-235B-A22B-FP8",
    layers=94,
    hidden_size=4096,
    heads=64,
    kv_heads=4,
    full_attention_layers=94,
    vocabulary=151_936,
    max_context=40_960,
    moe=Moe(layers=94, experts=128, experts_per_token=8, expert_parameters=3 * 4096 * 1536),
    total_parameters=235_093_634_560,
    embedding_parameters=2 * 151_936 * 4096,
    active_parameters=21_521_817_600,
    precision="fp8",
)

DEEPSEEK_V3 = replace(
    LLAMA_70B,
    id="deepseek-ai/DeepSeek-V3",
    layers=61,
    hidden_size=7168,
    heads=128,
    kv_heads=128,
    head_dim=56,
    mla_width=576,
    full_attention_layers=61,
    vocabulary=129_280,
    max_context=163_840,
    moe=Moe(layers=58, experts=256, experts_per_token=8, expert_parameters=3 * 7168 * 2048),
    total_parameters=671_026_419_200,
    embedding_parameters=2 * 129_280 * 7168,
    active_parameters=36_625_618_432,
    precision="fp8",
)

HYBRID = replace(
    LLAMA_8B,
    id="example/hybrid",
    full_attention_layers=8,
    linear=LinearAttention(layers=24, state_elements=1_000_000),
)
"""A quarter of the layers keep a cache, the others a state of fixed size."""

WINDOWED = replace(LLAMA_8B, id="example/windowed", full_attention_layers=12, window_layers=20, window=1000)
"""Most layers see 1,000 tokens at most."""


def serving(traffic: Mapping[str, Any] | None = None, slo: Mapping[str, Any] | None = None, **other: Any) -> Serving:
    """The workload of the worked example, without its unusual settings."""
    load = {"requests": "10/s", "inputTokens": 1024, "outputTokens": 1024, "burstiness": "bursty"}
    base = {
        "name": "chat",
        "model": "meta-llama/Llama-3.1-70B",
        "precision": "fp8",
        "traffic": load | dict(traffic or {}),
        "slo": {"ttftP95": "1s", "tpotP95": "25ms"} if slo is None else slo,
    }
    return Serving.model_validate(base | other)


def option_of(sizing: Sizing, layout: str) -> Option:
    """The option of a layout such as `h100-sxm x4`."""
    return next(o for o in explained(sizing) if str(o.layout) == layout)


def explained(sizing: Sizing) -> tuple[Option, ...]:
    """All options, each with its ledger."""
    return tuple(map(sizing.chosen, range(len(sizing.options))))


def why_lost(sizing: Sizing, what: str) -> str:
    """Why a layout or accelerator was rejected."""
    return next(r.why for r in sizing.rejections if r.what == what)


def entry_of(option: Option, name: str) -> tuple[str, str]:
    """Value and formula of a number of the ledger."""
    return next((e.value, e.formula) for e in option.ledger if e.name == name)


def exact(number: float) -> Fraction:
    """The decimal as written."""
    return Fraction(str(number))
