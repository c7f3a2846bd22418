"""One node as `kubectl get nodes -o json` tells it: what it can hold, and what it does not say. Nothing is guessed.

Sources: Kubernetes API reference v1 (Node), documentation "Quantity" and "Well-Known Labels, Annotations and Taints";
NVIDIA/k8s-device-plugin v0.20.0 (labels of GPU feature discovery, names of resources); aws/eks-charts (EFA's resource).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tonnage.catalog.catalog import Catalog
from tonnage.catalog.products import load_products

EFA = "vpc.amazonaws.com/efa"
TOLERATED = ("nvidia.com/gpu", "NoSchedule")
"""Key and effect of the taint that every planned GPU pod tolerates."""
INSTANCE_TYPE = "node.kubernetes.io/instance-type"
_CONTROL_PLANE = "node-role.kubernetes.io/control-plane"
_MEMORY_LABEL = "nvidia.com/gpu.memory"
_SUFFIXES: dict[str, int | Fraction] = {
    "": 1,
    "m": Fraction(1, 1000),
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "P": 10**15,
}
_SUFFIXES |= {f"{s}i": 2 ** (10 * n) for n, s in enumerate("KMGTP", 1)}
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(?:[eE](\d{1,2})|([a-zA-Z]*))", re.ASCII)
_MOST_CARDS = 16  # more than that of one rdma resource are shares of a card, not cards


@dataclass(frozen=True)
class Node:
    """A node that pods can be planned on."""

    name: str
    labels: Mapping[str, str]
    cpu: Fraction
    memory: Fraction
    """Bytes; both are what the node reports as allocatable."""
    ephemeral: Fraction | None
    pods: int | None
    gpus: int
    accelerator: str | None
    """None: it has no GPUs, or which they are is not told."""
    rdma: int
    taints: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    """What is not told, in words; equal for equal nodes."""


def node_of(tree: Mapping[str, Any], catalog: Catalog) -> Node | str:
    """The node, or why nothing is planned on it."""
    meta, spec, status = (_map(tree.get(k)) for k in ("metadata", "spec", "status"))
    name, labels = str(meta.get("name", "")), {str(k): str(v) for k, v in _map(meta.get("labels")).items()}
    taints = [t for t in map(_map, spec.get("taints") or ()) if t.get("effect") in {"NoSchedule", "NoExecute"}]
    away = _away(spec, status, taints)
    if away:
        return away
    has = {str(k): quantity(v) for k, v in _map(status.get("allocatable")).items()}
    cpu, memory = has.get("cpu"), has.get("memory")
    if not name or not cpu or not memory:
        return "its name or what is allocatable of it is not told"
    devices = _devices(labels, has, catalog)
    if isinstance(devices, str):
        return devices
    gpus, accelerator, doubts = devices
    rdma, cards = _rdma(has)
    pods = has.get("pods")
    return Node(
        name=name,
        labels=labels,
        cpu=cpu,
        memory=memory,
        ephemeral=has.get("ephemeral-storage"),
        pods=int(pods) if pods else None,
        gpus=gpus,
        accelerator=accelerator,
        rdma=rdma,
        taints=tuple(sorted(_taint(t) for t in taints if (t.get("key"), t.get("effect")) != TOLERATED)),
        doubts=(*doubts, *cards, *_fewer(status, has, catalog)),
    )


def quantity(value: object) -> Fraction | None:
    """A quantity of Kubernetes in its base unit: 224, 223670m, 2113661352Ki, 1e3. None: it is none."""
    match = _QUANTITY.fullmatch(str(value))
    if match is None:
        return None
    number, power, suffix = match.groups()
    if power is not None:
        return Fraction(number) * Fraction(10) ** int(power)
    size = _SUFFIXES.get(suffix)
    return None if size is None else Fraction(number) * size


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _away(spec: Mapping[str, Any], status: Mapping[str, Any], taints: list[Mapping[str, Any]]) -> str | None:
    """Why no pod can start there now."""
    if any(t.get("key") == _CONTROL_PLANE for t in taints):
        return "it is of the control plane"
    if spec.get("unschedulable"):
        return "it is unschedulable (cordoned)"
    conditions = [_map(c) for c in status.get("conditions") or ()]
    ready = next((c.get("status") for c in conditions if c.get("type") == "Ready"), None)
    return None if ready == "True" else "it is not ready" if ready else "whether it is ready is not told"


def _taint(taint: Mapping[str, Any]) -> str:
    value = f"={taint['value']}" if taint.get("value") else ""
    return f"{taint.get('key')}{value}:{taint.get('effect')}"


def _devices(
    labels: Mapping[str, str], has: Mapping[str, Fraction | None], catalog: Catalog
) -> tuple[int, str | None, tuple[str, ...]] | str:
    """GPUs, the accelerator if it is told, and what is not; text: why the node cannot be planned on."""
    cut = sorted(k for k, n in has.items() if k.startswith("nvidia.com/mig-") and n)
    if cut:
        return f"its GPUs are divided ({', '.join(cut)}), which inventories do not plan yet"
    names = load_products()
    product = labels.get(names.label)
    if product and product.endswith("-SHARED"):
        return f"its GPUs are shared in time ({product}), so its count is not one of GPUs"
    resources = {a.resource for a in catalog.accelerators.values()}
    found = [(k, int(n)) for k, n in sorted(has.items()) if k in resources and n]
    if not found and product:
        return f"it is labelled {names.label}={product}, but offers no GPUs: is its device plugin there?"
    if not found:
        return 0, None, ()
    kinds = tuple(dict.fromkeys(a for a in _kinds(labels, catalog) if a))
    doubts = tuple(_memory_doubt(labels, kinds[0], catalog)) if len(kinds) == 1 else ()
    if len(kinds) == 1 and not doubts and catalog.accelerators[kinds[0]].resource == found[0][0]:
        return found[0][1], kinds[0], ()
    told = ", ".join(f"{k}={labels[k]}" for k in (names.label, INSTANCE_TYPE) if k in labels) or "no label says it"
    what = "contradicts itself" if len(kinds) > 1 else "is not told by anything that the catalogue knows"
    return found[0][1], None, doubts or (f"which {found[0][0]} it has {what} ({told})",)


def _kinds(labels: Mapping[str, str], catalog: Catalog) -> Iterator[str | None]:
    names = load_products()
    accelerator = names.products.get(labels.get(names.label, ""))
    yield accelerator if accelerator in catalog.accelerators else None
    node = catalog.node_types.get(labels.get(INSTANCE_TYPE, ""))
    yield node.accelerator if node else None


def _memory_doubt(labels: Mapping[str, str], accelerator: str, catalog: Catalog) -> Iterator[str]:
    """One product name may stand for several sizes of memory."""
    told, known = labels.get(_MEMORY_LABEL, ""), catalog.accelerators[accelerator].memory
    if told.isdecimal() and known is not None and int(told) * 2**20 != known.amount:
        yield f"it reports {told} MiB of memory per GPU, the {accelerator} of the catalogue has {known}"


def _rdma(has: Mapping[str, Fraction | None]) -> tuple[int, tuple[str, ...]]:
    """Interfaces, and what is not told of them."""
    cards = int(has.get(EFA) or 0)
    doubts = []
    for name, count in sorted(has.items()):
        if name.startswith("rdma/") and count:
            if count > _MOST_CARDS or "shared" in name:
                doubts.append(f"{name} counts shares of interfaces, so their number is not told: rdma is left out")
            else:
                cards += int(count)
    return cards, tuple(doubts)


def _fewer(status: Mapping[str, Any], has: Mapping[str, Fraction | None], catalog: Catalog) -> Iterator[str]:
    """GPUs that the node has but does not offer, because they are not healthy."""
    whole = _map(status.get("capacity"))
    for name in sorted({a.resource for a in catalog.accelerators.values()} & whole.keys()):
        capacity, offered = quantity(whole[name]), has.get(name)
        if capacity and offered is not None and offered < capacity:
            yield f"{offered} of its {capacity} {name} are offered: are the others healthy?"
