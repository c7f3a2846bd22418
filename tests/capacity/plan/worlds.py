"""Clusters, teams and catalogues made by hand: batch pods on a few node types, so that plans follow with a pencil."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from capacity.factories import accelerator
from tonnage.catalog.accelerators import Source
from tonnage.catalog.catalog import Catalog
from tonnage.catalog.node_types import NodeType, Price
from tonnage.spec.cluster import Cluster
from tonnage.spec.team import Team
from tonnage.units import Cpu, Memory, MoneyRate

AS_OF = date(2026, 11, 23)
SOURCE = Source("made for a test", AS_OF)
REGION = "us-east-1"


def node_type(
    name: str, gpus: int, cpu: float, gib: float, prices: Mapping[str, float | None], *, accelerator: str = "l40s"
) -> NodeType:
    """A type whose allocatable is stated, so that only the floor of the node agents comes off."""
    return NodeType(
        name=name,
        cloud="aws",
        accelerator=accelerator if gpus else None,
        gpus=gpus,
        cpu=Cpu(Fraction(str(cpu))),
        memory=Memory.gib(gib * 2),
        local_disk=None,
        rdma=0,
        max_pods=110,
        arch="amd64",
        allocatable_cpu=Cpu(Fraction(str(cpu))),
        allocatable_memory=Memory.gib(gib),
        source=SOURCE,
        prices=tuple(
            Price(MoneyRate(Fraction(str(rate))), market, REGION, AS_OF, SOURCE)
            for market, rate in prices.items()
            if rate is not None
        ),
    )


ONE = node_type("g.one", 1, 8, 64, {"onDemand": 3.0, "spot": 1.0})
FOUR = node_type("g.four", 4, 32, 256, {"onDemand": 10.0})
EIGHT = node_type("p.eight", 8, 96, 1024, {"onDemand": 50.0}, accelerator="h100-sxm")
UNPRICED = node_type("p.rare", 8, 96, 1024, {}, accelerator="h200-sxm")
CPUS = node_type("m.cpu", 0, 16, 64, {"onDemand": 1.0})
TYPES = (ONE, FOUR, EIGHT, UNPRICED, CPUS)


def catalog(types: Sequence[NodeType] = TYPES) -> Catalog:
    """These types, three accelerators, no models."""
    names = ("l40s", "h100-sxm", "h200-sxm")
    return Catalog(
        accelerators={n: accelerator(n) for n in names},
        node_types={t.name: t for t in types},
        models={},
        daemon_sets=(),
        releases={},
        version="test",
    )


def cluster(types: Sequence[str] = ("g.one", "g.four", "m.cpu"), **other: Any) -> Cluster:
    """A cluster that buys these types; keys of nodePools may be given beside those of the cluster."""
    of_pools = {k: other.pop(k) for k in ("markets", "reserved", "limits") if k in other}
    base = {
        "kind": "Cluster",
        "name": "test",
        "platform": "eks",
        "region": REGION,
        "zones": ("a", "b"),
        "kubernetes": "1.35",
        "asOf": AS_OF,
        "nodePools": {"provisioner": "karpenter", "instanceTypes": tuple(types)} | of_pools,
    }
    return Cluster.model_validate(base | other)


def batch(name: str, pods: int, gpus: int = 1, accelerator: str | None = "l40s", **other: Any) -> dict[str, Any]:
    """Batch pods of 4 cores and 16 GiB."""
    base = {"name": name, "pods": pods, "gpus": gpus, "cpu": "4", "memory": "16GiB"}
    return base | ({"accelerator": accelerator} if gpus and accelerator else {}) | other


def team(*pods: dict[str, Any], name: str = "search", **other: Any) -> Team:
    """A team of batch pods."""
    base = {"kind": "Team", "name": name, "contact": "oncall@example.com", "clusters": {"test": {}}, "batch": pods}
    return Team.model_validate(base | other)


def reservation(count: int = 2, id_: str = "cr-1", **other: Any) -> dict[str, Any]:
    """Nodes of p.eight that are paid for."""
    return {"instanceType": "p.eight", "count": count, "id": id_, "zone": "a", "price": "31.40 USD/h"} | other
