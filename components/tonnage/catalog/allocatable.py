"""What pods may use of a node: capacity, less what the system, the kubelet and the DaemonSets keep."""

from dataclasses import dataclass

from tonnage.units import Cpu, Memory


@dataclass(frozen=True)
class Room:
    """What is left for workloads on one node, and in words how it follows."""

    cpu: Cpu
    memory: Memory
    ephemeral: Memory
    pods: int
    gpus: int
    rdma: int
    words: str
    """191.45 - 0.6 CPU; 1893.0 - 1.2 GiB; 100 - 9 pods."""
    source: str
