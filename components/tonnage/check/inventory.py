"""Whether nodes that exist already can be found by pods, and told apart."""

from collections.abc import Iterator

from tonnage.catalog.catalog import Catalog
from tonnage.check.rule import ClusterRule
from tonnage.findings import Finding, Severity
from tonnage.spec.cluster import Cluster, InventoryNodes, shared_labels

_LIKE = "node.example.com/pool"


def _labels(cluster: Cluster, _: Catalog) -> Iterator[Finding]:
    """Pods of a plan go to the nodes that it counts, so labels must select these and no others."""
    if cluster.node_pools.provisioner != "none":
        return
    nodes = cluster.node_pools.nodes
    for i, block in enumerate(nodes):
        at = f"cluster {cluster.name} nodePools.nodes[{i}]"
        others = [n.name for k, n in enumerate(nodes) if k != i and block.labels.items() <= n.labels.items()]
        if not block.labels:
            fix = f"label them, such as {_LIKE}={block.name}, and write labels: {{{_LIKE}: {block.name}}}"
            yield Finding(at, f"has no labels by which pods find {block.name}", fix, code="TN211")
        elif others:
            what = f"also select the nodes of {', '.join(others)}"
            yield Finding(f"{at}.labels", what, f"add a label that only {block.name} carries", code="TN211")


def _flavors(cluster: Cluster, _: Catalog) -> Iterator[Finding]:
    """A queue promises GPUs of one kind, and finds their nodes by one set of labels."""
    kinds: dict[str, list[InventoryNodes]] = {}
    for block in cluster.node_pools.nodes:
        kinds.setdefault(block.accelerator or "", []).append(block)
    for accelerator, blocks in sorted(kinds.items()):
        labelled = all(b.labels for b in blocks)
        if cluster.queueing == "kueue" and len(blocks) > 1 and labelled and not shared_labels(blocks):
            names = ", ".join(b.name for b in blocks)
            what = f"{names} share no label, so the queue of {accelerator or 'CPU'} jobs cannot select them alone"
            fix = "give all nodes of a kind one label in common"
            yield Finding(f"cluster {cluster.name} nodePools.nodes", what, fix, Severity.WARNING, code="TN211")


def _nothing_bought(cluster: Cluster, _: Catalog) -> Iterator[Finding]:
    pools = cluster.node_pools
    stated = {"reserved": pools.reserved, "markets": pools.markets, "spot": pools.spot, "limits": pools.limits.gpus}
    for key, value in stated.items():
        if pools.provisioner == "none" and value:
            what = "bounds what is bought, but provisioner none buys nothing"
            yield Finding(f"cluster {cluster.name} nodePools.{key}", what, "drop it", Severity.WARNING, code="TN207")


INVENTORY: tuple[ClusterRule, ...] = (_labels, _flavors, _nothing_bought)
"""Rules over nodes that exist already."""
