"""NodePool and EC2NodeClass of one pool.

Fields and limits: the definitions of karpenter-provider-aws v1.14.1; what they do: Karpenter documentation, "NodePools"
and "NodeClasses". Defaults are chosen for GPU nodes, which are scarce, dear and slow to start: a running pod is never
moved to save money, and no node is replaced for its age.
"""

from collections.abc import Mapping
from typing import Any

from tonnage.manifests.contracts import (
    ACCELERATOR_LABEL,
    GPU_PRESENT_LABEL,
    GPU_RESOURCE,
    GPU_TAINT,
    MANAGED_BY,
    MANAGED_BY_LABEL,
    POOL_LABEL,
)
from tonnage.manifests.declared import Manifest
from tonnage.manifests.node_pools.pool import KarpenterPool
from tonnage.manifests.quantities import memory_text
from tonnage.units import Duration

NODE_CLASS = "EC2NodeClass"
_GROUP = "karpenter.k8s.aws"
_DISCOVERY_TAG = "karpenter.sh/discovery"
_CAPACITY_TYPES = {"reserved": "reserved", "onDemand": "on-demand", "spot": "spot"}
_ROOT_DEVICE = "/dev/xvda"
"""Of Amazon Linux 2023."""


def node_class(pool: KarpenterPool) -> Manifest:
    """How a node of the pool is started on AWS: image, network, disks, reservation."""
    spec: dict[str, Any] = {
        "role": pool.role,
        "amiSelectorTerms": [{"alias": pool.ami}],
        "subnetSelectorTerms": [{"tags": {_DISCOVERY_TAG: pool.discovery}}],
        "securityGroupSelectorTerms": [{"tags": {_DISCOVERY_TAG: pool.discovery}}],
        "blockDeviceMappings": [
            {
                "deviceName": _ROOT_DEVICE,
                "rootVolume": True,
                "ebs": {
                    "volumeSize": memory_text(pool.disk),
                    "volumeType": "gp3",
                    "encrypted": True,
                    "deleteOnTermination": True,
                },
            }
        ],
        # local disks of the type, where it has any, hold images, logs and emptyDirs: weights land there
        "instanceStorePolicy": "RAID0",
        # pods cannot take the node's credentials: the metadata service answers one hop and only with a token
        "metadataOptions": {
            "httpEndpoint": "enabled",
            "httpProtocolIPv6": "disabled",
            "httpPutResponseHopLimit": 1,
            "httpTokens": "required",
        },
        "tags": {POOL_LABEL: pool.name, **pool.tags},
    }
    if pool.reservation is not None:
        spec["capacityReservationSelectorTerms"] = [{"id": pool.reservation}]
    return {
        "apiVersion": f"{_GROUP}/v1",
        "kind": NODE_CLASS,
        "metadata": {"name": pool.name, "labels": {MANAGED_BY_LABEL: MANAGED_BY}},
        "spec": spec,
    }


def node_pool(pool: KarpenterPool) -> Manifest:
    """Which nodes Karpenter may start for the pool, how many, and when it may take one away."""
    return {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": {"name": pool.name, "labels": {MANAGED_BY_LABEL: MANAGED_BY}},
        "spec": {
            "template": {"metadata": {"labels": node_labels(pool)}, "spec": _node(pool)},
            "disruption": {
                # an empty node costs money, a moved pod costs a model load: only what is empty goes
                "consolidationPolicy": "WhenEmpty",
                "consolidateAfter": "30m",
                "budgets": [
                    {"nodes": "1"},
                    {
                        "nodes": "0",
                        "reasons": ["Drifted"],
                        "schedule": pool.quiet_hours.schedule,
                        "duration": span_text(pool.quiet_hours.duration),
                    },
                ],
            },
            "limits": _limits(pool),
        },
    }


def node_labels(pool: KarpenterPool) -> Mapping[str, str]:
    """Labels that nodes carry before they join: pods and queues select them, so that an empty pool can grow."""
    gpu = {} if pool.accelerator is None else {ACCELERATOR_LABEL: pool.accelerator, GPU_PRESENT_LABEL: "true"}
    return {**pool.labels, POOL_LABEL: pool.name, **gpu}


def span_text(duration: Duration) -> str:
    """A length of time as Karpenter writes it, in the largest unit that keeps it whole: 10h, 90m, 45s."""
    seconds = int(duration.in_seconds)
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _node(pool: KarpenterPool) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "nodeClassRef": {"group": _GROUP, "kind": NODE_CLASS, "name": pool.name},
        "requirements": [
            _one_of("node.kubernetes.io/instance-type", *pool.instance_types),
            _one_of("karpenter.sh/capacity-type", _CAPACITY_TYPES[pool.market]),
            _one_of("topology.kubernetes.io/zone", *pool.zones),
            _one_of("kubernetes.io/arch", pool.arch),
            _one_of("kubernetes.io/os", "linux"),
        ],
        "expireAfter": "Never",
        "terminationGracePeriod": span_text(pool.grace),
    }
    if pool.gpus_per_node:
        spec["taints"] = [dict(GPU_TAINT)]
    return spec


def _one_of(key: str, *values: str) -> dict[str, Any]:
    return {"key": key, "operator": "In", "values": list(values)}


def _limits(pool: KarpenterPool) -> dict[str, int]:
    """What the pool may never exceed. Karpenter counts nodes as a resource called `nodes`.

    Source: kubernetes-sigs/karpenter@2266468:pkg/controllers/provisioning/scheduling/scheduler.go.
    """
    most = pool.nodes + pool.surge
    return {"nodes": most} | ({GPU_RESOURCE: most * pool.gpus_per_node} if pool.gpus_per_node else {})
