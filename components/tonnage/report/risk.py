"""What may hurt when the change is applied: lost state, restarted engines, replaced nodes, capacity that ends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tonnage.manifests.declared import UNKNOWN
from tonnage.names import platform_stack
from tonnage.report.changes import PlanChanges
from tonnage.report.fields import Path
from tonnage.report.objects import ObjectChange
from tonnage.spec.cluster import Cluster

Kind = Literal["delete", "replace", "rollout", "node roll", "unprotected", "shrink", "ends", "unknown"]

STATEFUL = frozenset({
    "ClusterQueue",
    "CustomResourceDefinition",
    "EC2NodeClass",
    "Namespace",
    "NodePool",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "StatefulSet",
    "Topology",
})  # fmt: skip
"""Kinds whose loss takes data, pods, nodes or admitted work with it."""
POD_TEMPLATES = {
    "DaemonSet": ("spec", "template"),
    "Deployment": ("spec", "template"),
    "LeaderWorkerSet": ("spec", "leaderWorkerTemplate"),
    "StatefulSet": ("spec", "template"),
}
"""Where a change restarts pods."""
NODE_TEMPLATES = {"EC2NodeClass": ("spec",), "NodePool": ("spec", "template")}
"""Where a change makes Karpenter replace nodes. Source: Karpenter documentation, Disruption, Drift."""
COUNTS = ("replicas", "parallelism", "completions")


@dataclass(frozen=True)
class Risk:
    """One thing to look at before applying."""

    kind: Kind
    subject: str
    """StatefulSet search/vectors, pool g6e-12xlarge, cr-0abc."""
    detail: str
    stack: str = ""


def risks(objects: Sequence[ObjectChange], plans: Sequence[PlanChanges]) -> tuple[Risk, ...]:
    """Risks of applying these changes, the gravest kind first."""
    found = [r for change in objects for r in _of_object(change)] + [r for p in plans for r in _shrinking(p)]
    order: list[Kind] = ["delete", "replace", "unprotected", "shrink", "node roll", "rollout", "unknown"]
    return tuple(sorted(found, key=lambda r: (order.index(r.kind), r.stack, r.subject)))


def _of_object(change: ObjectChange) -> Iterator[Risk]:
    one = change.resource
    kind = one.token.rsplit(":", 1)[-1]
    guarded = change.before is not None and change.before.protect
    grave = kind in STATEFUL or guarded or one.token.startswith("pulumi:providers:")
    if change.kind == "deleted" and grave:
        keeps = "; stays in the cluster" if change.before and change.before.retain_on_delete else ""
        yield Risk("delete", change.title, f"protected: {_yes(guarded)}{keeps}", one.stack)
    elif change.kind == "replaced" and (grave or kind in POD_TEMPLATES):
        yield Risk("replace", change.title, f"{', '.join(change.replaced_by)}; protected: {_yes(guarded)}", one.stack)
    elif change.kind == "changed":
        yield from _in_place(change, kind)
    if guarded and change.after is not None and not change.after.protect:
        yield Risk("unprotected", change.title, "protection is taken off", one.stack)
    if hidden := sorted({f.shown_path for f in change.fields if f.path[-1] in COUNTS and f.after == UNKNOWN}):
        yield Risk("unknown", change.title, f"{', '.join(hidden)} is known only when applied", one.stack)


def _in_place(change: ObjectChange, kind: str) -> Iterator[Risk]:
    if kind in POD_TEMPLATES and (fields := _below(change, POD_TEMPLATES[kind])):
        yield Risk("rollout", change.title, f"its pods restart: {fields}", change.stack)
    if kind in NODE_TEMPLATES and (fields := _below(change, NODE_TEMPLATES[kind])):
        yield Risk("node roll", change.title, f"its nodes may be replaced: {fields}", change.stack)


def _below(change: ObjectChange, at: Path) -> str:
    paths = [f.shown_path for f in change.fields if f.path[: len(at)] == at or f.path == at[: len(f.path)]]
    more = f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    return ", ".join(paths[:3]) + more


def _shrinking(plan: PlanChanges) -> Iterator[Risk]:
    """Where one apply both gives and takes, the platform goes first and takes nodes before pods have left."""
    mixed = plan.nodes.added and plan.nodes.removed
    for c in plan.pools:
        before, after = (p.nodes if p else 0 for p in (c.before, c.after))
        if c.before and c.before.releasing and after < before:
            detail = (
                f"nodes {before} → {after} are released: apply when the teams' stacks of the plan before are applied"
            )
            yield Risk("shrink", f"pool {c.name}", detail, platform_stack(plan.cluster))
        elif mixed and after < before:
            detail = f"nodes {before} → {after} before the teams have moved: apply when their pods may restart"
            yield Risk("shrink", f"pool {c.name}", detail, platform_stack(plan.cluster))


def endings(clusters: Sequence[Cluster], within_days: int = 60) -> tuple[Risk, ...]:
    """Reservations that end within so many days of the cluster's `asOf`, the first to end first."""
    found = [
        (r.until, Risk("ends", r.id, _ends(r.until, c.as_of), platform_stack(c.name)))
        for c in clusters
        for r in c.node_pools.reserved
        if r.until is not None and (r.until - c.as_of).days <= within_days
    ]
    return tuple(risk for _, risk in sorted(found, key=lambda e: (e[0], e[1].subject)))


def _ends(until: date, as_of: date) -> str:
    days = (until - as_of).days
    return f"ended {-days} days ago" if days < 0 else f"ends in {days} days" if days else "ends today"


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
