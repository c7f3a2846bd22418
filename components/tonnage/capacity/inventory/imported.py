"""From `kubectl get nodes -o json` to the `nodes:` block of a cluster file: equal nodes together, doubts said aloud."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from tonnage.capacity.inventory.node import INSTANCE_TYPE, Node, node_of
from tonnage.catalog.catalog import Catalog
from tonnage.catalog.products import load_products
from tonnage.findings import Finding, Severity
from tonnage.names import label
from tonnage.units import Cpu, Memory

RACK_LABELS = (
    "topology.kubernetes.io/rack",
    "cloud.provider.com/topology-rack",
    "topology.k8s.aws/network-node-layer-3",
)
"""Labels that often tell a rack. They are pointed at and never taken unasked."""
_LIKE = Fraction(2, 100)  # nodes of one kind report memory and disk that differ by less
_MEBI = 2**20
_NAME_LIMIT = 40
_PER_NODE = ("kubernetes.io/hostname", "beta.kubernetes.io/", "nvidia.com/gfd.timestamp")


@dataclass(frozen=True)
class Imported:
    """The block, and everything that it does not say."""

    nodes: tuple[Mapping[str, Any], ...]
    """Entries of `nodes:` in the order of their names, as they are written."""
    read: int
    """Nodes that were looked at."""
    findings: tuple[Finding, ...]

    @property
    def counted(self) -> int:
        """Nodes in the block."""
        return sum(int(entry["count"]) for entry in self.nodes)


def import_nodes(tree: object, catalog: Catalog, rack_label: str | None = None) -> Imported:
    """Group the nodes of a list by shape. `rack_label`: the label that names a node's rack."""
    items = tree.get("items") if isinstance(tree, Mapping) else None
    if not isinstance(items, list):
        what = "holds no list of nodes"
        return Imported((), 0, (Finding("nodes", what, "give what `kubectl get nodes -o json` prints", code="TN356"),))
    found: list[Finding] = []
    nodes: list[Node] = []
    left: dict[str, list[str]] = {}
    for item in items:
        node = node_of(item if isinstance(item, Mapping) else {}, catalog)
        if isinstance(node, str):
            left.setdefault(node, []).append(_name_of(item))
        else:
            nodes.append(node)
    for why, names in sorted(left.items()):
        found.append(_said(_listed(names), f"left out: {why}", "import again when that has changed"))
    groups = sorted(_groups(nodes), key=lambda g: min(n.name for n in g))
    entries = []
    for name, group in zip(_names(groups), groups, strict=True):
        chosen = _labels(group, nodes)
        entries.append(_entry(name, group, chosen, rack_label))
        found += _doubts(name, group, chosen, rack_label)
    return Imported(tuple(sorted(entries, key=lambda e: str(e["name"]))), len(items), tuple(found))


def _said(where: str, what: str, fix: str, severity: Severity = Severity.WARNING) -> Finding:
    return Finding(where, what, fix, severity, code="TN356")


def _name_of(item: object) -> str:
    meta = item.get("metadata") if isinstance(item, Mapping) else None
    return str(meta.get("name", "a node without a name")) if isinstance(meta, Mapping) else "a node without a name"


def _listed(names: Sequence[str]) -> str:
    shown = sorted(names)
    return ", ".join(shown[:3]) + (f" and {len(shown) - 3} more" if len(shown) > 3 else "")


def _groups(nodes: Sequence[Node]) -> Iterator[list[Node]]:
    """Nodes with equal shape, taints and kind; memory and disk may differ by what kernels and firmware take."""
    alike: dict[tuple[object, ...], list[Node]] = {}
    for n in nodes:
        kind = n.labels.get(INSTANCE_TYPE, "")
        key = (n.accelerator or "", n.gpus, n.cpu, n.rdma, n.pods or 0, n.taints, n.doubts, kind)
        alike.setdefault(key, []).append(n)
    for same in alike.values():
        for part in _close(same, lambda n: n.memory):
            yield from _close(part, lambda n: n.ephemeral or Fraction(0))


def _close(nodes: Sequence[Node], size: Any) -> Iterator[list[Node]]:
    part: list[Node] = []
    for n in sorted(nodes, key=lambda n: (size(n), n.name)):
        if part and size(n) > size(part[0]) * (1 + _LIKE):
            yield part
            part = []
        part.append(n)
    if part:
        yield part


def _names(groups: Sequence[Sequence[Node]]) -> list[str]:
    """After the instance type or the GPUs, numbered where that is not enough."""
    taken: dict[str, int] = {}
    names = []
    for group in groups:
        n = group[0]
        kind = n.labels.get(INSTANCE_TYPE) or (
            f"{n.accelerator or 'gpu'}-{n.gpus}" if n.gpus else f"cpu-{float(n.cpu):.0f}"
        )
        base = label(kind.replace(".", "-").replace("_", "-").lower(), limit=_NAME_LIMIT - 4)
        taken[base] = taken.get(base, 0) + 1
        names.append(base if taken[base] == 1 else f"{base}-{taken[base]}")
    return names


def _labels(group: Sequence[Node], nodes: Sequence[Node]) -> Mapping[str, str] | None:
    """The fewest labels that all nodes of the group carry and no other node does; None: there are none."""
    inside = {n.name for n in group}
    shared = sorted(set.intersection(*(set(n.labels.items()) for n in group)), key=_telling)
    usable = [pair for pair in shared if not pair[0].startswith(_PER_NODE)]
    others = [n.labels.items() for n in nodes if n.name not in inside]
    for size in (1, 2):
        for pairs in combinations(usable, size):
            if not any(all(pair in labels for pair in pairs) for labels in others):
                return dict(pairs)
    return None


def _telling(pair: tuple[str, str]) -> tuple[int, str, str]:
    """Labels that say what a node is come before those that say where it is."""
    order = (INSTANCE_TYPE, load_products().label)
    return order.index(pair[0]) if pair[0] in order else len(order), *pair


def _entry(
    name: str, group: Sequence[Node], labels: Mapping[str, str] | None, rack_label: str | None
) -> dict[str, Any]:
    n = group[0]
    disks = [x.ephemeral for x in group if x.ephemeral is not None]
    entry: dict[str, Any] = {"name": name, "count": len(group)}
    if n.gpus:
        entry |= {"accelerator": n.accelerator} if n.accelerator else {}
        entry["gpus"] = n.gpus
    entry["cpu"] = str(Cpu(n.cpu))
    entry["memory"] = _size(min(x.memory for x in group))
    entry |= {"ephemeral": _size(min(disks))} if len(disks) == len(group) else {}
    entry |= {"maxPods": n.pods} if n.pods else {}
    entry["allocatable"] = True
    entry |= {"rdma": n.rdma} if n.rdma else {}
    racks = _racks(group, rack_label)
    entry |= {"racks": racks} if sum(racks.values()) == len(group) else {}
    entry |= {"labels": dict(labels)} if labels else {}
    return entry | ({"taints": list(n.taints)} if n.taints else {})


def _size(size: Fraction) -> str:
    """Whole MiB, rounded down."""
    return str(Memory(Fraction(int(size) // _MEBI * _MEBI)))


def _racks(group: Sequence[Node], rack_label: str | None) -> dict[str, int]:
    racks: dict[str, int] = {}
    for n in group:
        if rack_label is not None and rack_label in n.labels:
            rack = label(n.labels[rack_label], limit=_NAME_LIMIT)
            racks[rack] = racks.get(rack, 0) + 1
    return dict(sorted(racks.items()))


def _doubts(
    name: str, group: Sequence[Node], labels: Mapping[str, str] | None, rack_label: str | None
) -> Iterator[Finding]:
    for doubt in group[0].doubts:
        yield _said(name, doubt, "say it in the block yourself")
    if labels is None:
        fix = f"label them, such as node.example.com/pool={name}, and write that under labels"
        yield _said(name, f"no labels tell its {len(group)} nodes from all others", fix)
    spread = max(n.memory for n in group) - min(n.memory for n in group)
    if spread >= _MEBI:
        what = f"its nodes differ by up to {spread / 2**20:.0f} MiB of memory: the least is written"
        yield _said(name, what, "nothing to do", Severity.INFO)
    bare = [n.name for n in group if rack_label is not None and rack_label not in n.labels]
    if bare:
        verb = "lacks" if len(bare) == 1 else "lack"
        severity = Severity.INFO if len(bare) == len(group) else Severity.WARNING
        what = f"{_listed(bare)} {verb} {rack_label}, so its racks are left out"
        yield _said(name, what, "label the nodes, or count the racks yourself", severity)
    seen = [k for k in RACK_LABELS if rack_label is None and all(k in n.labels for n in group)]
    if seen:
        what = f"its nodes carry {seen[0]}, which may tell their racks"
        yield _said(name, what, f"import again with --rack-label {seen[0]} if it does", Severity.INFO)
