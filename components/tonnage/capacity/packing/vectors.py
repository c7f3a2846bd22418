"""What a pod asks for and what a node has, as whole numbers in one fixed order, so that packing never rounds."""

import sys
from typing import TypeAlias

from tonnage.capacity.result import PodShape
from tonnage.catalog.allocatable import Kept, Room
from tonnage.units import Cpu, Memory

Vector: TypeAlias = tuple[int, int, int, int, int, int]
"""GPUs, millicores, bytes of memory, bytes of ephemeral storage, pod slots, RDMA interfaces."""

GPU, CPU, MEMORY, EPHEMERAL, SLOTS, RDMA = range(6)
NOTHING: Vector = (0, 0, 0, 0, 0, 0)
NAMES = ("GPUs", "CPU", "memory", "ephemeral storage", "pod slots", "RDMA interfaces")
KEYS = ("gpu", "cpu", "memory", "ephemeral", "pods", "rdma")
"""The dimensions as keys of a pool's utilisation."""


def need_of(pod: PodShape) -> Vector:
    """What one pod takes; parts are rounded up."""
    return (pod.gpus, pod.cpu.millicores, _up(pod.memory), _up(pod.ephemeral), 1, pod.rdma)


def room_vector(room: Room) -> Vector:
    """What one node has for workloads; parts are rounded down, and nothing is below 0."""
    cores = room.cpu.amount * 1000
    parts = (
        room.gpus,
        cores.numerator // cores.denominator,
        _down(room.memory),
        _down(room.ephemeral),
        room.pods,
        room.rdma,
    )
    gpus, cpu, memory, ephemeral, slots, rdma = (max(0, part) for part in parts)
    return gpus, cpu, memory, ephemeral, slots, rdma


def kept_vector(kept: Kept) -> Vector:
    """What node agents take of one node; parts are rounded up."""
    return (0, kept.cpu.millicores, _up(kept.memory), 0, kept.pods, 0)


def times(need: Vector, room: Vector) -> int:
    """How often `need` fits into `room`. It must need something."""
    (a0, a1, a2, a3, a4, a5), (r0, r1, r2, r3, r4, r5) = need, room  # written out, as below
    fits = r4 // a4 if a4 else sys.maxsize
    if a0 and r0 // a0 < fits:
        fits = r0 // a0
    if a1 and r1 // a1 < fits:
        fits = r1 // a1
    if a2 and r2 // a2 < fits:
        fits = r2 // a2
    if a3 and r3 // a3 < fits:
        fits = r3 // a3
    return r5 // a5 if a5 and r5 // a5 < fits else fits


def plus(a: Vector, b: Vector, n: int = 1) -> Vector:
    """a + n x b."""
    (a0, a1, a2, a3, a4, a5), (b0, b1, b2, b3, b4, b5) = a, b  # written out: these two are the planner's hottest
    return (a0 + n * b0, a1 + n * b1, a2 + n * b2, a3 + n * b3, a4 + n * b4, a5 + n * b5)


def share(need: Vector, room: Vector) -> float:
    """The largest part that `need` takes of any dimension of `room`; infinite where it needs what is not there."""
    return max((ask / have if have else float("inf")) for ask, have in zip(need, room, strict=True) if ask)


def amount(dimension: int, value: int) -> str:
    """A number of one dimension in words: 47.21, 168.1 GiB, 4."""
    if dimension == CPU:
        return f"{value / 1000:g}"
    if dimension in {MEMORY, EPHEMERAL}:
        return f"{value / 2**30:.1f} GiB"
    return str(value)


def pod_words(need: Vector) -> str:
    """1 GPU, 8 CPU, 48.0 GiB memory."""
    gpus = [f"{need[GPU]} GPU{'' if need[GPU] == 1 else 's'}"] if need[GPU] else []
    return ", ".join([*gpus, f"{amount(CPU, need[CPU])} CPU", f"{amount(MEMORY, need[MEMORY])} memory"])


def cpu_of(vector: Vector) -> Cpu:
    """The CPU of a vector."""
    return Cpu.parse(f"{vector[CPU]}m")


def memory_of(vector: Vector) -> Memory:
    """The memory of a vector."""
    return Memory.parse(f"{vector[MEMORY]}B")


def _up(size: Memory) -> int:
    return -(-size.amount.numerator // size.amount.denominator)


def _down(size: Memory) -> int:
    return size.amount.numerator // size.amount.denominator
