"""The ledger can be followed with a pocket calculator: from the numbers shown to the numbers decided."""

import math
import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.factories import (
    B200,
    CHAT,
    DEEPSEEK_V3,
    H100,
    H200,
    HYBRID,
    LLAMA_8B,
    LLAMA_70B,
    WINDOWED,
    entry_of,
    explained,
    option_of,
    serving,
)
from tonnage.capacity.coefficients import load_coefficients
from tonnage.capacity.options import size_serving
from tonnage.capacity.result import Option, Sizing
from tonnage.catalog.models import Model
from tonnage.units import Rate

C = load_coefficients()
models = st.sampled_from([LLAMA_8B, LLAMA_70B, DEEPSEEK_V3, HYBRID, WINDOWED])


def number(text: str) -> Fraction:
    """The first number of a text, thousands commas or not."""
    found = re.search(r"\d[\d,]*(\.\d+)?", text)
    assert found is not None, text
    return Fraction(found[0].replace(",", ""))


def numbers(text: str) -> list[Fraction]:
    """All of them."""
    return [number(found[0]) for found in re.finditer(r"\d[\d,]*(\.\d+)?", text)]


def sized(model: Model, rate: str, **other: Any) -> Sizing:
    """The model under a load, on two accelerators."""
    workload = serving({"requests": rate}, model=model.id, precision=None, **other)
    return size_serving(CHAT, workload, model, [(H200, [8]), (B200, [8])], C)


@settings(max_examples=60)
@given(models, st.integers(1, 99_999), st.sampled_from(["/s", "/m", "/h"]))
def test_replicas_follow_exactly_from_the_numbers_shown(model: Model, rate: int, unit: str) -> None:
    """Load over rate and derate, rounded up, whatever unit the load was stated in."""
    for option in explained(sized(model, f"{rate}{unit}")):
        value, formula = entry_of(option, "replicas needed")
        load, one, derate = numbers(formula)[:3]
        assert math.ceil(load / (one * derate)) == int(value.replace(",", "")) == option.replicas
        assert load == number(entry_of(option, "load")[0])
        assert one == number(entry_of(option, "requests per second of one replica")[0])
        assert derate == number(entry_of(option, "derate")[0])
        assert load >= Rate.parse(f"{rate}{unit}").amount  # rounded up if at all


@settings(max_examples=10)
@given(models)
def test_the_terms_of_a_token_sum_to_its_time(model: Model) -> None:
    """Each term stands in the sum as it stands by itself, and the sum times the engine's factor is the total."""
    for option in explained(sized(model, "10/s")):
        value, formula = entry_of(option, "TPOT")
        inside, after = formula.removeprefix("(").split(")", 1)
        terms = numbers(inside)
        alone = [e for e in option.ledger if e.name.startswith("TPOT, ") and "interval" not in e.name]
        assert terms == [number(e.value) for e in alone if number(e.value)]
        by_hand = max(float(sum(terms) * numbers(after)[0]), float(numbers(after)[-1]))
        assert math.isclose(by_hand, number(value), rel_tol=2e-4)


@settings(max_examples=10)
@given(models)
def test_memory_adds_up(model: Model) -> None:
    """The cache is what the fraction leaves after weights, activations and runtime, to the last digit shown."""
    for option in explained(sized(model, "10/s")):
        value, formula = entry_of(option, "KV cache per GPU")
        fraction, memory, weights, activation, runtime = numbers(formula)
        assert abs(fraction * memory - weights - activation - runtime - number(value)) <= Fraction("0.0015")
        assert number(entry_of(option, "weights per GPU")[0]) == weights


def test_time_and_rate_of_one_request() -> None:
    """TTFT + 1,023 x TPOT; sequences over that time."""
    option = option_of(size_serving(CHAT, serving(), LLAMA_70B, [(H100, [8])], C), "h100-sxm x4")
    value, formula = entry_of(option, "time of one request")
    ttft, outputs, _, tpot = numbers(formula)
    assert math.isclose(ttft + (outputs - 1) * tpot, number(value), rel_tol=1e-4)
    value, formula = entry_of(option, "requests per second of one replica")
    assert value == "4.16/s"
    batch, total = numbers(formula)[:2]
    assert math.isclose(batch / total * 1000, number(value), rel_tol=1e-3)


def test_the_ends_of_the_replicas_can_be_followed() -> None:
    """Each end names factor, load, rate, sequences and limit; the interval is load over rate, rounded up."""
    option = option_of(size_serving(CHAT, serving(), LLAMA_70B, [(H100, [8])], C), "h100-sxm x4")
    value, formula = entry_of(option, "replicas, 90 % interval")
    assert value == "2 to 6"
    assert option.replicas_interval == (2, 6)
    for end, replicas in zip(formula.split("; ")[:2], (2, 6), strict=True):
        _, load, rate, batch, total = numbers(end)[:5]
        assert math.ceil(load / rate) == replicas
        assert math.isclose(batch / total * 1000, rate, rel_tol=1e-3)
        assert end.endswith("limit tpot)")


def phased(option: Option) -> str:
    """What the ledger says of the load."""
    return entry_of(option, "load")[1]


def test_the_highest_phase_is_sized_and_named() -> None:
    """Every count is that of the highest phase; the ledger says which."""
    load = {"requests": {"night": "1/s", "day": "10/s"}}
    by_phase = size_serving(CHAT, serving(load), LLAMA_70B, [(H100, [8])], C)
    flat = size_serving(CHAT, serving(), LLAMA_70B, [(H100, [8])], C)
    assert [o.replicas for o in by_phase.options] == [o.replicas for o in flat.options]
    assert phased(by_phase.chosen(0)) == "highest of 2 phases: day"
    assert phased(flat.chosen(0)) == "as stated"


def test_every_number_has_a_source() -> None:
    """A formula, an input or a choice: none is left without its origin."""
    for option in explained(sized(LLAMA_70B, "10/s")):
        assert [e.name for e in option.ledger if not e.source] == []


def test_outside_the_fit_is_said() -> None:
    """16,000 tokens in are twice what any measurement had."""
    sizing = size_serving(CHAT, serving({"inputTokens": 16_000}, {}), LLAMA_70B, [(H100, [8])], C)
    assert "16,000 input tokens (fit: 128 to 8,192)" in entry_of(sizing.chosen(0), "extrapolated")[1]
    inside = option_of(size_serving(CHAT, serving(), LLAMA_70B, [(H100, [8])], C), "h100-sxm x4")
    assert "extrapolated" not in {e.name for e in inside.ledger}


def test_the_interval_is_that_of_what_the_fit_has_seen() -> None:
    """Wider for an unseen family, widest where neither family nor GPU was seen."""
    unseen = replace(LLAMA_70B, id="example/other", kv_heads=16)
    words = [
        entry_of(option, "TPOT, 90 % interval at this batch")[1].partition(" ms x ")[2]
        for model in (LLAMA_70B, unseen)
        for gpu in (H100, replace(H100, name="h800-sxm"))
        for option in explained(size_serving(CHAT, serving(tensorParallel=8), model, [(gpu, [8])], C))
    ]
    assert words == [
        "0.74 to 1.44: model family and GPU are in the fit",
        "0.68 to 1.47: model family in the fit, GPU not",
        "0.63 to 1.64: GPU in the fit, model family not",
        f"0.63 to 1.64: {C.residuals.both_unseen.words}",
    ]
