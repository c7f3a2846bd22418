"""Values that the user sets are honoured, or refused with what is missing."""

from dataclasses import replace
from typing import Any

import pytest

from capacity.factories import (
    A100,
    CHAT,
    H100,
    H200,
    LLAMA_8B,
    LLAMA_70B,
    QWEN3_235B,
    UNKNOWN,
    accelerator,
    entry_of,
    option_of,
    serving,
    why_lost,
)
from tonnage.capacity.coefficients import load_coefficients
from tonnage.capacity.memory import vllm_budget, weights_of
from tonnage.capacity.options import Offered, size_serving
from tonnage.capacity.result import Sizing
from tonnage.findings import Severity, errors
from tonnage.units import Cpu, Memory, Share

C = load_coefficients()
OFFER: Offered = [(H100, [8]), (H200, [8])]


def sized(offer: Offered = OFFER, **set_values: Any) -> Sizing:
    """The worked example with values set by the user."""
    return size_serving(CHAT, serving(**set_values), LLAMA_70B, offer, C)


def test_stated_gpus_per_replica_are_the_only_ones_tried() -> None:
    """tensorParallel: 4 leaves one layout an accelerator."""
    assert [str(o.layout) for o in sized(tensorParallel=4).options] == ["h100-sxm x4", "h200-sxm x4"]


def test_stated_gpus_per_replica_that_cannot_work_are_refused_with_the_shortfall() -> None:
    """One H100 misses 0.1 GiB, three do not divide the heads, sixteen are on no node."""
    sizing = sized([(H100, [8])], tensorParallel=1)
    assert sizing.options == ()
    (error,) = errors(sizing.findings)
    assert error.where == "search/chat"
    assert error.what.startswith("nothing can serve meta-llama/Llama-3.1-70B with tensorParallel 1, precision fp8:")
    assert "exceed 92% of 79.7 GiB by 0.1 GiB" in error.what
    assert "64 attention heads do not divide by 3" in errors(sized(tensorParallel=3).findings)[0].what
    assert "has 8, a replica needs 16" in errors(sized(tensorParallel=16).findings)[0].what


def test_stated_replicas_that_suffice_are_taken_as_they_are() -> None:
    """Of the layouts that carry the load with four replicas, each keeps four, also where fewer would do."""
    sizing = sized(replicas=4)
    assert {str(o.layout): o.replicas for o in sizing.options} == {
        "h100-sxm x4": 4,
        "h100-sxm x8": 4,
        "h200-sxm x4": 4,
        "h200-sxm x8": 4,
    }
    assert why_lost(sizing, "h200-sxm x2") == "4 replicas carry 7.86/s of 10/s; 6 needed"
    value, formula = entry_of(option_of(sizing, "h200-sxm x4"), "replicas")
    assert (value, formula) == ("4", "as stated; they carry 13.606/s of 10/s after the derate")
    assert not any(o.findings for o in sizing.options)


def test_too_few_stated_replicas_are_honoured_with_a_warning() -> None:
    """The layout that falls short least is kept, and the number needed is named."""
    (option,) = sized(replicas=1).options
    assert (str(option.layout), option.replicas) == ("h200-sxm x8", 1)
    (warning,) = option.findings
    assert warning.severity is Severity.WARNING
    assert warning.what == "on h200-sxm x8, 1 replicas carry 4.44/s of 10/s; 3 needed"
    assert warning.fix == "set replicas to 3 or leave it out"


def test_a_stated_batch_binds() -> None:
    """maxNumSeqs: 16 is the limit, and the engine is told so."""
    option = option_of(sized(maxNumSeqs=16), "h100-sxm x4")
    assert option.binding == "max_num_seqs"
    assert option.prediction is not None
    assert option.engine is not None
    assert option.prediction.batch == option.engine.max_num_seqs == 16


def test_a_stated_part_of_the_memory_is_the_engines() -> None:
    """95 % instead of 92 % lets the weights of one H100 fit; 0 % is refused, not ignored."""
    option = option_of(sized(gpuMemoryUtilization="95%", tensorParallel=1, slo={}), "h100-sxm x1")
    assert option.engine is not None
    assert option.engine.memory_fraction == Share.parse("95%")
    (error,) = errors(sized(gpuMemoryUtilization="0%").findings)
    assert error.what == "gpuMemoryUtilization 0% is not a part of the memory"


def test_a_limit_that_no_gpu_keeps_refuses_them_all() -> None:
    """1 ms per token is faster than any of them reads the weights."""
    sizing = sized(slo={"tpotP95": "1ms"})
    assert sizing.options == ()
    assert all(r.why.endswith(" 1 ms allowed") for r in sizing.rejections if r.what != "h100-sxm x1")


def test_an_accelerator_that_the_cluster_lacks_or_the_workload_forbids_is_named() -> None:
    """Each is a rejection of its own."""
    sizing = sized([(H100, [8]), (H200, [8]), (A100, [])], accelerators=("h200-sxm", "b200-sxm", "a100-80-sxm"))
    assert why_lost(sizing, "b200-sxm") == "no node type of the cluster has it"
    assert why_lost(sizing, "a100-80-sxm") == "no node type of the cluster has it"
    assert why_lost(sizing, "h100-sxm") == "not among the accelerators that the workload allows"
    assert {o.layout.accelerator for o in sizing.options if o.layout} == {"h200-sxm"}


def test_a_format_that_the_accelerator_does_not_compute_is_refused() -> None:
    """An A100 has no fp8; int4 runs on its bf16."""
    assert why_lost(sized([(A100, [8])]), "a100-80-sxm x8") == "no native fp8, weight-only layout not offered"
    assert sized([(A100, [8])], precision="int4", slo={}).options


def test_an_accelerator_of_unknown_speed_is_sized_by_memory_only_where_replicas_are_stated() -> None:
    """No rate, no latency, no interval is made up, and the option says so."""
    silent = sized([(UNKNOWN, [8])])
    assert silent.options == ()
    assert "its speed is unknown" in why_lost(silent, "a10g x8")
    option = option_of(sized([(UNKNOWN, [8])], replicas=3), "a10g x8")
    p = option.prediction
    assert p is not None
    assert (p.rate, p.tpot, p.ttft, p.tpot_interval, option.replicas_interval) == (None,) * 5
    assert (option.replicas, option.binding) == (3, "set by the user")
    assert option.findings[0].what == "a10g x8 is sized by memory only: its speed is unknown"
    assert entry_of(option, "replicas") == ("3", "as stated; speed unknown, sized by memory only")


def test_an_accelerator_of_unknown_memory_is_never_sized_by_its_label() -> None:
    """Not even where replicas are stated; the way out is named."""
    labelled = replace(H100, name="gaudi3", memory=None, nominal_memory=Memory.parse("128GB"))
    for given in ({}, {"replicas": 3}):
        sizing = sized([(labelled, [8])], **given)
        assert not sizing.options
        assert why_lost(sizing, "gaudi3").startswith("the memory that its driver reports is unknown")
        assert "catalog.yaml" in why_lost(sizing, "gaudi3")
    with pytest.raises(ValueError, match="memory of gaudi3 is unknown"):
        vllm_budget(LLAMA_70B, weights_of(LLAMA_70B, "fp8", C), labelled, 8, fraction=0.9, c=C)


def test_a_known_accelerator_is_preferred_to_one_of_unknown_speed() -> None:
    """Even where replicas are stated: what is known can be checked."""
    sizing = sized([(H100, [8]), (UNKNOWN, [8])], replicas=4)
    assert why_lost(sizing, "a10g x8") == "its speed is unknown, that of other layouts is known"


def test_unknown_links_leave_single_gpus_known() -> None:
    """The speed of a replica of several GPUs rests on their links."""
    linkless = accelerator("l40s", Memory.gib(140), link=None)
    sizing = sized([(linkless, [8])], slo={})
    assert [str(o.layout) for o in sizing.options] == ["l40s x1"]
    assert "its speed is unknown" in why_lost(sizing, "l40s x2")


def test_stated_host_resources_are_taken() -> None:
    """Each by itself; what is left out is derived."""
    pod = option_of(sized(resources={"cpu": 24, "memory": "200GiB"}), "h100-sxm x4").pod
    assert (pod.cpu, pod.memory, pod.ephemeral) == (Cpu.parse("24"), Memory.parse("200GiB"), Memory.parse("162GiB"))


def test_published_fp8_experts_must_divide_into_blocks() -> None:
    """1,536 wide experts give 192 per GPU of eight: no multiple of 128. In bf16 there are no blocks."""
    published = size_serving(CHAT, serving(precision=None), QWEN3_235B, [(H200, [8])], C)
    assert why_lost(published, "h200-sxm x8").startswith("experts 1,536 wide give 192 per GPU, no multiple of the fp8")
    assert [str(o.layout) for o in published.options] == ["h200-sxm x2", "h200-sxm x4"]
    assert option_of(size_serving(CHAT, serving(precision="bf16"), QWEN3_235B, [(H200, [8])], C), "h200-sxm x8").engine


def test_experts_quantised_by_the_engine_have_no_blocks() -> None:
    """Only a published fp8 checkpoint does: the engine cuts its own as it likes."""
    published = replace(QWEN3_235B, precision="bf16")
    sizing = size_serving(CHAT, serving(precision="fp8"), published, [(H200, [8])], C)
    assert option_of(sizing, "h200-sxm x8").layout


def test_arithmetic_can_be_what_binds() -> None:
    """Short inputs, long outputs and little arithmetic: the roofline's FLOPs stop the replica, and it says so."""
    weak = accelerator("weak", Memory.gib(140), "20TB/s", {"bf16": "10TFLOP/s"})
    load = {"inputTokens": 16, "outputTokens": 1000}
    workload = serving(load, {"tpotP95": "200ms"}, precision=None, tensorParallel=1)
    (option,) = size_serving(CHAT, workload, LLAMA_8B, [(weak, [1])], C).options
    assert option.binding == "compute"
    assert option.prediction is not None
    assert option.prediction.batch == int(0.2 * 10e12 / (2 * LLAMA_8B.active_parameters))


def test_heads_that_cannot_be_shared_out_are_refused() -> None:
    """Six KV heads neither divide by four GPUs nor into them."""
    odd = replace(LLAMA_70B, kv_heads=6)
    sizing = size_serving(CHAT, serving(), odd, OFFER, C)
    assert why_lost(sizing, "h100-sxm x4") == "6 KV heads neither divide by 4 nor into it"


@pytest.mark.parametrize(
    ("slo", "requests", "tokens", "why"),
    [
        ({"tpotP95": "5ms"}, "1/s", 1000, "weight reads alone take"),
        ({"tpotP95": "11ms"}, "1/s", 1000, "one sequence alone takes"),
        ({"ttftP95": "50ms"}, "1/s", 1000, "one request alone waits"),
        ({"ttftP95": "400ms"}, "1/s", 5000, "an input of 40,000 tokens waits"),
    ],
)
def test_a_layout_that_is_too_slow_says_by_how_much(slo: dict[str, str], requests: str, tokens: int, why: str) -> None:
    """The time that one sequence takes, and the time allowed."""
    load = {"requests": requests, "inputTokens": tokens, "inputTokensP95": 8 * tokens}
    sizing = size_serving(CHAT, serving(load, slo), LLAMA_70B, [(H100, [8])], C)
    (limit,) = slo.values()
    said = why_lost(sizing, "h100-sxm x4")
    assert why in said
    assert said.endswith(f"{limit.removesuffix('ms')} ms allowed")


def test_a_layout_that_only_serves_if_the_prediction_holds_is_a_warning() -> None:
    """One H200 keeps 25 ms as predicted, but at the high end of the interval not even with one sequence."""
    option = option_of(sized(), "h200-sxm x1")
    assert option.replicas_interval is None
    (warning,) = option.findings
    assert warning.severity is Severity.WARNING
    assert "no number of replicas serves at the high end of TPOT's 90 % interval" in warning.what
    assert "25 ms allowed" in warning.what
