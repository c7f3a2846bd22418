"""What would have to go so that something fits: the smallest sets of workloads, each set minimal and true.

A set is true if, without it, what is short finds a place whole while all else keeps every pod that it has: whole
workloads in any of their options, others in the option that they run in. Workloads of higher tiers never go. Lower
tiers are placed after higher ones and never stand in their way, so it is workloads of the same tier that go, or of a
lower tier where they hold what this one must leave to higher ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tonnage.capacity.inventory.exact import Layer, asking, layer_of, whole
from tonnage.capacity.inventory.greedy import Care
from tonnage.capacity.inventory.stock import Stock
from tonnage.capacity.inventory.wanted import Placement, Wanted
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.model import solve

_BRANCHES = 300
_PATTERNS = 800  # beyond, a question takes seconds
_SHOWN = 3  # sets of the same size
_NEAR = 1e-6


@dataclass(frozen=True)
class Drops:
    """Sets of workloads; without any one set, all of `short` fit whole."""

    short: tuple[int, ...]
    sets: tuple[tuple[int, ...], ...]
    """The smallest ones, those that cost least first; none: no set of their tier and below is enough."""
    known: bool = True
    """False: the search was too large, and nothing is said."""


def drops(short: Sequence[int], placement: Placement, wanted: Sequence[Wanted], stock: Stock) -> Drops:
    """The smallest sets for workloads that have no place, or not for all of their pods, together."""
    ways = _ways(short, placement, wanted)
    layer = layer_of(ways, stock, Care())
    if layer is None or len(layer.patterns) > _PATTERNS:
        return Drops(tuple(short), (), known=False)
    highest = max(wanted[w].tier for w in short)
    may = [w for w in range(len(wanted)) if w not in short and placement.placed[w] and wanted[w].tier >= highest]
    gone = _demands(layer, ways, short, may, placement)
    found: list[tuple[int, ...]] = []
    costs = _costs(gone, wanted)
    while len(found) < _SHOWN and () not in found:
        answer = solve(asking(layer.model, costs), _BRANCHES)
        if answer is None:
            break
        out = tuple(w for w in may if round(answer.values[gone[w]]))
        if answer.bound < sum(costs[gone[w]] for w in out) - _NEAR or not whole(answer.values):
            return Drops(tuple(short), tuple(found), known=bool(found))
        if found and len(out) > len(found[0]):
            break
        found.append(out)
        layer.model.row(0, len(out) - 1, {gone[w]: 1.0 for w in out})
    return Drops(tuple(short), tuple(found))


def _ways(short: Sequence[int], placement: Placement, wanted: Sequence[Wanted]) -> list[list[Group]]:
    """What must fit of each workload: all of it, or the pods that it has."""
    ways: list[list[Group]] = []
    for w, each in enumerate(wanted):
        group, pods = each.options[placement.choice[w]], placement.placed[w]
        partly = w not in short and pods < group.count
        ways.append([replace(group, count=pods)] if partly else list(each.options))
    return ways


def _demands(
    layer: Layer, ways: Sequence[Sequence[Group]], short: Sequence[int], may: Sequence[int], placement: Placement
) -> dict[int, int]:
    """Every workload is placed whole in one option, or is dropped where it may be; the columns of the latter."""
    gone: dict[int, int] = {}
    for w, options in enumerate(ways):
        if w not in short and not placement.placed[w]:
            continue
        if w in may:
            gone[w] = layer.model.column(0, 1, whole=True)
        picked = dict.fromkeys(layer.picks[w], 1.0)
        layer.model.row(1, 1, {**picked, **({gone[w]: 1.0} if w in gone else {})})
        for i, g in enumerate(options):
            layer.model.row(0, 0, {layer.pods[w][i]: 1.0, layer.picks[w][i]: -float(g.count)})
    return gone


def _costs(gone: Mapping[int, int], wanted: Sequence[Wanted]) -> dict[int, float]:
    """One for each workload that goes; what its members are worth decides only between sets of one size."""
    most = 1 + sum(w.weight for w in wanted)
    return {column: 1 + wanted[w].weight / most for w, column in gone.items()}
