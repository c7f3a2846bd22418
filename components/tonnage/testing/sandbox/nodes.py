"""Simulated nodes of a plan: the planned allocatable, with the labels and taints that the declared pools give them."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from tonnage.capacity.result import CapacityPlan, PlannedWorkload, Pool
from tonnage.catalog.allocatable import kept_on, room_of
from tonnage.catalog.catalog import Catalog
from tonnage.manifests.contracts import (
    GPU_PRESENT_LABEL,
    GPU_RESOURCE,
    GPU_TOLERATION,
    POOL_LABEL,
    PRIORITY_CLASSES,
    TEAM_LABEL,
    WORKLOAD_LABEL,
)
from tonnage.manifests.declared import Declared, Manifest
from tonnage.manifests.quantities import cpu_text, memory_text
from tonnage.names import team_namespace
from tonnage.testing.sandbox.objects import in_order, kind_of
from tonnage.testing.sandbox.problems import SandboxError
from tonnage.units import Cpu, Memory

AGENTS_NAMESPACE = "kube-system"
_GPU_NODES = {"key": GPU_PRESENT_LABEL, "operator": "In", "values": ["true"]}
_OTHER_NODES = {"key": GPU_PRESENT_LABEL, "operator": "DoesNotExist"}
_IMAGE = "registry.example.com/stand-in:1"


def nodes_of(
    plan: CapacityPlan, catalog: Catalog, platform: str, declared: Iterable[Declared | Manifest]
) -> tuple[Manifest, ...]:
    """All nodes of a plan, spares included, called POOL-0, POOL-1 and so on, spread over the zones of their pool.

    Labels and taints are those that the declared NodePools give, as Karpenter would: a label or taint that is wrong
    there is wrong here. Raises SandboxError for a pool that is not declared, or of which the room is unknown.
    """
    pools = {o["metadata"]["name"]: o for o in in_order(declared) if kind_of(o) == "NodePool"}
    found: list[Manifest] = []
    for pool in plan.pools:
        if pool.nodes and pool.name not in pools:
            raise SandboxError(
                f"pool {pool.name} of the plan is not declared; hand over the objects of the platform stack"
            )
        amounts = _allocatable(pool, catalog, platform) if pool.nodes else {}
        found += [_node(pool, number, pools[pool.name], amounts) for number in range(pool.nodes)]
    return tuple(found)


def system_node(name: str = "system-0") -> Manifest:
    """A node that no pool holds: where a cluster runs what was there before, Karpenter itself and other controllers."""
    amounts = {"cpu": "8", "memory": "32Gi", "ephemeral-storage": "100Gi", "pods": "58"}
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "status": {"allocatable": amounts, "capacity": amounts},
    }


def agents_of(catalog: Catalog, declared: Iterable[Declared | Manifest]) -> tuple[Manifest, ...]:
    """Stand-ins for the node agents that the plan counts and nobody declared.

    With the declared DaemonSets they take what the planner took off for agents: where its floor is above the sum of
    the requests, one more agent takes the rest. So what is left of a node is the plan's room, and not a byte more.
    """
    own = {o["metadata"]["name"] for o in in_order(declared) if kind_of(o) == "DaemonSet"}
    absent = [d for d in catalog.daemon_sets if d.name not in own]
    stand_ins = [_agent(d.name, d.cpu, d.memory, _GPU_NODES if d.on == "gpu" else None) for d in absent]
    rests = [_rest(catalog, with_gpus=True), _rest(catalog, with_gpus=False)]
    return (*stand_ins, *(r for r in rests if r is not None))


def batch_pods(plan: CapacityPlan) -> tuple[Manifest, ...]:
    """The pods of all batch workloads as planned, biggest first: what the teams' jobs are expected to submit."""
    planned = [w for w in plan.workloads if w.kind == "batch"]
    planned.sort(key=lambda w: (-w.option.pod.gpus, -w.option.pod.cpu.amount, -w.option.pod.memory.amount, str(w.id)))
    return tuple(pod for work in planned for pod in _pods(work))


def _allocatable(pool: Pool, catalog: Catalog, platform: str) -> dict[str, str]:
    """What the planner counts as room, and what it took off for agents before: both are asked of the node here."""
    node = catalog.node_types[pool.instance_type]
    room = room_of(node, catalog, platform)
    if isinstance(room, str):
        raise SandboxError(f"{pool.name}: {room}")
    kept = kept_on(node, catalog)
    amounts = {
        "cpu": f"{int((room.cpu + kept.cpu).amount * 1000)}m",  # down: a node never has more than it has
        "memory": str(int((room.memory + kept.memory).amount)),
        "ephemeral-storage": str(int(room.ephemeral.amount)),
        "pods": str(room.pods + kept.pods),
    }
    return {**amounts, GPU_RESOURCE: str(room.gpus)} if room.gpus else amounts


def _node(pool: Pool, number: int, declared: Manifest, amounts: dict[str, str]) -> Manifest:
    template = declared["spec"]["template"]
    name = f"{pool.name}-{number}"
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "karpenter.sh/nodepool": pool.name,
        **dict(_certain(template["spec"]["requirements"])),
        "node.kubernetes.io/instance-type": pool.instance_type,
        "topology.kubernetes.io/zone": pool.zones[number % len(pool.zones)],
        **template["metadata"].get("labels", {}),
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": {"taints": template["spec"].get("taints", [])},
        "status": {"allocatable": amounts, "capacity": amounts},
    }


def _certain(requirements: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Requirements that leave one value become labels."""
    for one in requirements:
        if one["operator"] == "In" and len(one["values"]) == 1:
            yield one["key"], one["values"][0]


def _rest(catalog: Catalog, *, with_gpus: bool) -> Manifest | None:
    """What the floor keeps beyond the requests of all agents, on nodes with or without GPUs; None: nothing."""
    node = next((n for n in catalog.node_types.values() if bool(n.gpus) == with_gpus), None)
    if node is None:
        return None
    kept = kept_on(node, catalog)
    here = [d for d in catalog.daemon_sets if d.on == "all" or with_gpus]
    cpu = Cpu(kept.cpu.amount - sum((d.cpu.amount for d in here), Fraction(0)))
    memory = Memory(kept.memory.amount - sum((d.memory.amount for d in here), Fraction(0)))
    name = f"unknown-agents-{'gpu' if with_gpus else 'cpu'}"
    nothing = cpu.amount <= 0 and memory.amount <= 0
    return None if nothing else _agent(name, cpu, memory, _GPU_NODES if with_gpus else _OTHER_NODES)


def _agent(name: str, cpu: Cpu, memory: Memory, where: dict[str, Any] | None) -> Manifest:
    labels = {"app.kubernetes.io/name": name}
    spec: dict[str, Any] = {
        "priorityClassName": "system-node-critical",
        "tolerations": [{"operator": "Exists"}],
        "containers": [{"name": "agent", "image": _IMAGE, "resources": {"requests": _amounts(cpu, memory)}}],
    }
    if where is not None:
        terms = {"nodeSelectorTerms": [{"matchExpressions": [where]}]}
        spec["affinity"] = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": AGENTS_NAMESPACE, "labels": labels},
        "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}},
    }


def _pods(work: PlannedWorkload) -> Iterator[Manifest]:
    """One pod by one, each in the pool that the plan puts it into."""
    shape, team = work.option.pod, work.id.team
    requests = {**_amounts(shape.cpu, shape.memory), "ephemeral-storage": memory_text(shape.ephemeral)}
    gpus = {GPU_RESOURCE: str(shape.gpus)} if shape.gpus else {}
    on = {"key": POOL_LABEL, "operator": "In", "values": sorted(work.pools)}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [on]}]}
    container = {
        "name": "work",
        "image": _IMAGE,
        "resources": {"requests": {**requests, **gpus}, "limits": {**requests, **gpus}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    for number in range(sum(work.pools.values())):
        yield {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": f"{work.id.name}-{number}",
                "namespace": team_namespace(team),
                "labels": {TEAM_LABEL: team, WORKLOAD_LABEL: work.id.name},
            },
            "spec": {
                "priorityClassName": PRIORITY_CLASSES[work.priority],
                "tolerations": [GPU_TOLERATION] if shape.gpus else [],
                "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}},
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": 65534,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "containers": [container],
            },
        }


def _amounts(cpu: Cpu, memory: Memory) -> dict[str, str]:
    return {"cpu": cpu_text(cpu), "memory": memory_text(memory)}
