"""What a pod asks of its host: from the spec where it speaks, else from GPUs and weights."""

import math
from fractions import Fraction

from tonnage.capacity.coefficients import Coefficients
from tonnage.capacity.ledger import Entry
from tonnage.capacity.memory import GIB, Weights
from tonnage.capacity.result import PodShape
from tonnage.spec.workload import Batch, PodResources
from tonnage.units import Cpu, Memory


def serving_pod(
    accelerator: str, gpus: int, published: Weights, stated: PodResources, c: Coefficients
) -> tuple[PodShape, tuple[Entry, ...]]:
    """The pod of one replica. `published`: the weights as they are read from their source, before conversion."""
    h, s = c.host, c.sources
    weights = published.total / GIB
    shared = h.shared_memory_single_gib if gpus == 1 else h.shared_memory_parallel_gib
    memory = math.ceil(h.memory_per_weights * weights) + shared
    ephemeral = math.ceil(weights) + h.image_gib
    shape = PodShape(
        cpu=stated.cpu or Cpu(Fraction(h.cpu_per_gpu * gpus)),
        memory=stated.memory or Memory.gib(memory),
        ephemeral=stated.ephemeral or Memory.gib(ephemeral),
        gpus=gpus,
        accelerator=accelerator,
    )
    words = (
        ("cpu", stated.cpu, f"{h.cpu_per_gpu} x {gpus} GPUs", s["hostCpu"]),
        (
            "memory",
            stated.memory,
            f"{h.memory_per_weights} x {weights:.1f} GiB of weights, rounded up, + {shared} GiB /dev/shm",
            s["hostMemory"],
        ),
        (
            "ephemeral storage",
            stated.ephemeral,
            f"{weights:.1f} GiB of weights, rounded up, + {h.image_gib} GiB",
            s["hostEphemeral"],
        ),
    )
    return shape, _entries(shape, words, c)


def batch_pod(workload: Batch, accelerator: str | None, c: Coefficients) -> tuple[PodShape, tuple[Entry, ...]]:
    """One pod of a batch workload."""
    return job_pod(workload.gpus, accelerator, batch_resources(workload), c)


def batch_resources(workload: Batch) -> PodResources:
    """What a batch workload states of its pods' host."""
    return PodResources(cpu=workload.cpu, memory=workload.memory, ephemeral=workload.ephemeral)


def job_pod(
    gpus: int, accelerator: str | None, stated: PodResources, c: Coefficients
) -> tuple[PodShape, tuple[Entry, ...]]:
    """One pod of something that runs to its end."""
    h, source = c.host, c.sources["batchHost"]
    default_cpu = h.cpu_per_gpu * gpus if gpus else h.cpu_without_gpu
    cpu = stated.cpu or Cpu(Fraction(default_cpu))
    memory = math.ceil(cpu.amount * h.memory_per_cpu_gib)
    ephemeral = h.ephemeral_gib if gpus else h.ephemeral_without_gpu_gib
    shape = PodShape(
        cpu=cpu,
        memory=stated.memory or Memory.gib(memory),
        ephemeral=stated.ephemeral or Memory.gib(ephemeral),
        gpus=gpus,
        accelerator=accelerator,
    )
    cores = f"{h.cpu_per_gpu} x {gpus} GPUs" if gpus else f"{h.cpu_without_gpu}, no GPU"
    words = (
        ("cpu", stated.cpu, cores, source),
        ("memory", stated.memory, f"{h.memory_per_cpu_gib} GiB x {cpu} cores", source),
        ("ephemeral storage", stated.ephemeral, f"{ephemeral} GiB for image and scratch", source),
    )
    return shape, _entries(shape, words, c)


def _entries(
    shape: PodShape, words: tuple[tuple[str, Cpu | Memory | None, str, str], ...], c: Coefficients
) -> tuple[Entry, ...]:
    values = (f"{shape.cpu} cores", f"{shape.memory}", f"{shape.ephemeral}")
    return tuple(
        Entry(f"{name} per pod", value, "as stated", c.sources["spec"])
        if stated
        else Entry(f"{name} per pod", value, formula, source)
        for (name, stated, formula, source), value in zip(words, values, strict=True)
    )
