"""What pods may use of a node: capacity, less what the system, the kubelet and the DaemonSets keep.

Formula: allocatable = capacity - kube-reserved - eviction (Kubernetes documentation, Reserve Compute Resources);
room = allocatable - the larger of what the DaemonSets ask and a floor. Rules and numbers are data (`reserves`).
"""

from dataclasses import dataclass
from fractions import Fraction

from tonnage.catalog.catalog import Catalog
from tonnage.catalog.node_types import NodeType
from tonnage.catalog.reserves import Reserve, load_reserves
from tonnage.units import Cpu, Memory

GIB = 2**30
_CPU_ROUNDING = Fraction(5, 1000)
_MEMORY_ROUNDING = Fraction(GIB, 20)


@dataclass(frozen=True)
class Room:
    """What is left for workloads on one node, and in words how it follows."""

    cpu: Cpu
    memory: Memory
    ephemeral: Memory
    pods: int
    gpus: int
    rdma: int
    """RDMA interfaces; none may be planned on where their number is unknown."""
    words: str
    """191.45 - 0.6 CPU; 1893.0 - 1.2 GiB; 100 - 9 pods."""
    source: str


@dataclass(frozen=True)
class Kept:
    """What the DaemonSets of one node take."""

    cpu: Cpu
    memory: Memory
    pods: int


def room_of(node: NodeType, catalog: Catalog, platform: str) -> Room | str:
    """Room for workloads on one node of a type; text: why it is unknown or none is left.

    A stated allocatable (published or the user's own measurement) wins over the formula, except that a
    published value which is the formula's, rounded to 0.005 CPU or 0.05 GiB, gives way to the exact one.
    """
    rules = load_reserves()
    reserve = rules.of(platform)
    if reserve is None:
        return f"what {platform} keeps of a node is unknown; state platform eks, gke, aks, cluster-api or existing"
    pods = reserve.max_pods if node.max_pods is None else node.max_pods
    cpu = Cpu(_settled(node.allocatable_cpu, allocatable_cpu(node.cpu, reserve), _CPU_ROUNDING))
    memory = Memory(_settled(node.allocatable_memory, allocatable_memory(node.memory, pods, reserve), _MEMORY_ROUNDING))
    kept = kept_on(node, catalog)
    left = Room(
        cpu=cpu - kept.cpu,
        memory=memory - kept.memory,
        ephemeral=allocatable_disk(node.local_disk or rules.root_disk, reserve),
        pods=pods - kept.pods,
        gpus=node.gpus,
        rdma=node.rdma or 0,
        words=f"{float(cpu):g} - {float(kept.cpu):g} CPU; {memory.in_gib:.1f} - {kept.memory.in_gib:.1f} GiB;"
        f" {pods} - {kept.pods} pods",
        source=f"{node.source.title}; {reserve.source.title}",
    )
    if left.cpu.amount <= 0 or left.memory.amount <= 0 or left.pods <= 0:
        return f"nothing is left of {node.name} beside the node agents: {left.words}"
    return left


def kept_on(node: NodeType, catalog: Catalog) -> Kept:
    """What node agents take: in each dimension the larger of the sum of their requests and the floor."""
    here = [d for d in catalog.daemon_sets if d.on == "all" or node.gpus]
    floor = load_reserves().floors["gpu" if node.gpus else "cpu"]
    cpu = Cpu(sum((d.cpu.amount for d in here), Fraction(0)))
    memory = Memory(sum((d.memory.amount for d in here), Fraction(0)))
    return Kept(max(cpu, floor.cpu), max(memory, floor.memory), max(len(here), floor.pods))


def allocatable_cpu(cpu: Cpu, reserve: Reserve) -> Cpu:
    """By the platform's brackets of cores."""
    left, kept = cpu.amount, Fraction(0)
    for step in reserve.cpu:
        cores = left if step.cores is None else min(left, Fraction(step.cores))
        kept += cores * step.each.amount
        left -= cores
    return Cpu(cpu.amount - kept)


def allocatable_memory(memory: Memory, pods: int, reserve: Reserve) -> Memory:
    """Advertised memory less hypervisor and kernel, kube-reserved and eviction; whole bytes."""
    total = memory.amount
    hidden = total * reserve.hidden_share.amount + reserve.hidden_base.amount
    kept = total - hidden - _kube_reserved(total, pods, reserve) - reserve.eviction.amount
    return Memory(Fraction(kept.numerator // kept.denominator))


def allocatable_disk(disk: Memory, reserve: Reserve) -> Memory:
    """Disk less what the kubelet reserves and what must stay free; whole bytes."""
    total = disk.amount
    reserved = min((total * rule.share.amount + rule.plus.amount for rule in reserve.disk), default=Fraction(0))
    kept = total - reserved - total * reserve.disk_eviction.amount
    return Memory(Fraction(kept.numerator // kept.denominator))


def _kube_reserved(total: Fraction, pods: int, reserve: Reserve) -> Fraction:
    left, kept = total, Fraction(0)
    for step in reserve.memory:
        size = left if step.size is None else min(left, step.size.amount)
        kept += size * step.share.amount
        left -= size
    by_pods = reserve.memory_base.amount + reserve.memory_per_pod.amount * pods
    if reserve.memory_at_most is not None:
        by_pods = min(by_pods, total * reserve.memory_at_most.amount)
    return kept + by_pods


def _settled(stated: Cpu | Memory | None, formula: Cpu | Memory, rounding: Fraction) -> Fraction:
    if stated is None or abs(stated.amount - formula.amount) <= rounding:
        return formula.amount
    return stated.amount
