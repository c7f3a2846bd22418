"""What a platform keeps of a node for itself: rules as data, one row per platform, with source and date."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tonnage.catalog.accelerators import Source
from tonnage.catalog.rows import sourced
from tonnage.files.plain import from_plain
from tonnage.units import Cpu, Memory, Share

FILE = "reserves.json"
_NO_MEMORY = Memory.parse("0B")
_NO_SHARE = Share.parse("0%")


@dataclass(frozen=True)
class CpuStep:
    """The next `cores` cores (None: all others) give up `each`."""

    cores: int | None
    each: Cpu


@dataclass(frozen=True)
class MemoryStep:
    """The next `size` of memory (None: all the rest) gives up `share`."""

    size: Memory | None
    share: Share


@dataclass(frozen=True)
class DiskRule:
    """A share of the disk and a fixed part. Of several rules the smallest result counts."""

    share: Share
    plus: Memory


@dataclass(frozen=True)
class Reserve:
    """What kernel, system and kubelet keep of one node."""

    eviction: Memory
    """Memory that must stay free."""
    disk_eviction: Share
    """Part of the disk that must stay free."""
    max_pods: int
    """Where the node type does not say."""
    source: Source
    cpu: tuple[CpuStep, ...] = ()
    memory: tuple[MemoryStep, ...] = ()
    memory_base: Memory = _NO_MEMORY
    memory_per_pod: Memory = _NO_MEMORY
    memory_at_most: Share | None = None
    """Upper limit of base and pods together, of the advertised memory."""
    hidden_share: Share = _NO_SHARE
    """Part of the advertised memory that hypervisor and kernel take before the node reports its capacity."""
    hidden_base: Memory = _NO_MEMORY
    disk: tuple[DiskRule, ...] = ()


@dataclass(frozen=True)
class Floor:
    """The least that is kept for node agents, and why."""

    cpu: Cpu
    memory: Memory
    pods: int
    why: str


@dataclass(frozen=True)
class Reserves:
    """The rules of all platforms."""

    root_disk: Memory
    """Root volume that is assumed where the node has no local disks."""
    floors: Mapping[str, Floor]
    """On nodes with GPUs (gpu) and without (cpu)."""
    platforms: Mapping[str, Reserve]
    like: Mapping[str, str]
    """Platforms that follow the rules of another."""

    def of(self, platform: str) -> Reserve | None:
        """The rules of a platform; None: they are unknown."""
        return self.platforms.get(self.like.get(platform, platform))


@cache
def load_reserves() -> Reserves:
    """The shipped rules. Raises ValueError if the package's own file is broken."""
    tree = json.loads(files("tonnage.catalog").joinpath("data", FILE).read_text(encoding="utf-8"))
    tree["platforms"] = {name: sourced(row) for name, row in tree["platforms"].items()}
    found, problems = from_plain(Reserves, tree)
    if found is None:
        raise ValueError(f"{FILE} is broken: {problems}")
    return found
