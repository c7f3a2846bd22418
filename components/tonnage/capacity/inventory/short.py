"""What found no place on an inventory: how much, which dimension is in the way where, what would have to go."""

from collections.abc import Iterator, Sequence

from tonnage.capacity.inventory.drops import Drops, drops
from tonnage.capacity.inventory.losses import Verdict
from tonnage.capacity.inventory.stock import Stock
from tonnage.capacity.inventory.wanted import Placement, Wanted
from tonnage.capacity.ledger import Entry
from tonnage.capacity.packing.firstfit import Stack
from tonnage.capacity.packing.groups import TIERS, Group
from tonnage.capacity.packing.shortfall import no_room
from tonnage.capacity.packing.vectors import CPU, GPU, NAMES, amount, times
from tonnage.findings import Finding, Severity


def short_of(placement: Placement, wanted: Sequence[Wanted]) -> tuple[int, ...]:
    """Workloads with pods that have no place."""
    groups = placement.groups(wanted)
    return tuple(w for w, (g, n) in enumerate(zip(groups, placement.placed, strict=True)) if n < g.count)


def all_drops(placement: Placement, wanted: Sequence[Wanted], stock: Stock) -> tuple[Drops, ...]:
    """For each workload that is short what would have to go, then for all of them together."""
    short = short_of(placement, wanted)
    able = [w for w in short if any(any(g.per_node) for g in wanted[w].options)]
    questions = [(w,) for w in able] + ([tuple(able)] if len(able) > 1 else [])
    return tuple(drops(q, placement, wanted, stock) for q in questions)


def shortfalls(
    placement: Placement, wanted: Sequence[Wanted], stock: Stock, found: Sequence[Drops]
) -> Iterator[Finding]:
    """One error for each workload that is short, and one hint where several can only come together."""
    groups = placement.groups(wanted)
    by_workload = {d.short[0]: d for d in found if len(d.short) == 1}
    for w in short_of(placement, wanted):
        group = groups[w]
        missing = group.count - placement.placed[w]
        verb = "has" if missing == 1 else "have"
        head = f"{missing} of {_pods(group.count)} {verb} no place ({_size(group, missing)} short)"
        if w in by_workload:
            fix = _fix(by_workload[w], placement.placed[w] - group.surge, group, wanted)
            yield Finding(group.workload, f"{head}: {in_the_way(group, placement, stock)}", fix, code="TN352")
        else:
            fix = "allow other accelerators, or ask for smaller pods"
            yield Finding(group.workload, f"{head}: {no_room(group, stock.supply)}", fix, code="TN352")
    for d in found:
        if len(d.short) > 1 and d.sets and any(d.sets != by_workload[w].sets for w in d.short):
            names = " and ".join(wanted[w].name for w in d.short)
            what = f"{names} fit together only if more goes than for one of them"
            yield Finding(wanted[d.short[0]].name, what, f"to fit all: {_sets(d, wanted)}", Severity.INFO, code="TN353")


def _pods(count: int) -> str:
    return f"{count} pod{'' if count == 1 else 's'}"


def _size(group: Group, pods: int) -> str:
    if not group.need[GPU]:
        return f"{group.need[CPU] * pods / 1000:g} CPU"
    gpus = group.need[GPU] * pods
    return f"{gpus} {group.accelerator} GPU{'' if gpus == 1 else 's'}"


def _fix(d: Drops, placed: int, group: Group, wanted: Sequence[Wanted]) -> str:
    less = f"lower its demand to {_pods(placed)}" if placed > 0 else "leave it out"
    if d.sets:
        return f"{_sets(d, wanted)}, or {less}, or add nodes"
    if not d.known:
        return f"{less}, or add nodes"
    return f"{less}, or add nodes: nothing of tier {TIERS[group.tier]} or below makes room by going"


def _sets(d: Drops, wanted: Sequence[Wanted]) -> str:
    return "drop " + ", or ".join(" and ".join(wanted[w].name for w in out) for out in d.sets if out)


def in_the_way(group: Group, placement: Placement, stock: Stock) -> str:
    """On which blocks which dimension has no room for one more pod: dgx: GPUs on 6 nodes (at most 3 free, needs 8)."""
    parts = []
    for i, offer in enumerate(stock.supply.offers):
        if group.per_node[i]:
            parts.append(f"{offer.name} ({_blocking(group, [s for s in placement.stacks if s.offer == i])})")
    return "no room on " + ", ".join(parts)


def _blocking(group: Group, stacks: Sequence[Stack]) -> str:
    said = []
    for d, name in enumerate(NAMES):
        short = [s for s in stacks if s.free[d] < group.need[d]]
        if short:
            nodes = sum(s.nodes for s in short)
            most, free = max(s.free[d] for s in short), sum(s.free[d] * s.nodes for s in short)
            left = f"at most {amount(d, most)} free on one, {amount(d, free)} in all" if free else "none free"
            said.append(f"{name} on {_nodes(nodes)}: a pod needs {amount(d, group.need[d])}, {left}")
    roomy = sum(s.nodes for s in stacks if times(group.need, s.free))
    return "; ".join([*said, *([f"room on {_nodes(roomy)} is kept for losses"] if roomy else [])])


def _nodes(count: int) -> str:
    return f"{count} node{'' if count == 1 else 's'}"


def loss_findings(
    verdict: Verdict, placement: Placement, wanted: Sequence[Wanted], survive: Sequence[str], stock: Stock
) -> Iterator[Finding]:
    """Errors for what must survive a loss and does not, with the figures."""
    groups = placement.groups(wanted)
    for loss in verdict.losses:
        group = groups[loss.workload]
        what = (
            f"does not survive the loss of {loss.what}: {loss.pods} of"
            f" {group.count - group.surge} replicas find no place again ({_size(group, loss.pods)} short)"
        )
        fix = "add nodes, lower the load of its tier, or set survive to nothing"
        yield Finding(f"{group.workload} survive", what, fix, code="TN322")
    if verdict.cut:
        for w, kind in enumerate(survive):
            if kind == "rack":
                what = "a rack can take nodes in more ways than are tried: its loss is judged by the first ones"
                yield Finding(
                    f"{wanted[w].name} survive",
                    what,
                    "fewer kinds of pods make it sure",
                    Severity.WARNING,
                    code="TN354",
                )
    for w, kind in enumerate(survive):
        homes = {s.offer for s in placement.stacks if dict(s.pods).get(w)}
        bare = sorted(stock.supply.offers[i].name for i in homes if not stock.racks[i])
        if kind == "rack" and bare:
            what = f"the racks of {', '.join(bare)} are not stated, so the loss of one cannot be judged"
            yield Finding(
                f"{wanted[w].name} survive", what, "add racks to the nodes, or set survive to node", code="TN313"
            )


def short_entries(
    placement: Placement, wanted: Sequence[Wanted], found: Sequence[Drops], verdict: Verdict
) -> Iterator[Entry]:
    """The ledger's part: what is placed, what is short, what would have to go, what does not survive."""
    groups = placement.groups(wanted)
    for w, group in enumerate(groups):
        value = f"{placement.placed[w]} of {_pods(group.count)}"
        weight = f"weighs {wanted[w].weight / 1000:g} GPUs in tier {TIERS[group.tier]}"
        yield Entry(f"placed of {group.workload}", value, weight, _SOURCE)
    for d in found:
        names = " and ".join(wanted[w].name for w in d.short)
        value = _sets(d, wanted) if d.sets else "no set is enough" if d.known else "not searched: too many patterns"
        how = "smallest sets; all else keeps its pods; losses are not judged here"
        yield Entry(f"what would have to go so that {names} fits", value, how, _SOURCE)
    for loss in verdict.losses:
        yield Entry(
            f"lost with {loss.what}", f"{loss.pods} x {groups[loss.workload].workload}", "lower tiers give way", ""
        )


_SOURCE = "tonnage inventory: patterns of whole nodes, solved by HiGHS, tier after tier"
