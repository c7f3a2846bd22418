"""What cannot be true of a catalogue row although every value has its right type."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from tonnage.catalog.accelerators import Accelerator
from tonnage.catalog.models import Model
from tonnage.catalog.node_types import NodeType
from tonnage.files.plain import Path
from tonnage.names import is_label
from tonnage.units import Quantity

Doubt: TypeAlias = tuple[Path, str, str]
"""Path inside the row, what is wrong, how to mend it."""

PEAKS = ("bf16", "fp16", "fp32", "fp8", "int8", "fp4")
ARCHITECTURES = ("amd64", "arm64")
NODE_MARKETS = ("reserved", "onDemand", "spot")
PRECISIONS = ("fp32", "bf16", "fp16", "fp8", "int8", "int4", "mxfp4", "nvfp4")
MAY_BE_ZERO = {
    "gpus",
    "rdma",
    "window",
    "windowLayers",
    "fullAttentionLayers",
    "norms",
    "finalNorms",
    "learnedPositions",
    "otherParameters",
    "encoderParameters",
    "sharedIntermediate",
}
_TYPE_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,127}")


def doubts_of(name: str, value: object) -> Iterator[Doubt]:
    """Everything that is wrong with a row that could be read."""
    if isinstance(value, Accelerator):
        yield from _of_accelerator(name, value)
    elif isinstance(value, NodeType):
        yield from _of_node_type(name, value)
    elif isinstance(value, Model):
        yield from _of_model(name, value)
    elif not _MODEL_NAME.fullmatch(name):
        yield (), f"{name!r} is no name", "use letters, digits, '.', '_', '/' and '-'"


def figure_doubts(tree: Any, path: Path = ()) -> Iterator[Doubt]:
    """Counts below 1 where nothing of it makes no sense."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            yield from figure_doubts(value, (*path, str(key)))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from figure_doubts(value, (*path, index))
    elif isinstance(tree, int) and not isinstance(tree, bool):
        least = 0 if path[-1] in MAY_BE_ZERO else 1
        if tree < least:
            yield path, f"{tree} is less than {least}", "leave it out if it is unknown"


def _of_accelerator(name: str, a: Accelerator) -> Iterator[Doubt]:
    if not is_label(name):
        yield (), f"{name!r} cannot be a label's value", "use lower case letters, digits and dashes"
    for key in sorted(set(a.peak) - set(PEAKS)):
        yield ("peak", key), f"{key!r} is no precision", f"use one of {', '.join(PEAKS)}"
    figures: dict[Path, Quantity | None] = {("memory",): a.memory, ("bandwidth",): a.bandwidth, ("link",): a.link}
    figures[("nominalMemory",)] = a.nominal_memory
    figures |= {("peak", key): peak for key, peak in a.peak.items()}
    for path, figure in figures.items():
        if figure is not None and not figure:
            yield path, "is 0", "leave it out if it is unknown"
    if (why := _sparse(a)) is not None:
        yield ("peak", "fp8"), why, "state dense peaks: half of what is printed with sparsity"
    if not re.fullmatch(r"[a-z0-9.-]+/[a-zA-Z0-9._-]+", a.resource):
        yield ("resource",), f"{a.resource!r} is no extended resource", "write it like nvidia.com/gpu"


def _sparse(a: Accelerator) -> str | None:
    """Why one of the peaks is a sparse figure. On NVIDIA's matrix units dense fp8 is twice dense bf16."""
    fp8, bf16 = a.peak.get("fp8"), a.peak.get("bf16")
    if a.vendor != "nvidia" or not fp8 or not bf16 or 1.95 <= fp8 / bf16 <= 2.05:
        return None
    return f"fp8 is {float(fp8 / bf16):.2f} times bf16, not twice: one of them is a sparse figure"


def _of_node_type(name: str, n: NodeType) -> Iterator[Doubt]:
    if not _TYPE_NAME.fullmatch(name):
        yield (), f"{name!r} is no name of an instance type", "use letters, digits, '.', '_' and '-', 63 at most"
    if (n.gpus > 0) != (n.accelerator is not None):
        yield ("gpus",), f"{n.gpus} GPUs of accelerator {n.accelerator}", "state both, or neither for a CPU type"
    if n.arch not in ARCHITECTURES:
        yield ("arch",), f"{n.arch!r} is no architecture", f"use {' or '.join(ARCHITECTURES)}"
    for index, market in enumerate(n.markets):
        if market not in NODE_MARKETS:
            yield ("markets", index), f"{market!r} is no market", f"use {', '.join(NODE_MARKETS)}"
    for key, whole, part in (("cpu", n.cpu, n.allocatable_cpu), ("memory", n.memory, n.allocatable_memory)):
        if not whole:
            yield (key,), "is 0", "state what the type has"
        elif part is not None and not 0 < part.amount <= whole.amount:
            yield (f"allocatable{key.title()}",), f"{part} of {whole} {key}", "state what pods may request of a node"


def _of_model(name: str, m: Model) -> Iterator[Doubt]:
    if not _MODEL_NAME.fullmatch(name):
        yield (), f"{name!r} is no name of a model", "use letters, digits, '.', '_', '/' and '-'"
    if m.precision not in PRECISIONS:
        yield ("precision",), f"{m.precision!r} is no weight format", f"use one of {', '.join(PRECISIONS)}"
    for key, part in (("activeParameters", m.active_parameters), ("embeddingParameters", m.embedding_parameters)):
        if part > m.total_parameters:
            yield (key,), f"{part:,} of {m.total_parameters:,} parameters", "state counts of the whole model"
    linear = m.linear.layers if m.linear else 0
    if m.full_attention_layers + m.window_layers + linear > m.layers:
        yield ("layers",), f"{m.layers} layers, but more with attention or state", "count each layer once"
    if m.window_layers and not m.window:
        yield ("window",), "is 0 although there are window layers", "state how many tokens they cache"
    if m.moe and m.moe.experts_per_token > m.moe.experts:
        yield ("moe", "expertsPerToken"), f"{m.moe.experts_per_token} of {m.moe.experts} experts", "swap them"
