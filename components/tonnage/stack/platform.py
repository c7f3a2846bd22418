"""The platform role: everything of a cluster that belongs to no team, and each team's place."""

from collections.abc import Sequence

import pulumi
import pulumi_kubernetes as k8s

from tonnage.capacity.result import CapacityPlan
from tonnage.catalog.catalog import Catalog
from tonnage.manifests.queueing.queues import cluster_queue_name
from tonnage.resources.from_plan import (
    gpu_stack_args,
    node_pool_args,
    owns_its_nodes,
    queueing_args,
    team_space_args,
)
from tonnage.resources.gpu_stack import GpuStack
from tonnage.resources.node_pool import GpuNodePool
from tonnage.resources.queueing import Queueing
from tonnage.resources.team_space import TeamSpace
from tonnage.resources.tiers import Tiers
from tonnage.spec.cluster import Cluster
from tonnage.spec.team import Team


def platform(
    cluster: Cluster, teams: Sequence[Team], plan: CapacityPlan, catalog: Catalog, provider: k8s.Provider
) -> None:
    """Declare tiers, node pools, GPU stack, queues and team spaces of one cluster.

    Pools come first: Karpenter starts no node before a pod waits. A team's queue comes after the ClusterQueue. Nothing
    is declared on nodes that exist already.
    """
    options = pulumi.ResourceOptions(provider=provider)
    Tiers("tiers", {}, options)
    for pool in () if owns_its_nodes(cluster) else plan.pools:
        GpuNodePool(pool.name, node_pool_args(pool, cluster, catalog), options)
    if cluster.gpu_stack.mode != "none" and any(pool.gpus_per_node for pool in plan.pools):
        GpuStack("gpu-stack", gpu_stack_args(cluster, catalog), options)
    queues = queueing_args(plan, cluster)
    queued = cluster.queueing == "kueue" and bool(queues["teams"])
    queueing = Queueing("queueing", queues, options) if queued else None
    for team in teams:
        args = team_space_args(team.name, plan, cluster)
        after = options
        if queueing is not None and team.name in queues["teams"]:
            args["cluster_queue"] = cluster_queue_name(team.name)
            after = pulumi.ResourceOptions(provider=provider, depends_on=[queueing])
        TeamSpace(team.name, args, after)
