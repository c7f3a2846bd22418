"""What does not go together in a pool. Found before anything is declared."""

import re
from collections.abc import Iterator

from tonnage.findings import Finding
from tonnage.manifests.contracts import ACCELERATOR_LABEL, GPU_PRESENT_LABEL, POOL_LABEL
from tonnage.manifests.node_pools.pool import KarpenterPool
from tonnage.names import is_label
from tonnage.units import Duration, Memory

MARKETS = ("reserved", "onDemand", "spot")
_OWNED = (POOL_LABEL, ACCELERATOR_LABEL, GPU_PRESENT_LABEL)
_KARPENTERS = re.compile(r"([^/]+\.)?karpenter\.(sh|k8s\.aws)/")
_RESERVATION = re.compile(r"cr-[0-9a-z]+")
_AMI = re.compile(r"al2023@v\d{8}")
_SHORTEST_GRACE = Duration.parse("10m")
_SMALLEST_DISK = Memory.parse("100GiB")
_LARGEST_DISK = Memory.parse("16TiB")
"""Amazon EBS documentation, gp3: 16 TiB are lawful on every type of instance."""


def incoherent(pool: KarpenterPool, where: str) -> tuple[Finding, ...]:
    """Every mix that would fail in the cloud, wait for ever, or cost what the plan does not know.

    `where` names the pool; arguments are named as the component's user writes them.
    """
    found = (*_names(pool), *_counts(pool), *_market(pool), *_node(pool), *_labels(pool))
    return tuple(Finding(f"{where}.{argument}", what, fix, code="TN501") for argument, what, fix in found)


def _names(pool: KarpenterPool) -> Iterator[tuple[str, str, str]]:
    if not is_label(pool.name):
        yield "pool", f"{pool.name!r} is no lawful name", "use lower case letters, digits and dashes, at most 63"
    if len(set(pool.instance_types)) < len(pool.instance_types):
        yield "alternates", "a type is named twice", "name each once, and the planned type only in instance_type"


def _counts(pool: KarpenterPool) -> Iterator[tuple[str, str, str]]:
    for argument, count in (("nodes", pool.nodes), ("surge", pool.surge), ("gpus_per_node", pool.gpus_per_node)):
        if count < 0:
            yield argument, f"{count} is negative", "give 0 or more"
    if pool.gpus_per_node > 0 and pool.accelerator is None:
        yield "accelerator", "is missing, but nodes have GPUs", "name the accelerator, or leave gpus_per_node out"
    if pool.gpus_per_node == 0 and pool.accelerator is not None:
        yield "gpus_per_node", f"is 0, but nodes have {pool.accelerator}", "give the GPUs of one node"


def _market(pool: KarpenterPool) -> Iterator[tuple[str, str, str]]:
    if not pool.zones:
        yield "zones", "is empty", "name the zones that nodes may stand in"
    if len(set(pool.zones)) < len(pool.zones):
        yield "zones", "a zone is named twice", "name each once"
    if pool.market == "reserved" and pool.reservation is None:
        yield "reservation", "is missing, but the market is reserved", "give the reservation's id, or another market"
    if pool.market != "reserved" and pool.reservation is not None:
        yield "reservation", f"is given, but the market is {pool.market}", "set market to reserved, or drop it"
    if pool.reservation is not None and not _RESERVATION.fullmatch(pool.reservation):
        yield "reservation", f"{pool.reservation!r} is no id of a reservation", "write it like cr-0a1b2c3d4e5f60718"
    if pool.reservation is not None and len(pool.instance_types) > 1:
        yield "alternates", "a reservation holds one type", "drop them, or declare another pool"
    if pool.reservation is not None and len(pool.zones) > 1:
        yield "zones", "a reservation lies in one zone", "name that zone alone"
    if pool.reservation is not None and pool.surge > 0:
        yield "surge", "a reservation has no further nodes", "drop it: old nodes go before new ones start"


def _node(pool: KarpenterPool) -> Iterator[tuple[str, str, str]]:
    if not _AMI.fullmatch(pool.ami):
        fix = "write it like al2023@v20260801: a version that moves replaces every node, another family has other disks"
        yield "ami", f"{pool.ami!r} is no pinned version of al2023", fix
    if pool.grace < _SHORTEST_GRACE or pool.grace.amount % 1000:
        yield "grace", f"{pool.grace} is no time for pods to leave", "give whole seconds, 10m or more"
    quiet = pool.quiet_hours.duration
    if not quiet.amount or quiet.amount % 60_000:
        yield "quiet_hours.duration", f"{quiet} is not in whole minutes", "write it like 10h or 90m"
    if len(pool.quiet_hours.schedule.split()) != 5:
        yield "quiet_hours.schedule", f"{pool.quiet_hours.schedule!r} has not five fields", "write it like cron does"
    if not _SMALLEST_DISK <= pool.disk <= _LARGEST_DISK or pool.disk.amount % 2**30:
        yield "disk", f"{pool.disk} does not hold images, or is more than EBS has", "whole GiB, 100GiB to 16TiB"


def _labels(pool: KarpenterPool) -> Iterator[tuple[str, str, str]]:
    for key in sorted(pool.labels):
        if key in _OWNED:
            yield f"labels.{key}", "follows from the pool", "drop it"
        elif _KARPENTERS.match(key) or key in {"kubernetes.io/hostname", "kubernetes.io/arch", "kubernetes.io/os"}:
            yield f"labels.{key}", "is set by Karpenter", "drop it"
    if POOL_LABEL in pool.tags:
        yield f"tags.{POOL_LABEL}", "follows from the pool", "drop it"
