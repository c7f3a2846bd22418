"""The small values that sizing and plans speak in: who a workload is, how a replica lies, what a pod asks for."""

from dataclasses import dataclass

from tonnage.units import Cpu, Memory


@dataclass(frozen=True)
class Interval:
    """An expected value and the 90 % interval around it."""

    low: float
    expected: float
    high: float


@dataclass(frozen=True)
class PodShape:
    """What one pod asks of a node."""

    cpu: Cpu
    memory: Memory
    ephemeral: Memory
    gpus: int = 0
    accelerator: str | None = None
    """Accelerator that the GPUs must be; None where `gpus` is 0."""
    rdma: int = 0


@dataclass(frozen=True)
class WorkloadId:
    """A workload's name, unique in a cluster."""

    team: str
    name: str

    def __str__(self) -> str:
        return f"{self.team}/{self.name}"


@dataclass(frozen=True)
class Layout:
    """How one replica lies on GPUs of one accelerator."""

    accelerator: str
    tensor_parallel: int
    """GPUs per replica."""

    def __str__(self) -> str:
        return f"{self.accelerator} x{self.tensor_parallel}"
