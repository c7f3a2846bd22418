"""The formulas against published measurements, when they are at hand.

The errors recomputed here are in-sample: they prove that the shipped coefficients and the shipped code belong
together and that the stated figures are what this code gives. They say nothing about unseen models or GPUs.
"""

import csv
import hashlib
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import mean, median

import pytest

from capacity.factories import B200, CHAT, H100, H200, LLAMA_70B, accelerator, serving
from capacity.shapes import published_models
from tonnage.capacity.coefficients import Engine, load_coefficients
from tonnage.capacity.demand import demand_of
from tonnage.capacity.memory import kv_cache_of, weights_of
from tonnage.capacity.serving import serve, stretched
from tonnage.capacity.steptime import Speed, StepTimes
from tonnage.catalog.models import Model

C = load_coefficients()
GPUS = {
    "H100": H100,
    "H200": H200,
    "B200": B200,
    "GB200": accelerator("gb200", None, "8TB/s", {"fp4": "10000TFLOP/s"}, "900GB/s"),  # one row, in fp4
}
FAMILIES = {
    "meta-llama/Llama-3.1-8B-Instruct": "Llama-3.1-8B",
    "nvidia/Llama-3.1-8B-Instruct-FP8": "Llama-3.1-8B",
    "meta-llama/Llama-3.1-70B": "Llama-3.1-70B",
    "Qwen/Qwen3-235B-A22B-FP8": "Qwen3-235B-A22B",
    "MiniMaxAI/MiniMax-M2.5": "MiniMax-M2.5",
    "deepseek-ai/DeepSeek-V3": "DeepSeek-V3 and R1",
    "deepseek-ai/DeepSeek-R1": "DeepSeek-V3 and R1",
    "Qwen/Qwen3.5-397B-A17B": "Qwen3.5-397B-A17B",
}
SHAPES = {name: "meta-llama/Llama-3.1-8B" for name, family in FAMILIES.items() if family == "Llama-3.1-8B"}
NVFP4 = ("nvidia/DeepSeek-R1-NVFP4", "nvidia/DeepSeek-V3.1-NVFP4")


@dataclass(frozen=True)
class Judged:
    """One measured row and what our formula says."""

    row: dict[str, str]
    predicted: float

    @property
    def measured(self) -> float:
        """TPOT, milliseconds."""
        return float(self.row["itl_or_tpot_ms"])

    @property
    def error(self) -> float:
        """Relative to the measurement."""
        return abs(self.predicted - self.measured) / self.measured

    def within(self, times: float) -> bool:
        """Whether neither is more than that many times the other."""
        return 1 / times <= self.measured / self.predicted <= times


def replica(row: dict[str, str], model: Model) -> StepTimes:
    """The row's configuration. Attention ranks hold a part of the sequences each and sum up nothing between them."""
    gpu, ranks = GPUS[row["gpu_norm"]], int(row["dp_attn"])
    precision = {"fp4": "nvfp4", "": "bf16"}.get(row["precision"], row["precision"])
    computes = "fp4" if precision == "nvfp4" else precision
    peak = gpu.peak.get(computes) or gpu.peak["bf16"]
    assert gpu.bandwidth is not None
    assert gpu.link is not None
    link = float("inf") if ranks > 1 else float(gpu.link)
    cache = kv_cache_of(model, int(row["tp"]), "bf16", C)
    factors = C.fit.engines[row["engine"]]
    return StepTimes(
        model,
        weights_of(model, precision, C),
        replace(cache, full=cache.full / ranks, windowed=cache.windowed / ranks, state=cache.state / ranks),
        Speed(computes, float(peak), float(gpu.bandwidth), link),
        int(row["n_gpus"]),
        int(row["isl"]),
        int(row["osl"]),
        Engine(factors.tpot, factors.ttft, 0.9, row["engine"]),
        C,
    )


def predicted(row: dict[str, str], model: Model) -> float:
    """TPOT of the row's configuration at the batch that its clients offered."""
    tpot, ranks = replica(row, model).tpot(int(row["concurrency"])), int(row["dp_attn"])
    return max((tpot.sum - tpot.sequences * (1 - 1 / ranks)) * tpot.engine, tpot.floor)


@pytest.fixture(scope="module")
def judged(data: Path) -> list[Judged]:
    """Every row of the fit, with our prediction."""
    models = published_models(data)
    with (data / "llm" / "serving-calibrate.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    fitted = [r for r in rows if r["set"].startswith("aic-silicon") and r["mode"] == "agg" and r["model"] not in NVFP4]
    return [Judged(r, predicted(r, models[SHAPES.get(r["model"], r["model"])])) for r in fitted]


def test_the_file_of_measurements_is_the_one_that_was_fitted(data: Path) -> None:
    """Another file would make the stated errors say something else."""
    content = (data / "llm" / "serving-calibrate.csv").read_bytes()
    (fitted,) = C.fit.inputs
    assert hashlib.sha256(content).hexdigest() == fitted.sha256
    assert content.count(b"\n") - 1 == fitted.rows


def test_the_in_sample_errors_are_those_stated(judged: list[Judged]) -> None:
    """9.5 % median, 14.4 % mean, 81.1 % within 1.25 times, 99.1 % within twice, over 2,247 rows."""
    stated = C.fit.in_sample
    assert len(judged) == C.fit.rows
    assert median(j.error for j in judged) == pytest.approx(stated.median, abs=0.0006)
    assert mean(j.error for j in judged) == pytest.approx(stated.mean, abs=0.0006)
    assert round(mean(j.within(1.25) for j in judged), 3) == stated.within125
    assert round(mean(j.within(2) for j in judged), 3) == stated.within200


def test_the_in_sample_errors_by_family_and_gpu_are_those_stated(judged: list[Judged]) -> None:
    """An average hides which family is predicted badly: each is stated and each is what this code gives."""
    families, gpus = defaultdict(list), defaultdict(list)
    for j in judged:
        families[FAMILIES[j.row["model"]]].append(j.error)
        gpus[GPUS[j.row["gpu_norm"]].name].append(j.error)
    found = {family: median(errors) for family, errors in families.items()}
    assert found == pytest.approx(C.fit.in_sample.median_by_family, abs=0.0006)
    known = {gpu: median(gpus[gpu]) for gpu in C.fit.accelerators}
    assert known == pytest.approx(C.fit.in_sample.median_by_accelerator, abs=0.0006)


def test_the_ranges_of_the_fit_are_those_of_its_rows(judged: list[Judged]) -> None:
    """What lies outside is called extrapolated, so the ranges must be those of the measurements."""
    columns = (("isl", C.fit.input_tokens), ("osl", C.fit.output_tokens), ("n_gpus", C.fit.gpus))
    for column, stated in (*columns, ("concurrency", C.fit.batch)):
        values = [int(j.row[column]) for j in judged]
        assert (min(values), max(values)) == (stated.low, stated.high), column


def test_the_shape_of_each_family_of_the_fit(judged: list[Judged], data: Path) -> None:
    """The shape by which a model is told to be known is that of the measured model."""
    models = published_models(data)
    for name in {j.row["model"] for j in judged}:
        m = models[SHAPES.get(name, name)]
        family = next(f for f in C.fit.families if f.name == FAMILIES[name])
        experts = m.moe.experts if m.moe else 0
        shape = (m.layers, m.hidden_size, m.heads, m.kv_heads, experts)
        assert shape == (family.layers, family.hidden_size, family.heads, family.kv_heads, family.experts), name


def test_the_rows_nearest_to_the_worked_example(judged: list[Judged]) -> None:
    """70B in fp8 on H100, 1,024 in and out, vLLM: TPOT -14 to +2 %, median -3 %, over 15 rows."""
    wanted = {"model": "meta-llama/Llama-3.1-70B", "gpu_norm": "H100", "engine": "vllm", "isl": "1024", "osl": "1024"}
    near = [j.predicted / j.measured - 1 for j in judged if wanted.items() <= j.row.items()]
    assert len(near) == 15
    assert min(near) == pytest.approx(-0.14, abs=0.005)
    assert max(near) == pytest.approx(0.02, abs=0.005)
    assert median(near) == pytest.approx(-0.03, abs=0.005)


def sweeps(judged: list[Judged]) -> list[list[Judged]]:
    """Measurements that differ in their batch alone, at least three batches, in order of it; no attention ranks."""
    fixed = ("model", "gpu_norm", "engine", "precision", "tp", "ep", "n_gpus", "isl", "osl")
    found: dict[tuple[str, ...], dict[int, Judged]] = defaultdict(dict)
    for j in judged:
        if j.row["dp_attn"] == "1":
            found[tuple(j.row[column] for column in fixed)][int(j.row["concurrency"])] = j
    return [[by_batch[b] for b in sorted(by_batch)] for by_batch in found.values() if len(by_batch) >= 3]


def measured_rate(sweep: list[Judged], limit: float) -> float | None:
    """Requests per second at which the measured TPOT reaches a limit, between the two nearest batches."""
    for low, high in pairwise(sweep):
        if low.measured <= limit <= high.measured and low.measured < high.measured:
            rates = [
                1000 * int(j.row["concurrency"]) / (float(j.row["ttft_ms"]) + (int(j.row["osl"]) - 1) * j.measured)
                for j in (low, high)
            ]
            return rates[0] + (limit - low.measured) / (high.measured - low.measured) * (rates[1] - rates[0])
    return None


def rate_within(times: StepTimes, limit: float) -> float:
    """What one replica takes within a limit of TPOT alone; 0: not even one sequence keeps it."""
    demand, _ = demand_of(CHAT, serving(), LLAMA_70B, C)
    assert demand is not None
    inputs, outputs = times.input_tokens, times.output_tokens
    lengths = replace(demand, input_tokens=inputs, input_p95=inputs, output_tokens=outputs)
    free = replace(lengths, ttft=None, tpot=limit, max_num_seqs=4096, arrivals=0)
    served = serve(times, free, 4096, C)
    return 0 if isinstance(served, str) else float(served.rate)


def test_the_ends_of_the_replicas_hold_nine_tenths_of_what_was_measured_at_a_limit(
    judged: list[Judged], data: Path
) -> None:
    """Where TPOT binds, an error in TPOT costs more than its own share of the rate: fewer sequences fit too.

    In-sample, at TPOT limits inside each sweep: the rate lies between those of the interval's ends. An interval
    that only divides the rate by the same factor would hold two thirds.
    """
    models, inside, divided = published_models(data), [], []
    for sweep in sweeps(judged):
        row = sweep[0].row
        times = replica(row, models[SHAPES.get(row["model"], row["model"])])
        low, high = sweep[0].measured, sweep[-1].measured
        for part in (0.25, 0.5, 0.75):
            limit = low * (high / low) ** part
            rate = measured_rate(sweep, limit)
            if rate is None:
                continue
            r = C.residuals.known
            ends = [rate_within(stretched(times, factor), limit) for factor in (r.high, r.low)]
            middle = rate_within(times, limit)
            inside.append(ends[0] <= rate <= ends[1])
            divided.append(middle / r.high <= rate <= middle / r.low)
    assert len(inside) > 500
    assert 0.85 <= mean(inside) <= 0.98
    assert mean(divided) < 0.75
