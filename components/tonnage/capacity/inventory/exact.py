"""The best placement on an inventory, proven: which pattern lies on how many nodes, solved in whole numbers.

Tier after tier the most demand is placed, and held fast for the next; then most workloads whole, then fewest GPUs and
nodes. Source of the formulation: cutting stock by patterns, Gilmore and Gomory 1961, doi 10.1287/opre.9.6.849, with all
patterns listed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from tonnage.capacity.inventory.greedy import Care
from tonnage.capacity.inventory.patterns import Pattern, PodClass, classes_of, patterns_of
from tonnage.capacity.inventory.stock import Stock
from tonnage.capacity.inventory.wanted import Placement, Wanted
from tonnage.capacity.packing.firstfit import Stack
from tonnage.capacity.packing.groups import TIERS, Group
from tonnage.capacity.packing.improve import merged
from tonnage.capacity.packing.model import Answer, Model, solve
from tonnage.capacity.packing.vectors import GPU, plus

_BRANCHES = 2000
_SLACK = 1e-3  # thousandths of a GPU: by which a tier may seem worse, since the solver's tolerances add up
_FINE = 1e-5


@dataclass(frozen=True)
class Layer:
    """A model of all placements: its columns, so that questions can be put to it."""

    model: Model
    picks: tuple[tuple[int, ...], ...]
    """By workload and option: 1 where the option is taken."""
    pods: tuple[tuple[int, ...], ...]
    """By workload and option: pods placed."""
    nodes: tuple[int, ...]
    """By pattern."""
    classes: tuple[PodClass, ...]
    patterns: tuple[Pattern, ...]


def layer_of(ways: Sequence[Sequence[Group]], stock: Stock, care: Care) -> Layer | None:
    """The model of all placements of one option of each workload; None where it would be too large."""
    apart = bool(care.held)
    classes = classes_of(ways, apart=apart)
    patterns = patterns_of(classes, stock.supply)
    if patterns is None:
        return None
    model = Model()
    picks = tuple(tuple(model.column(0, 1, whole=True) for _ in options) for options in ways)
    pods = tuple(tuple(model.column(0, g.count, whole=True) for g in options) for options in ways)
    nodes = tuple(model.column(0, stock.counts[p.block], whole=True) for p in patterns)
    for options, taken, placed in zip(ways, picks, pods, strict=True):
        model.row(0, 1, dict.fromkeys(taken, 1.0))
        for g, pick, z in zip(options, taken, placed, strict=True):
            model.row(-inf, 0, {z: 1.0, pick: -float(g.count if any(g.per_node) else 0)})
    for k, c in enumerate(classes):
        room = {n: -float(p.pods[k]) for n, p in zip(nodes, patterns, strict=True) if p.pods[k]}
        model.row(-inf, 0, {**{pods[w][i]: 1.0 for w, i in c.members}, **room})
    for block, count in enumerate(stock.counts):
        model.row(-inf, count, {n: 1.0 for n, p in zip(nodes, patterns, strict=True) if p.block == block})
        if apart:
            first = [any(n and c.key[2] <= care.tier for n, c in zip(p.pods, classes, strict=True)) for p in patterns]
            busy = [n for n, p, early in zip(nodes, patterns, first, strict=True) if p.block == block and early]
            model.row(-inf, count - care.held[block], dict.fromkeys(busy, 1.0))
    return Layer(model, picks, pods, nodes, classes, patterns)


def best_placement(wanted: Sequence[Wanted], stock: Stock, care: Care) -> Placement | None:
    """The placement of most worth; `proven` says whether the search came to its end. None where it is too large."""
    ways = [[care.spread(g) for g in w.options] for w in wanted]
    layer = layer_of(ways, stock, care)
    if layer is None:
        return None
    proven = True
    answer: Answer | None = None
    for costs, slack in _questions(wanted, ways, layer):
        answer = solve(asking(layer.model, costs), _BRANCHES)
        if answer is None or not whole(answer.values):
            return None
        reached = sum(cost * round(answer.values[column]) for column, cost in costs.items())
        proven = proven and reached <= answer.bound + 10 * slack
        layer.model.row(-inf, reached + slack, costs)
    return None if answer is None else read_placement(wanted, stock, layer, answer, proven=proven)


def _questions(
    wanted: Sequence[Wanted], ways: Sequence[Sequence[Group]], layer: Layer
) -> Iterator[tuple[dict[int, float], float]]:
    """What is minimised, one after the other, and by how much the solver's tolerances may blur it."""
    for tier in range(len(TIERS)):
        if costs := _demand(wanted, layer, tier):
            yield costs, _SLACK
    yield _whole(wanted, ways, layer), _FINE
    yield _size(ways, layer), _FINE


def _whole(wanted: Sequence[Wanted], ways: Sequence[Sequence[Group]], layer: Layer) -> dict[int, float]:
    """A column for each workload that is 1 only if all of it is placed; one of a higher tier outweighs all below."""
    costs: dict[int, float] = {}
    for w, options, placed in zip(wanted, ways, layer.pods, strict=True):
        column = layer.model.column(0, 1, whole=True)
        layer.model.row(-inf, 0, {column: 1.0, **{z: -1 / g.count for g, z in zip(options, placed, strict=True)}})
        costs[column] = -float((len(wanted) + 1) ** (len(TIERS) - 1 - w.tier))
    return costs


def asking(model: Model, costs: Mapping[int, float]) -> Model:
    """The same model with other costs."""
    return Model([costs.get(c, 0.0) for c in range(len(model.costs))], model.upper, model.whole, model.rows)


def _demand(wanted: Sequence[Wanted], layer: Layer, tier: int) -> dict[int, float]:
    """What each pod of a tier takes off what is missing."""
    return {
        z: -w.weight / g.count
        for w, placed in zip(wanted, layer.pods, strict=True)
        for g, z in zip(w.options, placed, strict=True)
        if w.tier == tier and any(g.per_node)
    }


def _size(ways: Sequence[Sequence[Group]], layer: Layer) -> dict[int, float]:
    """GPUs of all pods; far below them, nodes."""
    held = {
        z: float(g.need[GPU])
        for options, placed in zip(ways, layer.pods, strict=True)
        for g, z in zip(options, placed, strict=True)
        if g.need[GPU]
    }
    return {**held, **dict.fromkeys(layer.nodes, 1 / (1 + sum(layer.model.upper[n] for n in layer.nodes)))}


def whole(values: Sequence[float]) -> bool:
    """Whether the solver found whole numbers."""
    return all(abs(v - round(v)) < 1e-5 for v in values)


def read_placement(wanted: Sequence[Wanted], stock: Stock, layer: Layer, answer: Answer, *, proven: bool) -> Placement:
    """The placement that the solver means."""
    counts = [[round(answer.values[z]) for z in placed] for placed in layer.pods]
    choice = tuple(
        max(range(len(n)), key=lambda i: (n[i], -i)) if any(n) else w.smallest
        for n, w in zip(counts, wanted, strict=True)
    )
    nodes = [_Node(p, {}) for p, n in zip(layer.patterns, layer.nodes, strict=True) for _ in range(_n(answer, n))]
    for k, c in enumerate(layer.classes):
        _share_out(nodes, k, {w: counts[w][i] for w, i in c.members if counts[w][i]})
    stacks = []
    for node in nodes:
        free = stock.supply.offers[node.pattern.block].room
        for w, pods in node.held.items():
            free = plus(free, wanted[w].options[choice[w]].need, -pods)
        stacks.append(Stack(node.pattern.block, 1, tuple(sorted(node.held.items())), free))
    used = merged([s for s in stacks if s.pods])
    return Placement(choice, used, tuple(sum(n) for n in counts), proven)


@dataclass(frozen=True)
class _Node:
    pattern: Pattern
    held: dict[int, int]
    """Pods by workload."""


def _n(answer: Answer, column: int) -> int:
    return round(answer.values[column])


def _share_out(nodes: Sequence[_Node], k: int, left: dict[int, int]) -> None:
    """Give the places of one class to its workloads, node after node."""
    for node in nodes:
        places = node.pattern.pods[k]
        for w in sorted(left):
            pods = min(left[w], places)
            if pods:
                node.held[w] = node.held.get(w, 0) + pods
                places -= pods
                left[w] -= pods
