"""A second opinion on any plan, from specs and catalogue alone: it shares no code with the planner.

Rooms come from the catalogue, everything else is added up here with a few lines of its own.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from tonnage.capacity.result import CapacityPlan, PlannedWorkload, Pool
from tonnage.catalog.allocatable import Room, room_of
from tonnage.catalog.catalog import Catalog
from tonnage.spec.cluster import Cluster


def complaints(plan: CapacityPlan, cluster: Cluster, catalog: Catalog) -> list[str]:
    """Everything that does not hold. A plan with errors may leave pods out, but must say so."""
    workloads = {str(w.id): w for w in plan.workloads}
    return [
        *_nodes(plan, workloads, cluster, catalog),
        *_places(plan, workloads),
        *_limits(plan, cluster, catalog),
        *_losses(plan, workloads, cluster, catalog),
    ]


def _rooms(plan: CapacityPlan, cluster: Cluster, catalog: Catalog) -> dict[str, tuple[Fraction, ...]]:
    rooms: dict[str, tuple[Fraction, ...]] = {}
    for pool in plan.pools:
        room = room_of(catalog.node_types[pool.instance_type], catalog, cluster.platform)
        assert isinstance(room, Room)
        amounts = (room.cpu.amount, room.memory.amount, room.ephemeral.amount)
        rooms[pool.name] = (Fraction(room.gpus), *amounts, Fraction(room.pods))
    return rooms


def _asks(w: PlannedWorkload) -> tuple[Fraction, ...]:
    pod = w.option.pod
    return (Fraction(pod.gpus), pod.cpu.amount, pod.memory.amount, pod.ephemeral.amount, Fraction(1))


def _nodes(
    plan: CapacityPlan, workloads: Mapping[str, PlannedWorkload], cluster: Cluster, catalog: Catalog
) -> Iterator[str]:
    rooms = _rooms(plan, cluster, catalog)
    for pool in plan.pools:
        if sum(p.nodes for p in pool.patterns) != pool.count:
            yield f"{pool.name}: patterns do not add up to {pool.count} nodes"
        for pattern in pool.patterns:
            used = [sum(_asks(workloads[n])[d] * k for n, k in pattern.pods.items()) for d in range(5)]
            if any(u > have for u, have in zip(used, rooms[pool.name], strict=True)):
                yield f"{pool.name}: a node with {dict(pattern.pods)} is over its room"
            for name in pattern.pods:
                yield from _misplaced(workloads[name], pool)


def _misplaced(w: PlannedWorkload, pool: Pool) -> Iterator[str]:
    pod = w.option.pod
    if pod.gpus and pod.accelerator != pool.accelerator:
        yield f"{w.id} needs {pod.accelerator}, {pool.name} has {pool.accelerator}"
    if w.kind == "serving" and pool.market == "spot":
        yield f"{w.id} is served on spot"


def _places(plan: CapacityPlan, workloads: Mapping[str, PlannedWorkload]) -> Iterator[str]:
    said = {f.where for f in plan.findings if f.severity == "error"}
    for name, w in workloads.items():
        by_pool = {
            pool.name: sum(p.nodes * p.pods.get(name, 0) for p in pool.patterns)
            for pool in plan.pools
            if any(name in p.pods for p in pool.patterns)
        }
        if by_pool != dict(w.pools):
            yield f"{name}: {dict(w.pools)} is not what the patterns hold: {by_pool}"
        if sum(by_pool.values()) != w.option.replicas + w.surge and name not in said:
            yield f"{name}: {sum(by_pool.values())} of {w.option.replicas + w.surge} pods, and no error says so"


def _limits(plan: CapacityPlan, cluster: Cluster, catalog: Catalog) -> Iterator[str]:
    pools = cluster.node_pools
    gpus = sum(p.nodes * catalog.node_types[p.instance_type].gpus for p in plan.pools)
    if pools.limits.gpus is not None and gpus > pools.limits.gpus:
        yield f"{gpus} GPUs, {pools.limits.gpus} allowed"
    for r in pools.reserved:
        used = sum(p.nodes for p in plan.pools if p.reservation == r.id)
        if used > r.count:
            yield f"{used} nodes of {r.id}, which has {r.count}"
    for quota in cluster.account_quotas:
        bought = [p for p in plan.pools if p.market == "onDemand" and p.instance_type in quota.instance_types]
        vcpus = sum(p.nodes * catalog.node_types[p.instance_type].cpu.amount for p in bought)
        if vcpus > quota.vcpus:
            yield f"{vcpus} vCPUs of {quota.name}, which allows {quota.vcpus}"


def _losses(
    plan: CapacityPlan, workloads: Mapping[str, PlannedWorkload], cluster: Cluster, catalog: Catalog
) -> Iterator[str]:
    """Lose each kind of node once; what must survive is put, biggest first, into what the other nodes leave free."""
    said = {f.where for f in plan.findings if f.severity == "error"}
    rooms = _rooms(plan, cluster, catalog)
    nodes = [
        (pool.name, pattern.pods) for pool in plan.pools for pattern in pool.patterns for _ in range(pattern.nodes)
    ]
    nodes += [(pool.name, {}) for pool in plan.pools for _ in range(pool.spares)]
    for lost in range(len(nodes)):
        free = {}
        for k, (pool, pods) in enumerate(nodes):
            if k != lost:
                used = [sum(_asks(workloads[n])[d] * c for n, c in pods.items()) for d in range(5)]
                free[k] = [have - u for have, u in zip(rooms[pool], used, strict=True)]
        homeless = [
            (n, c - workloads[n].surge)
            for n, c in nodes[lost][1].items()
            if workloads[n].survive == "node" and n not in said
        ]
        for name, count in sorted(homeless, key=lambda e: [-x for x in _asks(workloads[e[0]])] + [Fraction(0)]):
            for _ in range(count):
                ask = _asks(workloads[name])
                home = next(
                    (
                        k
                        for k, room in free.items()
                        if nodes[k][0] in workloads[name].pools and all(f >= a for f, a in zip(room, ask, strict=True))
                    ),
                    None,
                )
                if home is None:
                    yield f"{name} finds no place after the loss of a node of {nodes[lost][0]}"
                    return
                free[home] = [f - a for f, a in zip(free[home], ask, strict=True)]
