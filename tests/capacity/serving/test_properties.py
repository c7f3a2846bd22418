"""What must hold for any model, accelerator and load."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.factories import (
    A100,
    B200,
    CHAT,
    DEEPSEEK_V3,
    H100,
    H200,
    HYBRID,
    LLAMA_8B,
    LLAMA_70B,
    QWEN3_235B,
    UNKNOWN,
    WINDOWED,
    serving,
)
from tonnage.capacity.coefficients import load_coefficients
from tonnage.capacity.options import Offered, size_serving
from tonnage.capacity.result import Sizing
from tonnage.catalog.models import Model
from tonnage.findings import Severity
from tonnage.units import Memory

C = load_coefficients()
OFFER: Offered = [(H100, [4, 8]), (H200, [8]), (B200, [8]), (A100, [8]), (UNKNOWN, [1, 4, 8])]
models = st.sampled_from([LLAMA_8B, LLAMA_70B, QWEN3_235B, DEEPSEEK_V3, HYBRID, WINDOWED])
inputs, outputs = st.integers(16, 6000), st.integers(2, 3000)
rates = st.integers(1, 400)
limits = st.integers(10, 200)


def sized(model: Model, offer: Offered = OFFER, slo: Mapping[str, Any] | None = None, **traffic: object) -> Sizing:
    """The model served under a load."""
    load = {"requests": "5/s", "inputTokens": 800, "outputTokens": 300, "inputTokensP95": None} | traffic
    limit = {"ttftP95": "4s", "tpotP95": "60ms"} if slo is None else slo
    return size_serving(CHAT, serving(load, limit, model=model.id, precision=None), model, offer, C)


def replicas(sizing: Sizing) -> dict[str, int]:
    """By layout."""
    return {str(o.layout): o.replicas for o in sizing.options}


def rate_of_one(sizing: Sizing) -> dict[str, float]:
    """Requests per second of one replica, by layout."""
    return {str(o.layout): float(o.prediction.rate) for o in sizing.options if o.prediction and o.prediction.rate}


def never_worse(easy: Mapping[str, float], hard: Mapping[str, float]) -> bool:
    """Whether whatever serves the hard case serves the easy one at least as well."""
    return all(layout in easy and easy[layout] >= value for layout, value in hard.items())


@settings(max_examples=25)  # each example sizes some forty layouts
@given(models, rates, rates)
def test_more_requests_never_need_fewer_replicas(model: Model, one: int, other: int) -> None:
    """The load changes the count alone, never which layouts serve or what one replica takes."""
    low, high = (sized(model, requests=f"{rate}/s") for rate in sorted((one, other)))
    assert rate_of_one(low) == rate_of_one(high)
    assert never_worse(replicas(high), replicas(low))


@settings(max_examples=25)  # each example sizes some forty layouts
@given(models, inputs, inputs)
def test_longer_inputs_never_raise_what_one_replica_takes(model: Model, one: int, other: int) -> None:
    """They cost prefill, cache and waiting."""
    short, long = (rate_of_one(sized(model, inputTokens=tokens)) for tokens in sorted((one, other)))
    assert never_worse(short, long)


@settings(max_examples=25)  # each example sizes some forty layouts
@given(models, outputs, outputs)
def test_longer_outputs_never_raise_the_rate_without_limits(model: Model, one: int, other: int) -> None:
    """Without a limit on latency only memory and time count: longer answers take more of both."""
    short, long = (rate_of_one(sized(model, slo={}, outputTokens=tokens)) for tokens in sorted((one, other)))
    assert never_worse(short, long)


@settings(max_examples=25)  # each example sizes some forty layouts
@given(models, limits, limits)
def test_a_looser_limit_never_lowers_what_one_replica_takes(model: Model, one: int, other: int) -> None:
    """Neither that of the time per token nor that to the first."""
    tight, loose = sorted((one, other))
    by_tpot = [rate_of_one(sized(model, slo={"tpotP95": f"{ms}ms"})) for ms in (loose, tight)]
    by_ttft = [rate_of_one(sized(model, slo={"ttftP95": f"{20 * ms}ms"})) for ms in (loose, tight)]
    assert never_worse(*by_tpot)
    assert never_worse(*by_ttft)


@settings(max_examples=25)  # each example sizes some forty layouts
@given(models, st.floats(0, 100))
def test_more_memory_never_worsens_anything(model: Model, more: float) -> None:
    """A GPU with more memory and all else equal serves what the smaller one serves, at no lower rate."""
    larger = replace(H100, memory=Memory.gib(79.65 + more))
    small, large = (rate_of_one(sized(model, [(gpu, [8])])) for gpu in (H100, larger))
    assert never_worse(large, small)


@settings(max_examples=25)  # each example sizes some forty layouts
@given(models, inputs, outputs, rates)
def test_the_same_input_gives_the_same_output(model: Model, tokens_in: int, tokens_out: int, rate: int) -> None:
    """Also with the accelerators in another order."""
    first, again, reordered = (
        sized(model, offer, inputTokens=tokens_in, outputTokens=tokens_out, requests=f"{rate}/s")
        for offer in (OFFER, OFFER, OFFER[::-1])
    )
    assert first == again == reordered


@settings(max_examples=25)  # each example sizes some forty layouts
@given(models, inputs, outputs, limits)
def test_every_accelerator_is_an_option_or_a_rejection_with_a_quantity(
    model: Model, tokens_in: int, tokens_out: int, limit: int
) -> None:
    """Nothing disappears; and where nothing is left, that is an error."""
    sizing = sized(model, slo={"tpotP95": f"{limit}ms"}, inputTokens=tokens_in, outputTokens=tokens_out)
    if any(f.severity is Severity.ERROR for f in sizing.findings) and not sizing.rejections:
        return  # the request itself cannot be served by the model: no accelerator was tried
    tried = [str(o.layout) for o in sizing.options] + [r.what for r in sizing.rejections]
    assert sorted(tried) == sorted(f"{a.name} x{n}" for a, _ in OFFER for n in (1, 2, 4, 8))
    for rejection in sizing.rejections:
        assert any(c.isdigit() for c in rejection.why) or "no native" in rejection.why or "unknown" in rejection.why
    assert bool(sizing.options) != any("nothing can serve" in f.what for f in sizing.findings)


@settings(max_examples=25)  # each example sizes some forty layouts
@given(models, rates)
def test_the_planned_replicas_carry_the_load_and_one_fewer_does_not(model: Model, rate: int) -> None:
    """After the derate."""
    sizing = sized(model, requests=f"{rate}/s")
    for option in sizing.options:
        assert option.prediction is not None
        assert option.prediction.rate is not None
        carried = option.prediction.rate.amount * option.prediction.derate.amount
        assert option.replicas * carried >= rate * (1 - 1e-9)
        assert option.replicas == 1 or (option.replicas - 1) * carried < rate


@settings(max_examples=25)  # each example sizes some forty layouts
@given(models, inputs, outputs, limits)
def test_predictions_keep_the_limits_and_the_cache(model: Model, tokens_in: int, tokens_out: int, limit: int) -> None:
    """No option promises what the spec forbids; its interval holds its expectation."""
    slo = {"tpotP95": f"{limit}ms", "ttftP95": "3s"}
    for option in sized(model, slo=slo, inputTokens=tokens_in, outputTokens=tokens_out).options:
        p = option.prediction
        assert p is not None
        assert p.tpot is not None
        assert p.ttft is not None
        assert p.tpot_interval is not None
        assert p.tpot.in_ms <= limit + 0.001
        assert p.ttft.in_ms <= 3000 + 0.001
        assert 1 <= p.batch <= min(p.kv_sequences, 256)
        assert p.tpot_interval.low < p.tpot_interval.expected < p.tpot_interval.high
        if option.replicas_interval:
            low, high = option.replicas_interval
            assert low <= option.replicas
            assert low <= high
