"""A proof from below: no plan of the same options can cost less.

The relaxation keeps every limit, whole nodes, whole choices of options, and the loss of a node. What it gives up is how
pods lie on single nodes: pods of one offer share the room of all its nodes, and no node takes more pods of a group than
an empty one holds. Source of the relaxation: packing as a cutting-stock problem, Gilmore and Gomory 1961,
doi 10.1287/opre.9.6.849.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf
from types import MappingProxyType
from typing import TypeAlias

from tonnage.capacity.packing.choice import Choice
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.model import Columns, Model, solve
from tonnage.capacity.packing.supply import Supply
from tonnage.capacity.packing.vectors import CPU, EPHEMERAL, MEMORY, NAMES, Vector

_SCALE = {CPU: 1000, MEMORY: 2**30, EPHEMERAL: 2**30}  # to cores and GiB: numbers of like size suit the solver
_SAFETY = 1e-6  # relative; more than the solver's tolerances can add to a bound
_MOST = 1e9
_LARGEST = 4000  # columns for losses of nodes; beyond, the bound leaves them out: lower, but still a bound

_Placed: TypeAlias = list[tuple[Group, int, Columns]]
"""Each option with the column that takes it and the columns of its pods by offer."""


@dataclass(frozen=True)
class Bound:
    """What the relaxation says."""

    cost: int
    """Spares included, in units of the supply; rounded up, since every plan costs a whole number of them."""
    linear: float
    """The same bound with fractions of nodes and of options, unrounded."""
    choice: Choice
    """The options that the relaxation takes."""


def lower_bound(ways: Sequence[Sequence[Group]], supply: Supply) -> Bound | None:
    """The bound over all choices of options; None where the limits do not let everything be placed."""
    model = Model()
    nodes = [
        model.column(offer.cost, _MOST if offer.limit is None else offer.limit, whole=True) for offer in supply.offers
    ]
    picks = [[model.column(0, 1, whole=True) for _ in options] for options in ways]
    placed: _Placed = []
    for options, of_workload in zip(ways, picks, strict=True):
        model.row(1, 1, dict.fromkeys(of_workload, 1.0))
        placed += [(g, pick, _pods(model, g, pick, g.count)) for g, pick in zip(options, of_workload, strict=True)]
    for i, offer in enumerate(supply.offers):
        _room(model, placed, (offer.room, i), {nodes[i]: 1.0})
    _losses(model, placed, supply, nodes)
    for limit in supply.limits:
        model.row(-inf, limit.cap, {n: float(w) for n, w in zip(nodes, limit.weights, strict=True) if w})
    answer = solve(model)
    if answer is None:
        return None
    choice = tuple(max(range(len(p)), key=lambda i: (round(answer.values[p[i]]), -i)) for p in picks)
    return Bound(ceil(answer.bound - abs(answer.bound) * _SAFETY), answer.linear, choice)


def _pods(model: Model, group: Group, pick: int, pods: int) -> Columns:
    """Pods of an option by offer: all of them where the option is taken, none where not."""
    columns = {i: model.column(0, pods, whole=False) for i, fits in enumerate(group.per_node) if fits}
    model.row(0, 0, {**dict.fromkeys(columns.values(), 1.0), pick: -float(pods)})
    return columns


def _room(
    model: Model,
    placed: _Placed,
    room: tuple[Vector, int],
    nodes: Mapping[int, float],
    left: Mapping[int, int] = MappingProxyType({}),
) -> None:
    """Pods on one offer have room on its nodes together, and one node takes no more of a group than an empty one.

    `room`: of one node, and the place of its offer. `nodes`: columns that add up to the number of nodes. `left`: for
    a column of pods, the column of those among them that no longer need the room.
    """
    each, i = room
    here = [(group, columns[i]) for group, _, columns in placed if i in columns]
    for group, pods in here:
        most = min(group.per_node[i], group.count)
        stay = {pods: 1.0, left[pods]: -1.0} if pods in left else {pods: 1.0}
        model.row(-inf, 0, {**stay, **{n: -sign * most for n, sign in nodes.items()}})
    for d in range(len(NAMES)):
        scale = _SCALE.get(d, 1)
        asked = {pods: group.need[d] / scale for group, pods in here if group.need[d]}
        freed = {left[pods]: -ask for pods, ask in asked.items() if pods in left}
        if asked:
            model.row(-inf, 0, {**asked, **freed, **{n: -sign * each[d] / scale for n, sign in nodes.items()}})


def _losses(model: Model, placed: _Placed, supply: Supply, nodes: Sequence[int]) -> None:
    """For each offer: one of its nodes lost, if it holds pods that must survive, all of them fit on the other nodes.

    Pods that need not survive stay where they are; those on the lost node are gone.
    """
    survivors = [entry for entry in placed if entry[0].survive]
    others = [entry for entry in placed if not entry[0].survive]
    lost_offers = sorted({i for _, _, columns in survivors for i in columns})
    if len(lost_offers) * sum(len(columns) for _, _, columns in survivors) > _LARGEST:
        return
    for lost in lost_offers:
        gone = model.column(0, 1, whole=True)
        again: _Placed = []
        for group, pick, columns in survivors:
            if lost in columns:
                model.row(-inf, 0, {columns[lost]: 1.0, gone: -float(group.count)})
            again.append((group, pick, _pods(model, group, pick, group.count - group.surge)))
        for i, offer in enumerate(supply.offers):
            if i == lost:
                left = _lost_node(model, placed, (offer.room, i), gone)
                _room(model, [*again, *others], (offer.room, i), {nodes[i]: 1.0, gone: -1.0}, left)
            else:
                _room(model, [*again, *others], (offer.room, i), {nodes[i]: 1.0})


def _lost_node(model: Model, placed: _Placed, room: tuple[Vector, int], gone: int) -> dict[int, int]:
    """What sits on the lost node: at least one pod that must survive.

    For each column of other pods on the offer, the column of those that are gone with the node.
    """
    lost = room[1]
    on_it: _Placed = []
    for group, pick, columns in placed:
        if lost in columns:
            pods = model.column(0, group.per_node[lost], whole=True)
            model.row(-inf, 0, {pods: 1.0, columns[lost]: -1.0})
            on_it.append((group, pick, {lost: pods}))
    model.row(0, inf, {**{c[lost]: 1.0 for group, _, c in on_it if group.survive}, gone: -1.0})
    _room(model, on_it, room, {gone: 1.0})
    before = [(group, columns[lost]) for group, _, columns in placed if lost in columns]
    return {pods: c[lost] for (group, pods), (_, _, c) in zip(before, on_it, strict=True) if not group.survive}
