"""What a served model is asked for: defaults filled in, and everything that stands against it at once."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.factories import CHAT, LLAMA_8B, LLAMA_70B, serving
from tonnage.capacity.coefficients import load_coefficients
from tonnage.capacity.demand import Demand, demand_of
from tonnage.catalog.models import Model
from tonnage.findings import Finding, Severity
from tonnage.units import Rate, Share

C = load_coefficients()


def asked(
    traffic: Mapping[str, object] | None = None, model: Model = LLAMA_70B, **other: Any
) -> tuple[Demand | None, tuple[Finding, ...]]:
    """The demand of the worked example, changed."""
    return demand_of(CHAT, serving(traffic, **other), model, C)


def good(traffic: Mapping[str, object] | None = None, **other: Any) -> Demand:
    """A demand without errors."""
    demand, _ = asked(traffic, **other)
    assert demand is not None
    return demand


def test_every_default_is_filled_in() -> None:
    """From the coefficients, the engine and the checkpoint."""
    demand = good(slo={}, precision=None)
    assert (demand.input_p95, demand.context) == (2048, 3072)
    assert (demand.ttft, demand.tpot) == (None, None)
    assert (demand.precision, demand.kv_precision, demand.engine) == ("bf16", "bf16", "vllm")
    assert (demand.max_num_seqs, demand.memory_fraction, demand.derate) == (256, 0.92, Share.parse("67%"))


def test_what_is_stated_wins() -> None:
    """Lengths, limits and settings are taken as they are, in milliseconds and tokens."""
    demand = good({"inputTokensP95": 1500}, contextLength=8192, maxNumSeqs=64, gpuMemoryUtilization="80%")
    assert (demand.input_p95, demand.context, demand.max_num_seqs, demand.memory_fraction) == (1500, 8192, 64, 0.8)
    assert (demand.ttft, demand.tpot) == (1000, 25)


@pytest.mark.parametrize(("burstiness", "squared"), [("poisson", 1), ("bursty", 2), ("veryBursty", 4)])
def test_burstiness_is_a_variability(burstiness: str, squared: float) -> None:
    """1, 2 or 4, as the spec's documentation says."""
    assert good({"burstiness": burstiness}).arrivals == squared


def test_the_highest_phase_counts_and_is_named() -> None:
    """Whatever the order of the phases; of equal ones the first by name."""
    demand = good({"requests": {"night": "1/s", "day": "720/m"}})
    assert (demand.rate, demand.rate_words) == (12, "highest of 2 phases: day")
    assert good({"requests": {"b": "1/s", "a": "60/m"}}).rate_words == "highest of 2 phases: a"


@given(st.fractions(min_value="1/1000000", max_value=10_000))
def test_the_load_is_never_rounded_down(rate: object) -> None:
    """It has five digits, as many as the ledger shows, and is off by less than one of the last."""
    amount = Rate(rate)  # type: ignore[arg-type]  # a fraction
    demand, _ = demand_of(CHAT, serving().model_copy(update={"traffic": _traffic(amount)}), LLAMA_70B, C)
    assert demand is not None
    assert float(amount) <= demand.rate * (1 + 1e-12)
    assert demand.rate <= float(amount) * 1.0001 * (1 + 1e-12)
    assert float(f"{demand.rate:.5g}") == demand.rate


def _traffic(rate: Rate) -> object:
    return serving().traffic.model_copy(update={"requests": rate})


def test_a_rounded_load_says_so() -> None:
    """A thousand a minute is 16.667 a second, rounded up, with the exact figure beside."""
    demand = good({"requests": "1000/m"})
    assert (demand.rate, demand.rate_words) == (16.667, "as stated, 1000/m, rounded up to five digits")


def test_everything_missing_is_said_at_once() -> None:
    """Both lengths and the rate: three errors in one run."""
    demand, findings = asked({"requests": {}, "inputTokens": None, "outputTokens": {"trace": "lengths.csv"}})
    assert demand is None
    assert [f.what for f in findings] == [
        "traffic.inputTokens is not set",
        "traffic.outputTokens from a trace is not planned yet",
        "traffic.requests names no phase",
    ]
    assert {f.severity for f in findings} == {Severity.ERROR}
    assert {f.where for f in findings} == {"search/chat"}


def test_an_engine_without_coefficients_is_refused() -> None:
    """Its memory and times are not known; the fix names those that are."""
    demand, findings = asked(engine="sglang")
    assert demand is None
    assert [(f.what, f.fix) for f in findings] == [("engine sglang is not planned yet", "use vllm")]


@pytest.mark.parametrize(
    ("context", "p95", "severity", "what"),
    [
        (200_000, None, Severity.ERROR, "contextLength 200,000 is over the 131,072 tokens of meta-llama/Llama-3.1-70B"),
        (2000, None, Severity.ERROR, "a mean request of 1,024 + 1,024 tokens is over the 2,000 served"),
        (2500, None, Severity.WARNING, "2,048 tokens in (95th percentile) + 1,024 out are over the 2,500 served"),
        (None, None, Severity.INFO, "contextLength is left out: requests over 3,072 tokens will be refused"),
    ],
)
def test_lengths_are_judged_against_the_context(
    context: int | None, p95: int | None, severity: Severity, what: str
) -> None:
    """What cannot be served is an error, what will be refused now and then a warning, a guess of ours is told."""
    demand, findings = asked({"inputTokensP95": p95}, contextLength=context)
    assert [(f.severity, f.what) for f in findings] == [(severity, what)]
    assert (demand is None) == (severity is Severity.ERROR)


def test_a_context_that_is_long_enough_says_nothing() -> None:
    """No finding where there is nothing to say."""
    assert asked(contextLength=4096)[1] == ()


def test_a_checkpoint_in_an_unknown_format_is_an_error_not_a_crash() -> None:
    """Rows of the user's own may hold any text; the size of the download rests on it."""
    demand, findings = asked(model=replace(LLAMA_8B, precision="ternary"), contextLength=4096)
    assert demand is None
    assert [f.what for f in findings] == [
        "the catalogue gives meta-llama/Llama-3.1-8B the weight format ternary, which cannot be sized"
    ]
