"""Step times: never below the roofline, each term by hand, which peak is taken."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.factories import A100, B200, DEEPSEEK_V3, H100, HYBRID, LLAMA_8B, LLAMA_70B, QWEN3_235B, UNKNOWN, WINDOWED
from tonnage.capacity.coefficients import load_coefficients
from tonnage.capacity.memory import kv_cache_of, weights_of
from tonnage.capacity.steptime import Speed, StepTimes, speed_of
from tonnage.catalog.accelerators import Accelerator
from tonnage.catalog.models import Model

C = load_coefficients()
models = st.sampled_from([LLAMA_8B, LLAMA_70B, QWEN3_235B, DEEPSEEK_V3, HYBRID, WINDOWED])
gpus = st.sampled_from([1, 2, 4, 8])
batches = st.floats(0.5, 2048)


def replica(model: Model, n: int, inputs: int = 1000, outputs: int = 500, gpu: Accelerator = B200) -> StepTimes:
    """One replica in the model's own format."""
    speed = speed_of(gpu, model.precision, n, C)
    assert isinstance(speed, Speed)
    weights, cache = weights_of(model, model.precision, C), kv_cache_of(model, n, "bf16", C)
    return StepTimes(model, weights, cache, speed, n, inputs, outputs, C.engines["vllm"], C)


@given(models, gpus, batches)
def test_no_step_is_faster_than_the_hardware(model: Model, n: int, batch: float) -> None:
    """Bytes over bandwidth and FLOPs over peak are a floor, whatever the fitted factors say."""
    times = replica(model, n)
    read = times.weight_bytes(batch) + batch * times.cache.read(times.context)
    assert times.tpot(batch).total >= read / 8e12 * 1000 * (1 - 1e-9)
    flops = 2 * model.active_parameters * batch / n
    assert times.tpot(batch).total >= flops / times.speed.compute * 1000 * (1 - 1e-9)


@given(models, gpus, batches, batches)
def test_more_sequences_slow_each_but_serve_more(model: Model, n: int, one: float, other: float) -> None:
    """TPOT and TTFT grow with the batch, and so does the rate: the bisections rest on both."""
    few, many = sorted((one, other))
    times = replica(model, n)
    assert times.tpot(few).total <= times.tpot(many).total
    assert times.ttft(few).total <= times.ttft(many).total
    assert times.rate(few) <= times.rate(many) * (1 + 1e-9)


@settings(max_examples=50)
@given(models, st.integers(1, 8000), st.integers(1, 8000))
def test_a_longer_prefill_never_takes_less(model: Model, one: int, other: int) -> None:
    """Nor less than in proportion to its tokens."""
    short, long = sorted((one, other))
    times = replica(model, 8)
    assert times.service(short) * long / short <= times.service(long) * (1 + 1e-9)


def test_window_layers_make_prefill_cheaper() -> None:
    """By the attention that 20 layers do not compute over the 7,000 tokens beyond their window."""
    saved = replica(LLAMA_8B, 1).prefill_flops(8000) - replica(WINDOWED, 1).prefill_flops(8000)
    assert saved == 2 * 32 * 128 * 8000 * 20 * 7000


def test_one_gpu_sums_up_with_nobody() -> None:
    """No all-reduce, whatever the link."""
    tpot = replica(LLAMA_8B, 1).tpot(16)
    assert (tpot.all_reduce, tpot.prefill_all_reduce) == (0, 0)


def test_arithmetic_binds_at_large_batches() -> None:
    """On a GPU of much bandwidth and little arithmetic the roofline is made by FLOPs, and it is what is reported."""
    times = replica(LLAMA_8B, 1, inputs=16)
    weak = replace(times, speed=replace(times.speed, compute=5e13))
    tpot = weak.tpot(512)
    assert tpot.compute_bound
    assert tpot.total == tpot.floor == pytest.approx(2 * LLAMA_8B.active_parameters * 512 / 5e13 * 1000)


def test_which_peak_is_taken() -> None:
    """The native one of the format; fp16 falls back on bf16, int4 computes in bf16."""
    found = [speed_of(B200, form, 1, C) for form in ("fp8", "fp16", "int4", "nvfp4", "mxfp4")]
    assert [s.precision for s in found if isinstance(s, Speed)] == ["fp8", "bf16", "bf16", "fp4", "fp4"]


def test_what_is_not_known_stays_unknown() -> None:
    """No peaks, no bandwidth, or no link between several GPUs: no speed. Not native: a reason."""
    assert speed_of(UNKNOWN, "bf16", 1, C) is None
    assert speed_of(replace(H100, bandwidth=None), "bf16", 1, C) is None
    assert speed_of(replace(H100, link=None), "bf16", 2, C) is None
    assert isinstance(speed_of(replace(H100, link=None), "bf16", 1, C), Speed)
    assert speed_of(A100, "fp8", 1, C) == "no native fp8, weight-only layout not offered"
