"""What the planner knows of one accelerator. Facts, each row with source and date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tonnage.units import Bandwidth, Compute, Memory


@dataclass(frozen=True)
class Source:
    """Where a fact comes from."""

    title: str
    """Repository@commit:path, or the title of a document."""
    checked: date
    """The day it was read."""
    licence: str = ""


@dataclass(frozen=True)
class Accelerator:
    """One GPU. None means unknown, never zero."""

    name: str
    vendor: str
    memory: Memory | None
    """Total that the driver reports; None: no driver's figure was found, and nothing is sized by a label."""
    bandwidth: Bandwidth | None
    """Of the GPU's own memory."""
    peak: Mapping[str, Compute]
    """Dense peak by precision (bf16, fp16, fp8, int8, fp4); an absent key is unknown or not native."""
    link: Bandwidth | None
    """All links of one GPU to its neighbours in the node, one direction."""
    resource: str
    """Whole-device resource of the device plugin, such as nvidia.com/gpu."""
    source: Source
    nominal_memory: Memory | None = None
    """The label, in GB or GiB as its source means it. Shown, never planned with."""
    note: str = ""
    """What is disputed or unknown, and how the row settles it."""
