"""The objects of a served model: Deployment, Service, PodDisruptionBudget and ServiceAccount."""

from tonnage.manifests.contracts import ENGINE_PORT
from tonnage.manifests.declared import Manifest
from tonnage.manifests.serving.engine import load_engine
from tonnage.manifests.serving.pods import PORT_NAME, labels, pod, selector
from tonnage.manifests.serving.server import Server


def objects(server: Server) -> dict[str, Manifest]:
    """All objects of a server by what people call them, in the order in which they are needed."""
    return {
        "service-account": service_account(server),
        "disruption-budget": disruption_budget(server),
        "service": service(server),
        "deployment": deployment(server),
    }


def deployment(server: Server) -> Manifest:
    """The replicas. Pulumi waits for them as long as all of them may take to start one after the other."""
    facts = load_engine()
    progress = facts.startup_seconds(server.billions_of_parameters) + facts.node_seconds
    metadata = {
        **_metadata(server),
        "annotations": {"pulumi.com/timeoutSeconds": str(progress * max(server.replicas, 1))},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {
            "replicas": server.replicas,
            "revisionHistoryLimit": 3,
            "progressDeadlineSeconds": progress,
            "strategy": strategy(server),
            "selector": {"matchLabels": selector(server)},
            "template": pod(server),
        },
    }


def strategy(server: Server) -> Manifest:
    """How a new release comes: with a further replica where the plan holds its place, else in the place of an old one.

    A surge without a free place waits for ever: the old replica stays until the new one is ready, and the new one
    waits for the old one's GPUs.
    """
    if server.rollout == "surge":
        return {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    if server.replicas <= 1:
        return {"type": "Recreate"}
    return {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}


def service(server: Server) -> Manifest:
    """The address inside the cluster. Nothing is exposed outside: that is the gateway's work."""
    port = {"name": PORT_NAME, "port": ENGINE_PORT, "targetPort": PORT_NAME, "protocol": "TCP"}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(server),
        "spec": {"type": "ClusterIP", "selector": selector(server), "ports": [port]},
    }


def disruption_budget(server: Server) -> Manifest:
    """One replica at a time may be drained, and one that is not ready always: it serves nobody.

    Never a minimum that blocks: a node that cannot be drained is not repaired.
    """
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _metadata(server),
        "spec": {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": selector(server)},
        },
    }


def service_account(server: Server) -> Manifest:
    """An identity without a token of the API server. A cloud role may be bound to it by annotation."""
    metadata = _metadata(server)
    if server.service_account_annotations:
        metadata["annotations"] = dict(server.service_account_annotations)
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata,
        "automountServiceAccountToken": False,
    }


def _metadata(server: Server) -> Manifest:
    return {"name": server.workload, "namespace": server.namespace, "labels": labels(server)}
