"""Arguments of components as a plan decides them: what stacks pass on, and where a program of your own can start."""

from tonnage.capacity.result import CapacityPlan, PlannedWorkload, Pool, TeamQuota
from tonnage.catalog.catalog import Catalog
from tonnage.catalog.models import Model
from tonnage.manifests.queueing.queues import Share, queues_of
from tonnage.manifests.tenancy.space import quota_of
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
from tonnage.resources.team_space import TeamSpaceArgs
from tonnage.spec.cluster import Cluster
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


def model_server_args(serving: Serving, planned: PlannedWorkload, model: Model, image: str) -> ModelServerArgs:
    """A served model as it was planned. `image` is used where the team names none. Raises ValueError without a model.

    The formats of weights and cache, the GPUs and the limits of the engine are those that the prediction rests on.
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
    return args


def team_space_args(team: str, planned: TeamQuota) -> TeamSpaceArgs:
    """A team's space with the quota that the plan counts. Groups and neighbours are the caller's to add."""
    quota = quota_of(planned)
    return TeamSpaceArgs(
        team=team,
        quota={"gpus": quota.gpus, "cpu": str(quota.cpu), "memory": str(quota.memory), "pods": quota.pods},
    )


def queueing_args(plan: CapacityPlan) -> QueueingArgs:
    """The queues that a plan promises to the teams with batch workloads."""
    queues = queues_of(plan)
    return QueueingArgs(
        gpus=dict(queues.gpus),
        teams={team: {flavor: _share(s) for flavor, s in shares.items()} for team, shares in queues.teams.items()},
    )


def _share(share: Share) -> QueueShareArgs:
    return QueueShareArgs(
        gpus=share.gpus,
        cpu=str(share.cpu),
        memory=str(share.memory),
        ephemeral_storage=str(share.ephemeral_storage),
    )
