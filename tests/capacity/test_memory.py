"""Weights, KV cache and the engine's budget: by hand, by property, and against what engines have printed."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.factories import A100, B200, DEEPSEEK_V3, H100, HYBRID, LLAMA_8B, LLAMA_70B, QWEN3_235B, WINDOWED
from capacity.shapes import published_models
from tonnage.capacity.coefficients import load_coefficients
from tonnage.capacity.memory import (
    GIB,
    Budget,
    KvCache,
    experts_touched,
    kv_cache_of,
    vllm_budget,
    weights_of,
    why_not_in_memory,
)
from tonnage.catalog.models import Model
from tonnage.units import Memory

C = load_coefficients()
MODELS = (LLAMA_8B, LLAMA_70B, QWEN3_235B, DEEPSEEK_V3, HYBRID, WINDOWED)
models = st.sampled_from(MODELS)
parallel = st.sampled_from([1, 2, 4, 8])
formats = st.sampled_from(sorted(C.formats))


@pytest.mark.parametrize(
    ("model", "bytes_per_token"),
    [
        pytest.param(LLAMA_70B, 327_680, id="grouped queries: 2 x 8 x 128 x 2 B x 80"),
        pytest.param(DEEPSEEK_V3, 70_272, id="latent: 576 x 2 B x 61"),
        pytest.param(replace(LLAMA_8B, kv_heads=32), 524_288, id="every head its own: 2 x 32 x 128 x 2 B x 32"),
    ],
)
def test_kv_bytes_of_one_token(model: Model, bytes_per_token: int) -> None:
    """The three published shapes of a cache, over all layers."""
    assert kv_cache_of(model, 1, "bf16", C).full == bytes_per_token


def test_heads_are_shared_out_then_repeated_and_latent_caches_always_repeated() -> None:
    """8 heads on 8 GPUs lie one each, on 16 twice; 576 latent elements lie on every GPU."""
    assert kv_cache_of(LLAMA_70B, 8, "bf16", C).full == 327_680 / 8
    assert kv_cache_of(LLAMA_70B, 16, "bf16", C).full == 327_680 / 8
    assert kv_cache_of(DEEPSEEK_V3, 8, "bf16", C).full == 70_272


def test_an_8_bit_cache_takes_half() -> None:
    """One byte instead of two per element."""
    assert kv_cache_of(LLAMA_70B, 1, "fp8", C).full * 2 == kv_cache_of(LLAMA_70B, 1, "bf16", C).full


def test_a_sequence_occupies_whole_blocks() -> None:
    """17 tokens take two blocks of 16."""
    cache = kv_cache_of(LLAMA_70B, 1, "bf16", C)
    assert cache.held(16) == 16 * cache.full
    assert cache.held(17) == 32 * cache.full


def test_window_layers_stop_growing_and_states_never_grow() -> None:
    """Past 1,000 tokens (63 blocks) only 12 of 32 layers grow; a state of 24 M elements of 4 B is there at once."""
    windowed = kv_cache_of(WINDOWED, 1, "bf16", C)
    assert windowed.held(3200) - windowed.held(1600) == 1600 * windowed.full
    assert windowed.full * 32 == 12 * 131_072
    assert windowed.windowed * 32 == 20 * 131_072
    assert windowed.held(1600) == 1600 * windowed.full + 1008 * windowed.windowed
    hybrid = kv_cache_of(HYBRID, 2, "bf16", C)
    assert hybrid.state == 24 * 1_000_000 * 4 / 2
    assert hybrid.held(0) == hybrid.state
    assert hybrid.read(100) == 100 * hybrid.full + hybrid.state


@pytest.mark.parametrize(("batch", "touched"), [(1, 8), (8, 57), (64, 222), (256, 256)])
def test_experts_that_a_step_reads(batch: int, touched: int) -> None:
    """Of 256 experts with 8 per token: 8, 57, 222 and all of them at 1, 8, 64 and 256 sequences."""
    assert round(experts_touched(DEEPSEEK_V3, batch)) == touched


def test_a_dense_model_touches_no_experts() -> None:
    """And its step reads everything but the input table."""
    assert experts_touched(LLAMA_70B, 64) == 0
    weights = weights_of(LLAMA_70B, "bf16", C)
    assert weights.total - weights.read(1) == LLAMA_70B.embedding_parameters // 2 * 2


def test_a_tied_table_is_read_because_it_is_the_head() -> None:
    """One table, stored once and read every step."""
    tied = replace(LLAMA_8B, tied_embeddings=True, embedding_parameters=128_256 * 4096)
    weights = weights_of(tied, "bf16", C)
    assert weights.head == weights.table
    assert weights.total == weights.read(1)


def test_tables_of_quantised_checkpoints_stay_in_16_bit() -> None:
    """int4 with scales takes 0.53 B per weight, its tables 2 B; fp32 takes 4 B throughout."""
    int4, fp32 = weights_of(LLAMA_70B, "int4", C), weights_of(LLAMA_70B, "fp32", C)
    assert int4.total == pytest.approx(0.53 * int4.rest + 2 * int4.table)
    assert fp32.total == 4 * LLAMA_70B.total_parameters


def test_mxfp4_quantises_experts_only_where_there_are_any() -> None:
    """The rest of a mixture is 16 bit; a dense model is quantised whole."""
    mixture, dense = weights_of(QWEN3_235B, "mxfp4", C), weights_of(LLAMA_70B, "mxfp4", C)
    assert (mixture.rest_bytes, mixture.expert_bytes) == (2, 0.53)
    assert dense.rest_bytes == 0.53


@given(models, formats)
def test_parameters_are_counted_once(model: Model, form: str) -> None:
    """Every weight is of one kind; a step never reads more than there is, nor more experts than touched."""
    weights = weights_of(model, form, C)
    assert weights.rest + weights.experts + weights.table == model.total_parameters
    assert 0 < weights.read(0) <= weights.read(0.5) <= weights.read(1) <= weights.total


@given(models, parallel, st.integers(1, 100_000), st.integers(1, 100_000))
def test_longer_sequences_never_take_less(model: Model, gpus: int, one: int, other: int) -> None:
    """Neither in the cache nor in what a step reads of it."""
    cache = kv_cache_of(model, gpus, "bf16", C)
    short, long = sorted((one, other))
    assert cache.held(short) <= cache.held(long)
    assert cache.read(short) <= cache.read(long)


@given(models, formats, parallel, st.floats(10, 300), st.floats(0, 200))
def test_more_memory_never_leaves_less_for_the_cache(
    model: Model, form: str, gpus: int, gib: float, more: float
) -> None:
    """All else equal, and the share of the engine likewise."""
    weights = weights_of(model, form, C)
    small = replace(H100, memory=Memory.gib(gib))
    large = replace(H100, memory=Memory.gib(gib + more))
    kv = [vllm_budget(model, weights, a, gpus, fraction=0.92, c=C).kv for a in (small, large)]
    assert kv[0] <= kv[1]


@given(models, formats, st.sampled_from([1, 2, 4]))
def test_more_gpus_never_leave_less_for_the_cache(model: Model, form: str, gpus: int) -> None:
    """From two on: the step from one to two also brings the buffers of communication."""
    weights = weights_of(model, form, C)
    kv = [vllm_budget(model, weights, B200, n, fraction=0.92, c=C).kv for n in (gpus, 2 * gpus)]
    buffers = C.runtime.parallel_gib - C.runtime.single_gib if gpus == 1 else 0
    assert kv[0] <= kv[1] + buffers


def test_activation_by_kind_of_model_and_gpu() -> None:
    """7.4 GiB with experts, 5.6 dense, 2.5 where the engine batches fewer tokens by default."""
    found = [
        vllm_budget(m, weights_of(m, "fp8", C), a, 8, fraction=0.9, c=C).activation
        for m, a in ((QWEN3_235B, H100), (LLAMA_70B, H100), (LLAMA_70B, A100))
    ]
    assert found == [7.4, 5.6, 2.5]


def test_what_is_missing_is_named_in_gib() -> None:
    """First weights, then one sequence of the longest context; a shortfall within the doubt says so."""
    cache = KvCache(full=GIB / 1000, windowed=0, window=0, state=0, block=16)
    over = Budget(memory=80, fraction=0.9, weights=75, activation=5, runtime=0.5)
    near = replace(over, weights=67)
    fits = replace(over, weights=60)
    assert why_not_in_memory(over, cache, 1000, C) == (
        "weights 75.0, activation peak 5.0 and runtime 0.50 GiB exceed 90% of 80.0 GiB by 8.5 GiB"
    )
    assert "by 0.5 GiB, less than the doubt of 4.6 GiB in the activation peak" in str(
        why_not_in_memory(near, cache, 1000, C)
    )
    assert why_not_in_memory(fits, cache, 8000, C) == (
        "KV cache left 6.5 GiB, one sequence of 8,000 tokens needs 8.0 GiB: 1.5 GiB short"
    )
    assert why_not_in_memory(fits, cache, 6400, C) is None


Row = dict[str, str]
ALIASES = {
    "RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic": "meta-llama/Llama-3.1-70B",
    "meta-llama/Llama-3.1-8B-Instruct": "meta-llama/Llama-3.1-8B",
}


@pytest.fixture(scope="module")
def logged(data: Path) -> list[Row]:
    """What vLLM has printed at its start, where nothing about the row is odd."""
    with (data / "llm" / "memory-points.csv").open(encoding="utf-8", newline="") as file:
        return [r for r in csv.DictReader(file) if r["engine"] == "vllm" and r["qc"] == "ok"]


def total_gib(row: Row) -> float | None:
    """Memory that the driver reports."""
    notes = dict(n.strip().split("=", 1) for n in row["note"].split(";") if "=" in n)
    return float(notes["total_gib"]) if "total_gib" in notes else None


def test_the_budget_identity_holds_wherever_all_terms_are_printed(logged: list[Row]) -> None:
    """fraction x total - weights - activation - runtime = KV, within 0.1 GiB, for logs of 2025 and 2026."""
    terms = ("mem_fraction", "weights_gib_per_gpu", "activation_peak_gib", "non_torch_gib")
    errors = []
    for row in logged:
        total, known = total_gib(row), [row[t] for t in terms]
        if total and row["kv_gib_per_gpu"] and all(known):
            fraction, weights, activation, runtime = map(float, known)
            errors.append(Budget(total, fraction, weights, activation, runtime).kv - float(row["kv_gib_per_gpu"]))
    assert len(errors) >= 25
    assert max(map(abs, errors)) <= 0.1


def plain(logged: list[Row], models: dict[str, Model]) -> Iterator[tuple[Row, Model]]:
    """Rows of models with nothing but full attention, on tensor parallelism alone."""
    for row in logged:
        model = models.get(ALIASES.get(row["model"], row["model"]))
        simple = model and not model.window_layers and not model.linear and row["pp"] == row["dp"] == "1"
        if model and simple and row["kv_dtype"] == "auto":
            yield row, model


def test_tokens_that_the_cache_holds(logged: list[Row], data: Path) -> None:
    """The logged pool over our bytes per token gives the logged tokens: all but exactly, 1.2 % at the worst."""
    off = [
        float(row["kv_gib_per_gpu"]) * GIB / kv_cache_of(model, int(row["tp"]), "bf16", C).full / int(row["kv_tokens"])
        for row, model in plain(logged, published_models(data))
        if row["kv_gib_per_gpu"] and row["kv_tokens"] and float(row["kv_gib_per_gpu"]) > 1
    ]
    assert len(off) >= 13
    assert median(off) == pytest.approx(1, rel=0.0002)
    assert off == pytest.approx([1] * len(off), rel=0.012)


def test_weights_after_the_load(logged: list[Row], data: Path) -> None:
    """Unquantised checkpoints: ours within 3 % of the log at the worst, within 1 % at the median."""
    off = [
        weights_of(model, "bf16", C).total / int(row["tp"]) / GIB / float(row["weights_gib_per_gpu"]) - 1
        for row, model in plain(logged, published_models(data))
        if row["weights_gib_per_gpu"] and not row["quantization"]
    ]
    assert len(off) >= 15
    assert median(map(abs, off)) <= 0.01
    assert max(map(abs, off)) <= 0.03


def judged(row: Row, model: Model) -> str | None:
    """Our verdict on a row with its own fraction, memory and context."""
    total = total_gib(row) or float(row["gpu"].rpartition("-")[2].removesuffix("GB")) * 0.99
    gpu = replace(A100 if row["gpu"].startswith(("A10", "T4", "L4")) else H100, memory=Memory.gib(total))
    form = "fp8" if row["quantization"] == "compressed-tensors" else model.precision
    fraction, tp = float(row["mem_fraction"] or 0.9), int(row["tp"])
    budget = vllm_budget(model, weights_of(model, form, C), gpu, tp, fraction=fraction, c=C)
    return why_not_in_memory(budget, kv_cache_of(model, tp, "bf16", C), int(row["max_model_len"]), C)


@pytest.fixture(scope="module")
def verdicts(data: Path) -> list[tuple[Row, str | None]]:
    """Every row of a shape that a `Model` can say, with our verdict."""
    models = published_models(data)
    with (data / "llm" / "memory-points.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["max_model_len"] and r["pp"] == "1"]
    named = [(r, models.get(ALIASES.get(r["model"], r["model"]))) for r in rows]
    return [(row, judged(row, model)) for row, model in named if model]


def test_every_published_failure_of_a_known_shape_is_predicted(verdicts: list[tuple[Row, str | None]]) -> None:
    """Weights that do not load, caches without room, contexts that are too long: all are refused."""
    failed = [(r, why) for r, why in verdicts if r["outcome"] in {"oom_load", "oom_kv", "context_too_long"}]
    assert len(failed) >= 5
    assert [row["id"] for row, why in failed if why is None] == []


def test_no_published_start_of_a_known_shape_is_refused(verdicts: list[tuple[Row, str | None]]) -> None:
    """The defaults are careful, but not so careful that they refuse what has run."""
    started = [(r, why) for r, why in verdicts if r["outcome"] == "ok" and r["qc"] == "ok"]
    assert len(started) >= 20
    assert [(row["id"], why) for row, why in started if why] == []
