"""MIG profiles: the parts that one GPU can be cut into, by GPU variant. Facts, each variant with source and date.

The same profile name is another thing on another card, so everything is keyed by variant (H100-80, H100-94, ...).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

from tonnage.catalog.accelerators import Source
from tonnage.catalog.rows import read_row
from tonnage.files.plain import Path
from tonnage.units import Memory

FILE = "mig.json"
_NVIDIA = "nvidia.com/mig-"


@dataclass(frozen=True, order=True)
class Placement:
    """Memory slices that an instance may take: `size` of them from `start`."""

    start: int
    size: int

    @property
    def slices(self) -> frozenset[int]:
        """Their numbers."""
        return frozenset(range(self.start, self.start + self.size))


@dataclass(frozen=True)
class MigProfile:
    """One kind of instance. None means unknown, never zero."""

    name: str
    """As the driver prints it: 1g.10gb, 1g.10gb+me."""
    compute_slices: int
    memory_slices: int | None
    memory: Memory | None
    """That the driver reports for one instance; not a share of the card's."""
    max_instances: int
    """Of this profile alone, per GPU."""
    placements: tuple[Placement, ...]
    """Where an instance may lie; empty: not published."""
    resource: str
    """Of the device plugin with its mixed strategy."""
    media: Literal["plain", "extended", "none"] = "plain"
    """Media engines: as usual, all extensions (one instance a GPU), or no engine at all."""


@dataclass(frozen=True)
class MigVariant:
    """One GPU variant and what it can be cut into."""

    name: str
    accelerators: tuple[str, ...]
    """Rows of the accelerator table that it covers."""
    compute_slices: int
    memory_slices: int
    profiles: tuple[MigProfile, ...]
    source: Source
    note: str = ""


@cache
def load_mig() -> Mapping[str, MigVariant]:
    """The shipped variants by name. Raises ValueError if the package's own file is broken."""
    return mig_variants(files("tonnage.catalog").joinpath("data", FILE).read_text(encoding="utf-8"))


def mig_variants(text: str) -> Mapping[str, MigVariant]:
    """The variants of a file's text. Raises ValueError, with the row, if it is broken."""
    found = {}
    for name, row in json.loads(text).items():
        value, problems = read_row(MigVariant, row, name=name)
        if value is None:
            raise ValueError(f"the row {name} of {FILE} is broken: {problems}")
        found[name] = value
    return MappingProxyType(found)


def mig_of(accelerator: str) -> MigVariant | None:
    """What an accelerator can be cut into; None: it cannot, or nothing is known of it."""
    return next((v for v in load_mig().values() if accelerator in v.accelerators), None)


def mig_doubts(variant: MigVariant) -> Iterator[tuple[Path, str]]:
    """What cannot be true of a variant: slices, counts and placements that contradict each other."""
    names = [p.name for p in variant.profiles]
    yield from (
        (("profiles",), f"{name} stands there twice") for name in sorted({n for n in names if names.count(n) > 1})
    )
    for index, p in enumerate(variant.profiles):
        yield from ((("profiles", index), f"{p.name}: {what}") for what in _doubts(p, variant))


def _doubts(p: MigProfile, variant: MigVariant) -> Iterator[str]:
    if not p.resource.startswith(_NVIDIA):
        yield f"{p.resource!r} is no resource of a MIG device"
    if p.max_instances < 1 or p.compute_slices < 1:
        yield "less than one instance or slice"
    if p.max_instances * p.compute_slices > variant.compute_slices:
        yield f"{p.max_instances} instances take more than {variant.compute_slices} compute slices"
    if p.memory_slices is not None and p.max_instances * p.memory_slices > variant.memory_slices:
        yield f"{p.max_instances} instances take more than {variant.memory_slices} memory slices"
    if p.placements:
        if any(at.size != p.memory_slices or at.start + at.size > variant.memory_slices for at in p.placements):
            yield f"a placement is not {p.memory_slices} of {variant.memory_slices} memory slices"
        elif p.media == "plain" and _most(p.placements) != p.max_instances:
            yield f"its placements hold {_most(p.placements)} instances, not {p.max_instances}"


def _most(placements: tuple[Placement, ...]) -> int:
    """Most placements that do not overlap: earliest end first is best on a line."""
    count, free = 0, 0
    for at in sorted(placements, key=lambda a: (a.start + a.size, a.start)):
        if at.start >= free:
            count, free = count + 1, at.start + at.size
    return count


def layouts(variant: MigVariant) -> tuple[tuple[str, ...], ...] | None:
    """Every full cut into plain profiles: sorted profile names to which no instance can be added.

    From placements and slice limits alone, not a vendor's list. None where placements are not published.
    """
    plain = [p for p in variant.profiles if p.media == "plain"]
    if not plain or not all(p.placements for p in plain):
        return None
    spots = [_Spot(p.name, p.compute_slices, at.slices) for p in plain for at in p.placements]
    return tuple(
        sorted({_names(cut) for cut in _cuts(spots, (), variant.compute_slices) if _full(cut, spots, variant)})
    )


@dataclass(frozen=True)
class _Spot:
    """A profile at one of its placements."""

    name: str
    compute: int
    slices: frozenset[int]


def _cuts(spots: list[_Spot], cut: tuple[_Spot, ...], compute: int) -> Iterator[tuple[_Spot, ...]]:
    """Every set of spots that do not overlap, `cut` and none before `spots` among them."""
    yield cut
    for index, spot in enumerate(spots):
        if spot.compute <= compute and not any(spot.slices & other.slices for other in cut):
            yield from _cuts(spots[index + 1 :], (*cut, spot), compute - spot.compute)


def _full(cut: tuple[_Spot, ...], spots: list[_Spot], variant: MigVariant) -> bool:
    left = variant.compute_slices - sum(s.compute for s in cut)
    return not any(s.compute <= left and not any(s.slices & other.slices for other in cut) for s in spots)


def _names(cut: tuple[_Spot, ...]) -> tuple[str, ...]:
    return tuple(sorted(s.name for s in cut))
