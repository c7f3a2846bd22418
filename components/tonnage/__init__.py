"""tonnage: plan the GPUs, then declare the cluster.

Names load on first use, so that planning needs no Pulumi and the command line starts fast.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tonnage.capacity.plan import plan_capacity
    from tonnage.capacity.result import CapacityPlan
    from tonnage.catalog.load import load_catalog
    from tonnage.findings import Finding, Severity, SpecError
    from tonnage.resources.gpu_stack import GpuStack, GpuStackArgs
    from tonnage.resources.model_server import ModelServer, ModelServerArgs
    from tonnage.resources.node_pool import GpuNodePool, GpuNodePoolArgs
    from tonnage.resources.queueing import Queueing, QueueingArgs
    from tonnage.resources.team_space import TeamSpace, TeamSpaceArgs
    from tonnage.resources.tiers import Tiers, TiersArgs
    from tonnage.spec.load import Specs, load_specs

__all__ = [
    "CapacityPlan",
    "Finding",
    "GpuNodePool",
    "GpuNodePoolArgs",
    "GpuStack",
    "GpuStackArgs",
    "ModelServer",
    "ModelServerArgs",
    "Queueing",
    "QueueingArgs",
    "Severity",
    "SpecError",
    "Specs",
    "TeamSpace",
    "TeamSpaceArgs",
    "Tiers",
    "TiersArgs",
    "load_catalog",
    "load_specs",
    "plan_capacity",
]

_HOME = {
    "CapacityPlan": "tonnage.capacity.result",
    "Finding": "tonnage.findings",
    "GpuNodePool": "tonnage.resources.node_pool",
    "GpuNodePoolArgs": "tonnage.resources.node_pool",
    "GpuStack": "tonnage.resources.gpu_stack",
    "GpuStackArgs": "tonnage.resources.gpu_stack",
    "ModelServer": "tonnage.resources.model_server",
    "ModelServerArgs": "tonnage.resources.model_server",
    "Queueing": "tonnage.resources.queueing",
    "QueueingArgs": "tonnage.resources.queueing",
    "Severity": "tonnage.findings",
    "SpecError": "tonnage.findings",
    "Specs": "tonnage.spec.load",
    "TeamSpace": "tonnage.resources.team_space",
    "TeamSpaceArgs": "tonnage.resources.team_space",
    "Tiers": "tonnage.resources.tiers",
    "TiersArgs": "tonnage.resources.tiers",
    "load_catalog": "tonnage.catalog.load",
    "load_specs": "tonnage.spec.load",
    "plan_capacity": "tonnage.capacity.plan",
}
"""Where each public name lives."""


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'tonnage' has no attribute {name!r}")
    return getattr(_import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
