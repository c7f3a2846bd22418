"""Whether Kubernetes is new enough for the accelerators of a cluster: facts in `data/floors.json`.

Versions of drivers are not judged: no spec tells them, they follow from the pinned machine image. AKS has no row of its
own: the floor of 1.34 that recipes state there rests on the DRA driver, which is not declared.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

from tonnage.catalog.accelerators import Source
from tonnage.catalog.catalog import Catalog
from tonnage.catalog.rows import read_row
from tonnage.check.rule import ClusterRule
from tonnage.findings import Finding, Severity
from tonnage.spec.cluster import Cluster

FILE = "floors.json"


@dataclass(frozen=True)
class Floor:
    """The oldest Kubernetes on which somebody has proven an accelerator."""

    platform: str
    """As in a cluster's file, or a pattern of it."""
    accelerator: str
    """A name of the catalogue, or a pattern of it."""
    kubernetes: str
    """Minor version: 1.32."""
    source: Source
    note: str = ""


@cache
def floors() -> tuple[Floor, ...]:
    """All floors that are known. Raises ValueError if the package's own file is broken."""
    return tuple(map(_floor, json.loads(files("tonnage.check").joinpath("data", FILE).read_text("utf-8"))))


def _floor(row: Mapping[str, Any]) -> Floor:
    floor, problems = read_row(Floor, row)
    if floor is None:
        raise ValueError(f"{FILE} is broken: {problems}")
    return floor


def _floors(cluster: Cluster, catalog: Catalog) -> Iterator[Finding]:
    accelerators = _accelerators(cluster, catalog)
    missed = [
        (_minor(f.kubernetes), name, f)
        for f in floors()
        for name in accelerators
        if fnmatchcase(cluster.platform, f.platform) and fnmatchcase(name, f.accelerator)
    ]
    missed = [m for m in missed if m[0] > _minor(cluster.kubernetes)]
    if missed:
        _, name, floor = max(missed, key=lambda m: m[0])
        proven = f"{floor.kubernetes}, from which on {name} is proven on {cluster.platform}"
        what = f"{cluster.kubernetes} is older than {proven}"
        fix = f'write "{floor.kubernetes}" or later (source: {floor.source.title})'
        yield Finding(f"cluster {cluster.name} kubernetes", what, fix, Severity.WARNING, code="TN223")


def _accelerators(cluster: Cluster, catalog: Catalog) -> list[str]:
    """What the cluster may have, by name."""
    pools = cluster.node_pools
    bought = (catalog.node_types[t].accelerator for t in pools.instance_types if t in catalog.node_types)
    return sorted({name for name in (*bought, *(n.accelerator for n in pools.nodes)) if name})


def _minor(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


FLOORS: tuple[ClusterRule, ...] = (_floors,)
"""Rules over versions."""
