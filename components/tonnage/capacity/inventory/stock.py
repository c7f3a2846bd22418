"""Nodes that exist already, as packing sees them: one offer for each block of equal nodes, with its racks."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from tonnage.capacity.packing.supply import Offer, Supply
from tonnage.capacity.packing.vectors import room_vector
from tonnage.capacity.result import PricedBy
from tonnage.catalog.accelerators import Source
from tonnage.catalog.allocatable import Room, room_of
from tonnage.catalog.catalog import Catalog
from tonnage.catalog.node_types import NodeType
from tonnage.findings import Finding, Severity
from tonnage.spec.cluster import Cluster, InventoryNodes

MARKET = "existing"
"""What stands in a plan for nodes that nobody buys."""


@dataclass(frozen=True)
class Stock:
    """All blocks of a cluster."""

    supply: Supply
    """A node costs the search as many units as it has GPUs: money plays no part. Every offer has a limit."""
    racks: tuple[Mapping[str, int], ...]
    """By offer: nodes of the block in each rack; empty where it is not said."""
    findings: tuple[Finding, ...]

    @property
    def counts(self) -> tuple[int, ...]:
        """Nodes of each block."""
        return tuple(offer.limit or 0 for offer in self.supply.offers)


def stock_of(cluster: Cluster, catalog: Catalog) -> Stock:
    """The inventory of a cluster. Blocks whose room is unknown are findings, and are not planned on."""
    found: list[Finding] = []
    kept: list[tuple[Offer, Mapping[str, int]]] = []
    for i, block in enumerate(cluster.node_pools.nodes):
        where = f"cluster {cluster.name} nodePools.nodes[{i}]"
        node = node_type_of(block, cluster)
        room = _room(block, node, catalog, cluster.platform)
        if isinstance(room, str):
            found.append(
                Finding(where, f"{block.name} is not planned on: {room}", "correct the nodes' shape", code="TN328")
            )
            continue
        if block.ephemeral is None:
            what = f"the disk of {block.name} is not stated: {room.ephemeral.in_gib:.0f} GiB for pods are assumed"
            found.append(Finding(where, what, "add ephemeral", Severity.WARNING, code="TN351"))
        kept.append((_offer(block, node, room, cluster), block.racks))
    kept.sort(key=lambda entry: entry[0].name)
    return Stock(
        Supply(tuple(offer for offer, _ in kept), (), Fraction(1)),
        tuple(dict(sorted(racks.items())) for _, racks in kept),
        tuple(found),
    )


def node_type_of(block: InventoryNodes, cluster: Cluster) -> NodeType:
    """A block as the catalogue would describe it."""
    return NodeType(
        name=block.name,
        cloud=cluster.platform,
        accelerator=block.accelerator if block.gpus else None,
        gpus=block.gpus,
        cpu=block.cpu,
        memory=block.memory,
        local_disk=block.ephemeral,
        rdma=block.rdma,
        max_pods=block.max_pods,
        arch="unknown",
        allocatable_cpu=block.cpu if block.allocatable else None,
        allocatable_memory=block.memory if block.allocatable else None,
        source=Source(f"clusters/{cluster.name}.yaml", cluster.as_of),
    )


def _room(block: InventoryNodes, node: NodeType, catalog: Catalog, platform: str) -> Room | str:
    """What pods may use. Where the block states what is allocatable, no reserve is taken off again."""
    room = room_of(node, catalog, platform)
    if isinstance(room, Room) and block.allocatable and block.ephemeral is not None:
        return replace(room, ephemeral=block.ephemeral)
    return room


def _offer(block: InventoryNodes, node: NodeType, room: Room, cluster: Cluster) -> Offer:
    if block.price is None:
        price = PricedBy(None, "the nodes exist already, and no price is stated", None, sunk=True)
    else:
        price = PricedBy(block.price, f"stated for the nodes {block.name}", None, sunk=True)
    words = f"{room.words} ({room.source})"
    zones = tuple(sorted(set(cluster.zones)))
    return Offer(block.name, node, MARKET, zones, room_vector(room), words, price, cost=node.gpus, limit=block.count)
