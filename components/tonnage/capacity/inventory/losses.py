"""The loss of a node or of a rack: does everything that must survive it find a place again?

Pods are pinned to the blocks that they were planned on, and nobody moves pods that run. Pods of lower tiers give way,
as their PriorityClass says; pods of the same and of higher tiers stay. Which rack holds which pods is the scheduler's
choice, so every way in which a rack can take nodes of a block is tried.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from tonnage.capacity.inventory.stock import Stock
from tonnage.capacity.inventory.wanted import Placement, Wanted
from tonnage.capacity.packing.firstfit import Stack, fill
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.improve import merged
from tonnage.capacity.packing.spares import pinned
from tonnage.capacity.packing.vectors import CPU, GPU, MEMORY, plus

_WAYS = 400  # in which one rack can take nodes; of more, only the first ones are tried


@dataclass(frozen=True)
class Loss:
    """What finds no place after a loss. The worst of all losses of its kind for one workload."""

    workload: int
    what: str
    """one node of dgx; rack r1 (3 nodes of dgx)."""
    pods: int
    """Of those that must be there."""


@dataclass(frozen=True)
class Verdict:
    """All losses that are not survived."""

    losses: tuple[Loss, ...] = ()
    """By workload, the worst of each."""
    cut: bool = False
    """Whether a rack can take nodes in more ways than were tried."""


@dataclass(frozen=True)
class _Event:
    """One loss, in one way in which it may take nodes."""

    kinds: tuple[str, ...]
    """What a workload says that must survive it."""
    what: str
    lost: Sequence[Stack]
    rest: Sequence[Stack]


def losses(placement: Placement, wanted: Sequence[Wanted], survive: Sequence[str], stock: Stock) -> Verdict:
    """For each workload the worst loss that it does not survive. `survive`: nothing, node or rack, by workload."""
    groups = placement.groups(wanted)
    worst: dict[int, Loss] = {}
    cut = False
    for tier in sorted({g.tier for g, s in zip(groups, survive, strict=True) if s != "nothing"}):
        ground = _ground(placement, groups, tier, stock)
        events = list(_nodes(ground, stock))
        if any(s == "rack" and g.tier <= tier for g, s in zip(groups, survive, strict=True)):
            racks, more = _racks(ground, stock)
            events, cut = [*events, *racks], cut or more
        may = pinned(placement.stacks, groups, len(stock.supply.offers))
        for event in events:
            must = [w for w, g in enumerate(groups) if survive[w] in event.kinds and g.tier <= tier]
            for w, pods in _homeless(must, event, placement, groups, may).items():
                if pods > (worst[w].pods if w in worst else 0):
                    worst[w] = Loss(w, event.what, pods)
    return Verdict(tuple(worst[w] for w in sorted(worst)), cut)


def _ground(placement: Placement, groups: Sequence[Group], tier: int, stock: Stock) -> list[Stack]:
    """All nodes with the pods that stay, those without any included."""
    kept = []
    for s in placement.stacks:
        free = s.free
        for g, pods in s.pods:
            if groups[g].tier > tier:
                free = plus(free, groups[g].need, pods)
        kept.append(replace(s, pods=tuple(p for p in s.pods if groups[p[0]].tier <= tier), free=free))
    for i, count in enumerate(stock.counts):
        idle = count - sum(s.nodes for s in placement.stacks if s.offer == i)
        if idle:
            kept.append(Stack(i, idle, (), stock.supply.offers[i].room))
    return sorted(merged(kept), key=lambda s: (-_held(s, groups, GPU), -_held(s, groups, CPU)))


def _held(stack: Stack, groups: Sequence[Group], dimension: int) -> int:
    """What the pods of one node take; the fullest nodes are lost first."""
    return sum(groups[g].need[dimension] * pods for g, pods in stack.pods)


def _nodes(ground: Sequence[Stack], stock: Stock) -> Iterator[_Event]:
    for place, s in enumerate(ground):
        if s.pods:
            taken = tuple(int(k == place) for k in range(len(ground)))
            yield _event(("node", "rack"), f"one node of {stock.supply.offers[s.offer].name}", ground, taken)


def _racks(ground: Sequence[Stack], stock: Stock) -> tuple[list[_Event], bool]:
    """Every rack, in every way; and whether there were more ways than are tried."""
    events: list[_Event] = []
    cut = False
    tried: set[tuple[int, ...]] = set()
    for rack in sorted({r for racks in stock.racks for r in racks}):
        takes = tuple(racks.get(rack, 0) for racks in stock.racks)
        if takes in tried:
            continue
        tried.add(takes)
        names = [o.name for o in stock.supply.offers]
        held = ", ".join(f"{n} node{'' if n == 1 else 's'} of {x}" for n, x in zip(takes, names, strict=True) if n)
        ways = list(islice(_ways(ground, takes), _WAYS + 1))
        cut = cut or len(ways) > _WAYS
        events += [_event(("rack",), f"rack {rack} ({held})", ground, taken) for taken in ways[:_WAYS]]
    return events, cut


def _event(kinds: tuple[str, ...], what: str, ground: Sequence[Stack], taken: Sequence[int]) -> _Event:
    lost = [replace(s, nodes=n) for s, n in zip(ground, taken, strict=True) if n]
    rest = [replace(s, nodes=s.nodes - n) for s, n in zip(ground, taken, strict=True) if s.nodes > n]
    return _Event(kinds, what, lost, rest)


def _ways(ground: Sequence[Stack], takes: tuple[int, ...], place: int = 0) -> Iterator[tuple[int, ...]]:
    """Nodes taken of each stack, so that each block loses as many as the rack holds of it."""
    if place == len(ground):
        if not any(takes):
            yield ()
        return
    s = ground[place]
    later = sum(t.nodes for t in ground[place + 1 :] if t.offer == s.offer)
    for n in range(min(s.nodes, takes[s.offer]), max(0, takes[s.offer] - later) - 1, -1):
        left = tuple(t - n if i == s.offer else t for i, t in enumerate(takes))
        for rest in _ways(ground, left, place + 1):
            yield (n, *rest)


def _homeless(
    must: Sequence[int],
    event: _Event,
    placement: Placement,
    groups: Sequence[Group],
    may: Sequence[Sequence[int]],
) -> dict[int, int]:
    """By workload the pods that find no place, tried in two orders; the better one counts."""
    gone: dict[int, int] = {}
    for s in event.lost:
        for w, pods in s.pods:
            gone[w] = gone.get(w, 0) + pods * s.nodes
    needed: dict[int, int] = {}
    for w in must:
        required = min(groups[w].count - groups[w].surge, placement.placed[w])
        again = required - (placement.placed[w] - gone.get(w, 0))
        if again > 0:
            needed[w] = again
    if not needed:
        return needed
    tried = [_again(order, needed, event.rest, groups, may) for order in _orders(list(needed), groups)]
    return min(tried, key=lambda left: sum(left.values()))


def _orders(must: Sequence[int], groups: Sequence[Group]) -> tuple[list[int], list[int]]:
    def by(first: int, second: int) -> list[int]:
        return sorted(must, key=lambda w: (groups[w].tier, -groups[w].need[first], -groups[w].need[second], w))

    return by(GPU, CPU), by(MEMORY, CPU)


def _again(
    order: Sequence[int],
    needed: Mapping[int, int],
    rest: Sequence[Stack],
    groups: Sequence[Group],
    may: Sequence[Sequence[int]],
) -> dict[int, int]:
    """Pods without a place, by workload; the fullest nodes are filled first."""
    stacks = sorted(rest, key=lambda s: (s.free, s.offer))
    left: dict[int, int] = {}
    for w in order:
        stacks, missing = fill(stacks, w, groups[w], needed[w], may[w])
        if missing:
            left[w] = missing
    return left
