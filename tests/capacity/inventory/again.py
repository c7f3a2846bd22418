"""Inventory mode once more, by trying everything: shares no code with the planner, and is as slow as it looks."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations, product
from typing import TypeAlias

from tonnage.capacity.inventory.stock import Stock
from tonnage.capacity.inventory.wanted import Wanted
from tonnage.capacity.packing.vectors import Vector

Kept: TypeAlias = Mapping[int, tuple[int, int] | None]
"""Option and pods of a workload that is placed in part; None: it is whole, in any option."""
Run: TypeAlias = tuple[tuple[int, int], ...]
"""Option and pods of each workload."""


Worth: TypeAlias = tuple[tuple[float, ...], tuple[int, ...], int]
"""Demand missing by tier, workloads not whole by tier, GPUs held."""


def best_worth(wants: Sequence[Wanted], stock: Stock) -> Worth:
    """The smallest of everything possible."""
    return min(_worth(run, wants) for run in _runs(wants) if possible(run, wants, stock))


def _worth(run: Run, wants: Sequence[Wanted]) -> Worth:
    missing, partial = [0.0, 0.0, 0.0], [0, 0, 0]
    gpus = 0
    for (i, pods), w in zip(run, wants, strict=True):
        g = w.options[i]
        missing[g.tier] += _weight(w) * (1 - pods / g.count)
        partial[g.tier] += int(pods != g.count)
        gpus += pods * g.need[0]
    return tuple(round(m, 6) for m in missing), tuple(partial), gpus


def _weight(w: Wanted) -> int:
    """A thousand for each GPU of the smallest layout that fits a node, cores for the rest, and one for each pod."""
    able = [g for g in w.options if max(g.per_node)] or list(w.options)
    return min(g.count * (1000 * g.need[0] + (g.need[1] + 999) // 1000 + 1) for g in able)


def _runs(wants: Sequence[Wanted]) -> Iterator[Run]:
    each = [[(i, n) for i, g in enumerate(w.options) for n in range(g.count + 1)] for w in wants]
    yield from product(*each)


def possible(run: Run, wants: Sequence[Wanted], stock: Stock) -> bool:
    """Whether all these pods fit on the nodes."""
    nodes = [
        (i, o.room) for i, (o, n) in enumerate(zip(stock.supply.offers, stock.counts, strict=True)) for _ in range(n)
    ]
    pods = [(g.need, g.per_node) for (i, n), w in zip(run, wants, strict=True) for g in [w.options[i]] * n]
    pods.sort(key=lambda p: tuple(-x for x in p[0]))
    fits = cache(_fits)
    return fits(tuple(pods), tuple(sorted(nodes)))


def _fits(pods: tuple[tuple[Vector, tuple[int, ...]], ...], nodes: tuple[tuple[int, Vector], ...]) -> bool:
    if not pods:
        return True
    need, may = pods[0]
    for k, (block, free) in enumerate(nodes):
        if (block, free) in nodes[:k] or not may[block]:
            continue
        left = tuple(have - ask for have, ask in zip(free, need, strict=True))
        if min(left) >= 0 and _fits(pods[1:], tuple(sorted((*nodes[:k], (block, left), *nodes[k + 1 :])))):  # type: ignore[arg-type]  # a vector stays one
            return True
    return False


def smallest_drops(
    short: Sequence[int],
    kept: Mapping[int, tuple[int, int] | None],
    may: Sequence[int],
    wants: Sequence[Wanted],
    stock: Stock,
) -> set[frozenset[int]]:
    """All smallest sets without which those that are short fit whole, and all others keep what they have."""
    for size in range(len(may) + 1):
        found = {
            frozenset(out) for out in combinations(may, size) if _fits_without(set(out), short, kept, wants, stock)
        }
        if found:
            return found
    return set()


def _fits_without(
    out: set[int],
    short: Sequence[int],
    kept: Mapping[int, tuple[int, int] | None],
    wants: Sequence[Wanted],
    stock: Stock,
) -> bool:
    each: list[list[tuple[int, int]]] = []
    for i, w in enumerate(wants):
        whole = [(o, g.count) for o, g in enumerate(w.options)]
        stays = kept.get(i)
        if i in out:
            each.append([(0, 0)])
        elif i in short or stays is None:
            each.append(whole)
        else:
            each.append([stays])
    return any(possible(run, wants, stock) for run in product(*each))
