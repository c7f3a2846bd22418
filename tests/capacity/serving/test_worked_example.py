"""The worked example of the capacity model: a 70B model in fp8, 10 requests/s, on H100 and H200.

Every number that the example states is recomputed here by the planner's own code from a model and
accelerators made by hand and the shipped coefficients.
"""

from fractions import Fraction

import pytest

from capacity.factories import CHAT, H100, H200, LLAMA_70B, option_of, serving, why_lost
from tonnage.capacity.coefficients import load_coefficients
from tonnage.capacity.memory import GIB, kv_cache_of, vllm_budget, weights_of
from tonnage.capacity.options import size_serving
from tonnage.capacity.result import Sizing
from tonnage.capacity.serving import around
from tonnage.capacity.steptime import Speed, StepTimes
from tonnage.capacity.waiting import Queue
from tonnage.catalog.accelerators import Accelerator
from tonnage.units import Share

C = load_coefficients()
HOURLY = {"h100-sxm": Fraction("6.88"), "h200-sxm": Fraction("7.912")}
"""Dollars per GPU-hour, on demand, us-east-1, 2026-07-20."""


@pytest.fixture(scope="module")
def sizing() -> Sizing:
    """The example, sized."""
    return size_serving(CHAT, serving(), LLAMA_70B, [(H100, [8]), (H200, [8])], C)


def times(gpus: int, inputs: int = 1024, outputs: int = 1024, accelerator: Accelerator = H100) -> StepTimes:
    """One replica of the example."""
    assert accelerator.bandwidth is not None
    assert accelerator.link is not None
    speed = Speed("fp8", float(accelerator.peak["fp8"]), float(accelerator.bandwidth), float(accelerator.link))
    weights, cache = weights_of(LLAMA_70B, "fp8", C), kv_cache_of(LLAMA_70B, gpus, "bf16", C)
    return StepTimes(LLAMA_70B, weights, cache, speed, gpus, inputs, outputs, C.engines["vllm"], C)


def test_weights() -> None:
    """68.45 G x 1 B + 2.10 G x 2 B = 72.65 GB = 67.66 GiB; a step reads the head but not the table."""
    weights = weights_of(LLAMA_70B, "fp8", C)
    assert weights.rest / 1e9 == pytest.approx(68.45, abs=0.005)
    assert weights.head / 1e9 == pytest.approx(1.05, abs=0.005)
    assert weights.total / 1e9 == pytest.approx(72.65, abs=0.006)  # 72.655
    assert weights.total / GIB == pytest.approx(67.66, abs=0.006)  # 67.665
    assert weights.read(0) / 1e9 == pytest.approx(70.55, abs=0.005)


def test_kv_budget_of_four_h100() -> None:
    """0.92 x 79.65 - 16.9 - 5.6 - 0.55 = 50.2 GiB, 658,000 tokens, 321 sequences."""
    budget = vllm_budget(LLAMA_70B, weights_of(LLAMA_70B, "fp8", C), H100, 4, fraction=0.92, c=C)
    cache = kv_cache_of(LLAMA_70B, 4, "bf16", C)
    assert cache.full * 4 == 327_680
    assert budget.weights == pytest.approx(16.9, abs=0.05)
    assert budget.kv == pytest.approx(50.2, abs=0.05)
    assert budget.kv * GIB / cache.full == pytest.approx(658_000, abs=500)


def test_tpot_at_64_sequences_term_by_term() -> None:
    """5.72 + 1.95 + 4.88 + 1.82 + 1.84 + 1.43 + 0.82 = 18.47 ms, x 1.047 = 19.3 ms."""
    tpot = times(4).tpot(64)
    terms = (tpot.weights, tpot.kv_cache, tpot.layers, tpot.sequences, tpot.all_reduce)
    stated = (5.72, 1.95, 4.88, 1.82, 1.84, 1.43, 0.82)
    assert (*terms, tpot.prefill, tpot.prefill_all_reduce) == pytest.approx(stated, abs=0.005)
    assert tpot.sum == pytest.approx(18.47, abs=0.005)
    assert tpot.total == pytest.approx(19.3, abs=0.05)
    assert times(4).prefill_peak(1024) == pytest.approx(18.15, abs=0.006)  # 18.155, cut in the text


def test_what_one_replica_delivers_at_64_sequences() -> None:
    """TTFT 286 ms, 20.07 s from end to end, 817 tokens per second and GPU."""
    replica = times(4)
    assert replica.ttft(64).total == pytest.approx(286, abs=0.5)
    assert replica.latency(64) == pytest.approx(20_070, abs=10)
    assert replica.rate(64) * 1024 / 4 == pytest.approx(817, abs=0.5)


TABLE = (
    # layout, KV GiB, sequences in the cache, in flight, TPOT, TTFT, rate, replicas, GPUs, $/h
    ("h100-sxm x2", 33.3, 106, 46, 24.9, 365, "1.78", 9, 18, "123.84"),
    ("h100-sxm x4", 50.2, 321, 108, 25.0, 386, "4.16", 4, 16, "110.08"),
    ("h100-sxm x8", 58.7, 750, 156, 25.0, 357, "6.02", 3, 24, "165.12"),
    ("h200-sxm x1", 55.8, 89, 14, 24.8, 334, "0.54", 28, 28, "221.54"),
    ("h200-sxm x2", 89.2, 285, 76, 24.9, 447, "2.93", 6, 12, "94.94"),
    ("h200-sxm x4", 106.1, 679, 132, 25.0, 426, "5.08", 3, 12, "94.94"),
)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_the_table(sizing: Sizing, row: tuple[str, float, int, int, float, float, str, int, int, str]) -> None:
    """Each layout of the table: memory, batch, times, rate, binding limit, replicas, GPUs, money."""
    layout, kv, sequences, batch, tpot, ttft, rate, replicas, gpus, dollars = row
    option = option_of(sizing, layout)
    p = option.prediction
    assert p is not None
    assert p.tpot is not None
    assert p.ttft is not None
    assert p.rate is not None
    assert p.kv_per_gpu.in_gib == pytest.approx(kv, abs=0.05)
    assert (p.kv_sequences, p.batch, option.binding) == (sequences, batch, "tpot")
    assert p.tpot.in_ms == pytest.approx(tpot, abs=0.05)
    assert p.ttft.in_ms == pytest.approx(ttft, abs=0.5)
    assert float(p.rate) == pytest.approx(float(rate), abs=0.005)
    assert option.replicas == replicas
    assert option.layout is not None
    assert replicas * option.layout.tensor_parallel == gpus
    assert gpus * HOURLY[option.layout.accelerator] == pytest.approx(Fraction(dollars), abs=0.005)


def test_one_h100_is_rejected_by_a_tenth_of_a_gib(sizing: Sizing) -> None:
    """KV -0.1 GiB: weights bind, by less than the doubt in the activation peak."""
    why = why_lost(sizing, "h100-sxm x1")
    assert "weights 67.7, activation peak 5.6 and runtime 0.13 GiB exceed 92% of 79.7 GiB by 0.1 GiB" in why
    assert "less than the doubt" in why


def test_the_queue_of_four_h100_at_the_largest_load() -> None:
    """S 37.7 ms, utilisation 0.16, wait 77 ms; + 76 + 25 = 178 ms, less than the fitted 386 ms."""
    replica = times(4)
    queue = Queue(replica.service(1024), replica.rate(108), 2, 1)
    wait = queue.wait(0.95)
    assert queue.service == pytest.approx(37.7, abs=0.05)
    assert queue.utilisation == pytest.approx(0.16, abs=0.005)
    assert wait == pytest.approx(77, abs=0.5)
    assert replica.service(2048) == pytest.approx(76, abs=0.5)
    assert wait + replica.service(2048) + replica.tpot(108).total == pytest.approx(178, abs=0.5)


def test_the_interval_for_a_gpu_that_the_fit_has_not_seen() -> None:
    """19.3 ms x (0.68 to 1.47) = 13 to 28 ms."""
    interval = around(times(4).tpot(64).total, C.residuals.gpu_unseen)
    assert (interval.low, interval.expected, interval.high) == pytest.approx((13, 19.3, 28), abs=0.5)


def test_what_the_derate_costs() -> None:
    """Trusted to 80 %, two H200 need 5 replicas instead of 6, two H100 need 8 instead of 9."""
    bold = size_serving(CHAT, serving(derate="balanced"), LLAMA_70B, [(H100, [8]), (H200, [8])], C)
    assert option_of(bold, "h200-sxm x2").replicas == 5
    assert option_of(bold, "h100-sxm x2").replicas == 8
    prediction = option_of(bold, "h100-sxm x2").prediction
    assert prediction is not None
    assert prediction.derate == Share.parse("80%")


def test_long_inputs_of_the_disaggregated_example() -> None:
    """8,192 in, 1,024 out: the prefill takes two H100 482 ms; four aggregated stay within 25 ms up to 25 sequences."""
    assert times(2, 8192).service(8192) == pytest.approx(482, abs=0.5)
    aggregated = times(4, 8192)
    assert aggregated.tpot(25).total <= 25 < aggregated.tpot(26).total
    assert aggregated.rate(25) == pytest.approx(0.95, abs=0.005)
    decode = aggregated.tpot(57)
    alone = (decode.sum - decode.prefill - decode.prefill_all_reduce) * decode.engine
    assert alone == pytest.approx(24.8, abs=0.05)
