"""Every way to fill one node of a block as far as it goes, over classes of pods that packing cannot tell apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.supply import Supply
from tonnage.capacity.packing.vectors import Vector, plus, times

Key: TypeAlias = tuple[Vector, tuple[int, ...], int, int]
"""Need, pods on an empty node of each block, tier and workload where these matter, -1 where not."""

_MOST = 3000  # patterns of all blocks; beyond, first fit decides
_STEPS = 200_000  # of the enumeration


@dataclass(frozen=True)
class PodClass:
    """Pods of one need and one set of blocks, of whatever workloads."""

    key: Key
    members: tuple[tuple[int, int], ...]
    """Workload and option."""
    most: int
    """Pods that could ever be asked for."""

    def fits(self, block: int) -> int:
        """Pods on an empty node of the block."""
        return self.key[1][block]

    @property
    def need(self) -> Vector:
        """Of one pod."""
        return self.key[0]


@dataclass(frozen=True)
class Pattern:
    """What one node of a block holds: pods by class."""

    block: int
    pods: tuple[int, ...]


def classes_of(ways: Sequence[Sequence[Group]], *, apart: bool) -> tuple[PodClass, ...]:
    """Classes in a fixed order. `apart`: tiers, and workloads with a limit on a node, are not thrown together."""
    members: dict[Key, list[tuple[int, int]]] = {}
    for w, options in enumerate(ways):
        for i, g in enumerate(options):
            alone = w if g.most is not None else -1
            key = (g.need, g.per_node, g.tier if apart else -1, alone)
            if any(g.per_node):
                members.setdefault(key, []).append((w, i))
    return tuple(
        PodClass(key, tuple(found), _asked(found, ways))
        for key, found in sorted(members.items(), key=lambda e: (tuple(-n for n in e[0][0]), e[0]))
    )


def _asked(members: Sequence[tuple[int, int]], ways: Sequence[Sequence[Group]]) -> int:
    """Each workload runs in one option only."""
    most: dict[int, int] = {}
    for w, i in members:
        most[w] = max(most.get(w, 0), ways[w][i].count)
    return sum(most.values())


def patterns_of(classes: Sequence[PodClass], supply: Supply) -> tuple[Pattern, ...] | None:
    """All patterns that no further pod fits into; None where there are too many of them."""
    found: list[Pattern] = []
    steps = 0
    for block, offer in enumerate(supply.offers):
        caps = [min(c.fits(block), c.most) for c in classes]
        for step in _filled(classes, caps, offer.room, (), 0):
            steps += 1
            if step is not None:
                found.append(Pattern(block, step))
            if steps > _STEPS or len(found) > _MOST:
                return None
    return tuple(found)


def _filled(
    classes: Sequence[PodClass], caps: Sequence[int], free: Vector, pods: tuple[int, ...], place: int
) -> Iterator[tuple[int, ...] | None]:
    """Complete patterns; None for a step without one, so that the caller can count them."""
    if place == len(classes):
        full = all(n == cap or not times(c.need, free) for c, n, cap in zip(classes, pods, caps, strict=True))
        yield pods if full and any(pods) else None
        return
    most = min(caps[place], times(classes[place].need, free)) if caps[place] else 0
    for n in range(most, -1, -1):
        yield from _filled(classes, caps, plus(free, classes[place].need, -n), (*pods, n), place + 1)
