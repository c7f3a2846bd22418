"""Whether a cluster's own keys agree with each other."""

import re
from collections.abc import Iterator

from tonnage.catalog.catalog import Catalog
from tonnage.check.rule import ClusterRule, again
from tonnage.findings import Finding
from tonnage.spec.cluster import Cluster
from tonnage.spec.suggest import instead

_PROVISIONERS = {
    "eks": ("karpenter", "managed", "none"),
    "gke": ("karpenter", "managed", "none"),
    "aks": ("karpenter", "managed", "none"),
    "coreweave": ("managed", "none"),
    "cluster-api": ("cluster-api", "none"),
    "existing": ("none",),
}
"""Who can start nodes on a platform. On `existing` nothing is declared on nodes."""


def _provisioner(cluster: Cluster, _: Catalog) -> Iterator[Finding]:
    pools, at = cluster.node_pools, f"cluster {cluster.name} nodePools"
    able = _PROVISIONERS[cluster.platform]
    if pools.provisioner not in able:
        what = f"{pools.provisioner} cannot start nodes on {cluster.platform}"
        yield Finding(
            f"{at}.provisioner",
            what,
            f"write {', '.join(able[:-1])} or {able[-1]}" if len(able) > 1 else f"write {able[0]}",
            code="TN205",
        )
    elif pools.provisioner == "none":
        if not pools.nodes:
            yield Finding(
                f"{at}.provisioner", "nobody starts nodes, and none are listed", "list them under nodes", code="TN206"
            )
        elif pools.instance_types:
            what = "are types to buy, but provisioner none buys nothing"
            yield Finding(f"{at}.instanceTypes", what, "drop them, or name a provisioner", code="TN207")
    else:
        if not pools.instance_types:
            what = f"{pools.provisioner} has no type to start"
            yield Finding(at, what, "list the types that may be bought under instanceTypes", code="TN206")
        if pools.nodes:
            what = "lists nodes that exist already, but a provisioner starts others"
            yield Finding(f"{at}.nodes", what, "drop the list, or write provisioner: none", code="TN207")


def _zones(cluster: Cluster, _: Catalog) -> Iterator[Finding]:
    at = f"cluster {cluster.name} zones"
    repeated = {i for i, _zone in again(cluster.zones)}
    for i, zone in enumerate(cluster.zones):
        if i in repeated:
            yield Finding(f"{at}[{i}]", f"'{zone}' is listed twice", "keep one of the two", code="TN209")
        # the names of zones of these two clouds begin with their region's
        elif cluster.platform in {"eks", "gke"} and cluster.region and not zone.startswith(cluster.region):
            yield Finding(
                f"{at}[{i}]",
                f"'{zone}' does not lie in {cluster.region}",
                f"name zones of {cluster.region}",
                code="TN208",
            )


def _gpu_stack(cluster: Cluster, _: Catalog) -> Iterator[Finding]:
    """What the component would refuse as well, but only once the stacks run."""
    stack, at = cluster.gpu_stack, f"cluster {cluster.name} gpuStack"
    if stack.mode in {"operator", "dra"}:
        kind = "the GPU operator" if stack.mode == "operator" else "the DRA driver"
        fix = "write device-plugin, or none where the cluster has a GPU stack of its own"
        yield Finding(f"{at}.mode", f"{kind} cannot be declared yet", fix, code="TN210")
    elif stack.driver == "operator":
        what = f"mode {stack.mode} installs no driver"
        yield Finding(f"{at}.driver", what, "write preinstalled: the machine image holds it", code="TN210")


def _machine_image(cluster: Cluster, _: Catalog) -> Iterator[Finding]:
    ami = cluster.node_pools.aws.ami
    if ami is not None and not re.fullmatch(r"al2023@v\d{8}", ami):
        fix = "write it like al2023@v20260801: other families have other disks, and a version that moves replaces nodes"
        where = f"cluster {cluster.name} nodePools.aws.ami"
        yield Finding(where, f"'{ami}' is no pinned version of al2023", fix, code="TN222")


def _inventory(cluster: Cluster, catalog: Catalog) -> Iterator[Finding]:
    nodes, at = cluster.node_pools.nodes, f"cluster {cluster.name} nodePools.nodes"
    for i, name in again(n.name for n in nodes):
        yield Finding(
            f"{at}[{i}].name", f"'{name}' is the name of other nodes too", "give them another name", code="TN209"
        )
    for i, n in enumerate(nodes):
        here = f"{at}[{i}]"
        if n.accelerator is not None and n.accelerator not in catalog.accelerators:
            fix = instead(n.accelerator, catalog.accelerators, "add its row to catalog.yaml")
            yield Finding(
                f"{here}.accelerator", f"the catalogue has no accelerator '{n.accelerator}'", fix, code="TN202"
            )
        if n.gpus and n.accelerator is None:
            yield Finding(f"{here}.gpus", "of which kind the GPUs are is not said", "add accelerator", code="TN211")
        if n.accelerator and not n.gpus:
            yield Finding(f"{here}.accelerator", "how many GPUs a node has is not said", "add gpus", code="TN211")
        if n.racks and sum(n.racks.values()) != n.count:
            what = f"racks hold {sum(n.racks.values())} nodes, count says {n.count}"
            yield Finding(f"{here}.racks", what, "make the two agree", code="TN212")


CLUSTER: tuple[ClusterRule, ...] = (_provisioner, _zones, _gpu_stack, _machine_image, _inventory)
"""Rules of a cluster by itself."""
