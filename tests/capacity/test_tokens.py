"""Batches of tokens: the fullest replica, the hours of a phase, and replicas that follow from both."""

import math
import re
from fractions import Fraction
from typing import Any

import pytest

from capacity.factories import B200, H100, LLAMA_8B, LLAMA_70B, entry_of
from tonnage.capacity.coefficients import load_coefficients
from tonnage.capacity.result import Sizing, WorkloadId
from tonnage.capacity.tokens import TokenRate, share_done, size_tokens, token_rate, tokens_per_second
from tonnage.catalog.models import Model
from tonnage.spec.workload import Batch

C = load_coefficients()
ID = WorkloadId("search", "summaries")
HOURS = {"day": Fraction(60), "night": Fraction(108)}


def batch(**keys: Any) -> Batch:
    """Four billion tokens of known lengths."""
    base = {"name": "summaries", "model": LLAMA_8B.id, "tokens": "4B", "inputTokens": 1000, "outputTokens": 200}
    return Batch.model_validate(base | keys)


def asked(of: Batch) -> TokenRate:
    """What it asks for in the hours of the test."""
    rate = token_rate(of, HOURS, C)
    assert rate is not None
    return rate


def sized(model: Model = LLAMA_8B, **keys: Any) -> Sizing:
    """On nodes of eight H100."""
    of = batch(**keys)
    return size_tokens(ID, of, model, asked(of), accelerators=[(H100, [8])], c=C)


@pytest.mark.parametrize("when", [None, "night", "day"])
def test_replicas_finish_the_tokens_in_their_hours_and_one_fewer_do_not(when: str | None) -> None:
    """Every week, at the trusted speed."""
    rate = asked(batch(when=when))
    seconds = (HOURS[when] if when else 168) * 3600
    for option in sized(when=when).options:
        each = tokens_per_second(option, rate) * seconds
        assert option.replicas * each >= 4_000_000_000 * (1 - 1e-9)
        assert (option.replicas - 1) * each < 4_000_000_000


def test_the_batch_is_the_fullest_that_memory_and_engine_take() -> None:
    """Nobody waits: no limit of time stops it, and no time to a first token is promised for a queue."""
    for option in sized().options:
        assert option.prediction is not None
        assert option.prediction.batch == min(option.prediction.kv_sequences, C.max_num_seqs)
        assert option.binding in {"kv", "max_num_seqs"}


def test_the_ledger_leads_from_tokens_to_replicas() -> None:
    """By a pocket calculator."""
    option = sized(when="night").chosen(0)

    assert entry_of(option, "tokens a week") == ("4,000,000,000", "as stated, of input and output")
    assert entry_of(option, "hours for them") == ("108 h", "hours of night in a week")
    value, formula = entry_of(option, "replicas needed")
    load, one, derate = (float(n) for n in re.findall(r"\d+\.?\d*", formula))
    assert math.ceil(load / (one * derate) - 1e-3) == int(value) == option.replicas
    assert [e.name for e in option.ledger if not e.source] == []


def test_lengths_that_are_left_out_are_assumed_and_said() -> None:
    """As information: the plan stands on them."""
    (note,) = sized(inputTokens=None).findings

    assert note.code == "TN316"
    assert "1,000 tokens in and 200 out are assumed" in note.what
    assert sized().findings == ()


def test_what_cannot_run_is_an_error_with_its_reason() -> None:
    """The model does not fit the one GPU of a node."""
    of = batch(model=LLAMA_70B.id)
    sizing = size_tokens(ID, of, LLAMA_70B, asked(of), accelerators=[(H100, [1])], c=C)
    (error,) = sizing.findings

    assert (sizing.options, error.code) == ((), "TN301")
    assert "h100-sxm x1" in error.what


def test_only_the_accelerator_asked_for_is_tried() -> None:
    """Others are rejected by name."""
    of = batch(accelerator="h100-sxm")
    sizing = size_tokens(ID, of, LLAMA_8B, asked(of), accelerators=[(H100, [8]), (B200, [8])], c=C)

    assert {o.pod.accelerator for o in sizing.options} == {"h100-sxm"}
    assert [r.what for r in sizing.rejections if r.why.startswith("not the accelerator")] == [B200.name]


def test_a_phase_without_hours_asks_for_nothing_that_can_be_answered() -> None:
    """Instead of dividing by them."""
    assert token_rate(batch(when="dusk"), HOURS, C) is None


def test_a_share_is_rounded_down_and_never_over_all() -> None:
    """Nobody is promised more."""
    assert share_done(Fraction(9996), Fraction(10_000)).amount == Fraction(999, 1000)
    assert share_done(Fraction(3), Fraction(2)).amount == 1
    assert share_done(Fraction(3), Fraction(0)).amount == 0
