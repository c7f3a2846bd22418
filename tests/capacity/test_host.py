"""What a served replica asks of its host."""

from capacity.factories import DEEPSEEK_V3, LLAMA_8B
from tonnage.capacity.coefficients import load_coefficients
from tonnage.capacity.host import serving_pod
from tonnage.capacity.memory import weights_of
from tonnage.spec.workload import PodResources
from tonnage.units import Cpu, Memory

C = load_coefficients()


def test_defaults_follow_gpus_and_published_weights() -> None:
    """8B in bf16 are 14.96 GiB: 1.2 times that and 1 GiB of shared memory; the weights and 30 GiB on disk."""
    pod, ledger = serving_pod("l40s", 1, weights_of(LLAMA_8B, "bf16", C), PodResources(), C)
    assert (pod.cpu, pod.memory, pod.ephemeral) == (Cpu.parse("4"), Memory.gib(18 + 1), Memory.gib(15 + 30))
    assert (pod.gpus, pod.accelerator) == (1, "l40s")
    assert [e.formula for e in ledger] == [
        "4 x 1 GPUs",
        "1.2 x 15.0 GiB of weights, rounded up, + 1 GiB /dev/shm",
        "15.0 GiB of weights, rounded up, + 30 GiB",
    ]


def test_several_gpus_need_more_shared_memory() -> None:
    """8 GiB for the exchange between them."""
    alone, _ = serving_pod("l40s", 1, weights_of(LLAMA_8B, "bf16", C), PodResources(), C)
    pair, _ = serving_pod("l40s", 2, weights_of(LLAMA_8B, "bf16", C), PodResources(), C)
    assert pair.memory - alone.memory == Memory.gib(7)
    assert pair.cpu == Cpu.parse("8")


def test_what_is_stated_is_taken() -> None:
    """And the ledger says so."""
    stated = PodResources.model_validate({"cpu": 64, "memory": "1TiB", "ephemeral": "2TiB"})
    pod, ledger = serving_pod("h200-sxm", 8, weights_of(DEEPSEEK_V3, "fp8", C), stated, C)
    assert (pod.cpu, pod.memory, pod.ephemeral) == (Cpu.parse("64"), Memory.parse("1TiB"), Memory.parse("2TiB"))
    assert {e.formula for e in ledger} == {"as stated"}
