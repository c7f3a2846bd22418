"""What a plan cannot give, each with the quantity that is missing: places for pods, spares, room under limits."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tonnage.capacity.packing.complete import Packed, complete
from tonnage.capacity.packing.firstfit import nodes_of
from tonnage.capacity.packing.groups import Group, why_not
from tonnage.capacity.packing.supply import Limit, Offer, Supply
from tonnage.capacity.packing.vectors import CPU, GPU
from tonnage.findings import Finding, Severity

_SHOWN = 4  # node types named in one finding


def shortfalls(packed: Packed, groups: Sequence[Group], supply: Supply) -> Iterator[Finding]:
    """Errors for all that found no place, and for the limits that are to blame."""
    over = list(_over(groups, supply)) if any(packed.packing.unplaced) or any(packed.missing) else []
    for limit, need in over:
        what = f"{limit.name} allows {limit.stated} {limit.unit}; the specs need {need + limit.held}"
        fix = "raise it, lower the load, or allow node types that it does not count"
        yield Finding(limit.where, what, fix, code="TN320")
    for group, pods in zip(groups, packed.packing.unplaced, strict=True):
        if pods:
            yield _homeless(group, pods, supply, [limit for limit, _ in over])
    yield from _without_spare(packed, groups, supply)


def _over(groups: Sequence[Group], supply: Supply) -> Iterator[tuple[Limit, int]]:
    """Limits that the same pods would break if nothing limited them, and what they would then use."""
    free = complete(groups, replace(supply, limits=()))
    nodes = nodes_of(free.packing.stacks, free.spares)
    for limit in supply.limits:
        need = sum(w * n for w, n in zip(limit.weights, nodes, strict=True))
        if need > limit.cap:
            yield limit, need


def _homeless(group: Group, pods: int, supply: Supply, over: Sequence[Limit]) -> Finding:
    unit = f"{group.need[GPU] * pods} GPUs" if group.need[GPU] else f"{group.need[CPU] * pods / 1000:g} CPU"
    head = f"{pods} of {group.count} pods have no place ({unit} short)"
    usable = [o for o, fits in zip(supply.offers, group.per_node, strict=True) if fits]
    if not usable:
        return Finding(
            group.workload, f"{head}: {no_room(group, supply)}", "allow a larger instance type", code="TN321"
        )
    reserved = [f"{o.reservation} has {o.limit} {o.node.name}" for o in usable if o.limit is not None]
    why = "; ".join([*reserved, *(limit.name for limit in over)])
    fix = f"allow more nodes of {', '.join(sorted({o.node.name for o in usable}))}, or other types"
    return Finding(
        group.workload, f"{head}: {why or 'the limits of the cluster do not allow more nodes'}", fix, code="TN321"
    )


def no_room(group: Group, supply: Supply) -> str:
    """Why no node type takes even one pod, the closest types first."""
    off_gpus = not group.need[GPU] and any(not o.node.gpus for o in supply.offers)
    near = [o for o in supply.offers if _alike(group, o)] or list(supply.offers)
    whys: dict[str, str] = {}
    for offer in sorted(near, key=lambda o: tuple(-r for r in o.room)):
        why = why_not(group.need, group.accelerator, group.spot, offer, off_gpus)
        if why:
            whys.setdefault(offer.node.name, why)
    shown = [f"{name}: {why}" for name, why in list(whys.items())[:_SHOWN]]
    return "; ".join(shown) or "the cluster offers no nodes"


def _alike(group: Group, offer: Offer) -> bool:
    return offer.node.accelerator == group.accelerator if group.need[GPU] else not offer.node.gpus


def _without_spare(packed: Packed, groups: Sequence[Group], supply: Supply) -> Iterator[Finding]:
    for i, missing in enumerate(packed.missing):
        held = {g for s in packed.packing.stacks if s.offer == i for g, _ in s.pods}
        for g in sorted(held):
            if missing and groups[g].survive:
                pool = supply.offers[i].name
                what = f"cannot survive the loss of a node: pool {pool} needs a spare that the limits refuse"
                fix = "raise the limit, allow other instance types, or set survive to nothing"
                yield Finding(groups[g].workload, what, fix, code="TN322")


def on_gpu_nodes(cluster: str, groups: Sequence[Group], supply: Supply) -> Iterator[Finding]:
    """Pods without GPUs that only GPU nodes can take."""
    names = [g.workload for g in groups if not g.need[GPU]]
    if names and supply.offers and all(o.node.gpus for o in supply.offers):
        what = f"no CPU type is offered, so pods without GPUs sit on GPU nodes: {', '.join(names)}"
        fix = "add a CPU type such as m7i.4xlarge"
        yield Finding(f"cluster {cluster} nodePools.instanceTypes", what, fix, Severity.WARNING, code="TN323")
