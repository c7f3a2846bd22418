"""What is to be placed on an inventory, and what a placement of it is worth.

Order of worth: the demand placed of each tier, production first; then workloads that are whole, by tier; then fewest
GPUs held by pods; then fewest nodes.
A workload weighs as many GPUs as its smallest layout that fits any node takes, whatever layout is chosen, so that
nothing is gained by a wasteful one; a part of its pods counts for that part. A core counts a thousandth of a GPU: it
decides between workloads without GPUs, and never against one GPU of a pod.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from tonnage.capacity.packing.firstfit import Stack
from tonnage.capacity.packing.groups import TIERS, Group
from tonnage.capacity.packing.vectors import CPU, GPU

Worth: TypeAlias = tuple[tuple[Fraction, ...], tuple[int, ...], int, int]
"""Demand without a place by tier, workloads that are not whole by tier, GPUs held, nodes in use. Smaller is better."""


@dataclass(frozen=True)
class Wanted:
    """One workload with its options, each as a group of pods."""

    name: str
    """team/name."""
    options: tuple[Group, ...]

    @property
    def tier(self) -> int:
        """0: production."""
        return self.options[0].tier

    @property
    def weight(self) -> int:
        """Thousandths of a GPU that the whole workload weighs."""
        usable = [g for g in self.options if any(g.per_node)] or self.options
        return min(g.count * (1000 * g.need[GPU] + -(-g.need[CPU] // 1000) + 1) for g in usable)

    @property
    def smallest(self) -> int:
        """The option that holds fewest GPUs, of those whose pods fit a node; the first of equals."""
        return min(range(len(self.options)), key=lambda i: self._size(self.options[i], i))

    def _size(self, group: Group, place: int) -> tuple[bool, int, int, int]:
        return not any(group.per_node), group.count * group.need[GPU], group.count * group.need[CPU], place


@dataclass(frozen=True)
class Placement:
    """One option for each workload, and where its pods are."""

    choice: tuple[int, ...]
    stacks: tuple[Stack, ...]
    """Nodes that hold pods; a group is a workload's place among those wanted."""
    placed: tuple[int, ...]
    """Pods of each workload that have a place."""
    proven: bool
    """Whether no placement of the same options places more demand, or the same with fewer GPUs."""

    def groups(self, wanted: Sequence[Wanted]) -> tuple[Group, ...]:
        """The chosen options."""
        return tuple(w.options[i] for w, i in zip(wanted, self.choice, strict=True))


def worth(placement: Placement, wanted: Sequence[Wanted]) -> Worth:
    """How good a placement is; exact."""
    missing, partial = [Fraction(0)] * len(TIERS), [0] * len(TIERS)
    gpus = 0
    for w, group, pods in zip(wanted, placement.groups(wanted), placement.placed, strict=True):
        missing[w.tier] += w.weight * Fraction(group.count - pods, group.count)
        partial[w.tier] += pods < group.count
        gpus += pods * group.need[GPU]
    return tuple(missing), tuple(partial), gpus, sum(s.nodes for s in placement.stacks)


def unbeatable(placement: Placement, wanted: Sequence[Wanted]) -> bool:
    """Whether everything is placed, each workload in its smallest option: nothing can then be worth more."""
    least = sum(w.options[w.smallest].count * w.options[w.smallest].need[GPU] for w in wanted)
    missing, _, gpus, _ = worth(placement, wanted)
    return not any(missing) and gpus <= least
