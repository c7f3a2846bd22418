"""Arguments of components as a plan decides them: what stacks pass on, and where a program of your own can start."""

from tonnage.capacity.result import CapacityPlan, PlannedWorkload, Pool
from tonnage.catalog.catalog import Catalog
from tonnage.catalog.models import Model
from tonnage.manifests.queueing.queues import CPU_FLAVOR, Share, queues_of
from tonnage.manifests.tenancy.space import priorities_of, quota_of
from tonnage.resources.gpu_stack import DriverOwner, GpuStackArgs, GpuStackMode
from tonnage.resources.model_server import (
    CacheFormat,
    ModelServerArgs,
    Rollout,
    ServingPriority,
    Survival,
    WeightFormat,
)
from tonnage.resources.node_pool import Architecture, GpuNodePoolArgs, Market
from tonnage.resources.queueing import QueueingArgs, QueueShareArgs
from tonnage.resources.team_space import TeamPriority, TeamSpaceArgs
from tonnage.spec.cluster import Cluster, InventoryNodes, shared_labels
from tonnage.spec.workload import Serving


def node_pool_args(pool: Pool, cluster: Cluster, catalog: Catalog) -> GpuNodePoolArgs:
    """A pool as it was planned: of the planned type alone, because the price of another was not counted."""
    node, aws = catalog.node_types[pool.instance_type], cluster.node_pools.aws
    args = GpuNodePoolArgs(
        cluster=cluster.name,
        instance_type=pool.instance_type,
        market=Market(pool.market),
        zones=list(pool.zones),
        nodes=pool.nodes,
        arch=Architecture(node.arch),
        ami=aws.ami or catalog.releases["ami-al2023"].reference,
    )
    if pool.accelerator is not None:
        args["accelerator"], args["gpus_per_node"] = pool.accelerator, pool.gpus_per_node
    if pool.reservation is not None:
        args["reservation"] = pool.reservation
    if aws.role is not None:
        args["role"] = aws.role
    if aws.discovery is not None:
        args["discovery"] = aws.discovery
    return args


def gpu_stack_args(cluster: Cluster, catalog: Catalog) -> GpuStackArgs:
    """The GPU stack that the cluster's file asks for, with the images of the catalogue."""
    return GpuStackArgs(
        mode=GpuStackMode(cluster.gpu_stack.mode),
        driver=DriverOwner(cluster.gpu_stack.driver),
        plugin_image=catalog.releases["device-plugin"].reference,
        discovery_image=catalog.releases["nfd"].reference,
    )


def model_server_args(
    serving: Serving, planned: PlannedWorkload, model: Model, image: str, cluster: Cluster | None = None
) -> ModelServerArgs:
    """A served model as it was planned. `image` is used where the team names none. Raises ValueError without a model.

    The formats of weights and cache, the GPUs and the limits of the engine are those that the prediction rests on.
    With a `cluster` whose nodes exist already, replicas find them by the labels that its file states.
    """
    option = planned.option
    if option.engine is None or option.layout is None:
        raise ValueError(f"{planned.id} is no served model")
    engine, pod = option.engine, option.pod
    args = ModelServerArgs(
        team=planned.id.team,
        workload=planned.id.name,
        model=model.id,
        source=serving.source or model.id,
        image=serving.image or image,
        replicas=option.replicas,
        gpus=option.layout.tensor_parallel,
        cpu=str(pod.cpu),
        memory=str(pod.memory),
        ephemeral_storage=str(pod.ephemeral),
        pools=sorted(planned.pools),
        context_length=engine.context_length,
        max_num_seqs=engine.max_num_seqs,
        gpu_memory_utilization=float(engine.memory_fraction),
        precision=WeightFormat(engine.precision),
        published_precision=WeightFormat(model.precision),
        kv_precision=CacheFormat(engine.kv_precision),
        engine_args=dict(serving.engine_args),
        billions_of_parameters=model.total_parameters / 1e9,
        priority=ServingPriority(planned.priority),
        survive=Survival(planned.survive),
        rollout=Rollout.SURGE if planned.surge else Rollout.IN_PLACE,
    )
    if serving.revision:
        args["revision"] = serving.revision
    _pin_to_labels(args, planned, cluster)
    return args


def _pin_to_labels(args: ModelServerArgs, planned: PlannedWorkload, cluster: Cluster | None) -> None:
    if cluster is None or not owns_its_nodes(cluster):
        return
    blocks = [b for b in cluster.node_pools.nodes if b.name in planned.pools]
    args["pools"] = []
    args["node_labels"] = [dict(b.labels) for b in blocks]
    args["taints"] = sorted({t for b in blocks for t in b.taints})


def owns_its_nodes(cluster: Cluster) -> bool:
    """Whether the nodes exist already, so that nothing is declared on them."""
    return cluster.node_pools.provisioner == "none"


def team_space_args(team: str, plan: CapacityPlan, cluster: Cluster | None = None) -> TeamSpaceArgs:
    """A team's space with the quota and the tiers that the plan gives it. Groups and neighbours are the caller's.

    With a `cluster`, the Pod Security rules are those of the release that its file states.
    """
    quota = quota_of(plan.quotas[team])
    args = TeamSpaceArgs(
        team=team,
        quota={"gpus": quota.gpus, "cpu": str(quota.cpu), "memory": str(quota.memory), "pods": quota.pods},
        priorities=[TeamPriority(tier) for tier in priorities_of(plan, team)],
    )
    if cluster is not None:
        args["kubernetes"] = cluster.kubernetes
    return args


def queueing_args(plan: CapacityPlan, cluster: Cluster | None = None) -> QueueingArgs:
    """The queues that a plan promises to the teams with batch workloads.

    With a `cluster` whose nodes exist already, flavors select them by the labels that its file states.
    """
    queues = queues_of(plan)
    args = QueueingArgs(
        gpus=dict(queues.gpus),
        teams={team: {flavor: _share(s) for flavor, s in shares.items()} for team, shares in queues.teams.items()},
    )
    if cluster is not None and owns_its_nodes(cluster):
        flavors = {f: [b for b in cluster.node_pools.nodes if _flavor(b) == f] for f in queues.flavors}
        labels = {f: shared_labels(blocks) for f, blocks in flavors.items() if blocks}
        args["cpu_flavor_labels"] = labels.pop(CPU_FLAVOR, {})
        args["accelerator_labels"] = labels
        args["taints"] = {f: sorted({t for b in blocks for t in b.taints}) for f, blocks in flavors.items()}
    return args


def _flavor(block: InventoryNodes) -> str:
    return block.accelerator if block.accelerator and block.gpus else CPU_FLAVOR


def _share(share: Share) -> QueueShareArgs:
    return QueueShareArgs(
        gpus=share.gpus,
        cpu=str(share.cpu),
        memory=str(share.memory),
        ephemeral_storage=str(share.ephemeral_storage),
    )
