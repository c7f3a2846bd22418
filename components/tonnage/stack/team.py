"""The team role: a team's own objects, inside the place that the platform has made for it."""

import pulumi
import pulumi_kubernetes as k8s

from tonnage.capacity.result import CapacityPlan
from tonnage.catalog.catalog import Catalog
from tonnage.resources.from_plan import model_server_args
from tonnage.resources.model_server import ModelServer
from tonnage.spec.cluster import Cluster
from tonnage.spec.local_model import catalog_key
from tonnage.spec.team import Team


def team(cluster: Cluster, spec: Team, plan: CapacityPlan, catalog: Catalog, provider: k8s.Provider) -> None:
    """Declare the team's model servers. Batch jobs are submitted to the team's queue by the team itself."""
    options = pulumi.ResourceOptions(provider=provider)
    engine = catalog.releases["vllm"].reference
    planned = {w.id.name: w for w in plan.workloads if w.id.team == spec.name}
    for serving in spec.serving:
        work = planned.get(serving.name)
        key = catalog_key(serving.model)
        if work is None or key is None:
            continue
        args = model_server_args(serving, work, catalog.models[key], engine, cluster)
        ModelServer(serving.name, args, options)
