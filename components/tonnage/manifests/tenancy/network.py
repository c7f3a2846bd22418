"""Who may talk to whom in a team's namespace. The platform declares it, so a team cannot widen it.

Without a rule nothing passes. What is open: names are resolved, weights come by TLS, engines are asked by the team's
own pods and by the gateway, and read by Prometheus. The clouds' metadata servers, which hand out the node's own
credentials, are out of reach.
"""

from ipaddress import ip_network

from tonnage.manifests.contracts import ENGINE_LABEL, ENGINE_PORT
from tonnage.manifests.declared import Manifest
from tonnage.manifests.tenancy.space import Space

METADATA_SERVERS = ("169.254.169.254/32", "fd00:ec2::254/128")
"""Instance metadata of AWS, Azure and Google Cloud, and of AWS over IPv6 (their documentation, read 2026-11-23)."""
_NAMESPACE_NAME = "kubernetes.io/metadata.name"
_ALL_PODS: Manifest = {}
_ENGINES: Manifest = {"matchExpressions": [{"key": ENGINE_LABEL, "operator": "Exists"}]}


def policies(space: Space) -> dict[str, Manifest]:
    """All network policies of a namespace, by name."""
    return {
        "default-deny": _policy(space, "default-deny", _ALL_PODS, {"policyTypes": ["Ingress", "Egress"]}),
        "dns": _policy(space, "dns", _ALL_PODS, _to_dns()),
        "stores": _policy(space, "stores", _ALL_PODS, _to_stores(space)),
        "engine-clients": _policy(space, "engine-clients", _ALL_PODS, _to_engines()),
        "engines": _policy(space, "engines", _ENGINES, _into_engines(space)),
    }


def _policy(space: Space, name: str, pods: Manifest, spec: Manifest) -> Manifest:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": space.namespace},
        "spec": {"podSelector": pods, **spec},
    }


def _to_dns() -> Manifest:
    ports = [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]
    return {"policyTypes": ["Egress"], "egress": [{"to": [_namespace("kube-system")], "ports": ports}]}


def _to_stores(space: Space) -> Manifest:
    to = [{"ipBlock": _block(cidr)} for cidr in space.store_ranges]
    return {
        "policyTypes": ["Egress"],
        "egress": [{"to": to, "ports": [{"protocol": "TCP", "port": 443}]}] if to else [],
    }


def _to_engines() -> Manifest:
    return {"policyTypes": ["Egress"], "egress": [{"to": [{"podSelector": _ENGINES}], "ports": [_engine_port()]}]}


def _into_engines(space: Space) -> Manifest:
    outside = sorted({*space.gateway_namespaces, *space.prometheus_namespaces})
    clients = [{"podSelector": _ALL_PODS}, *(_namespace(name) for name in outside)]
    return {"policyTypes": ["Ingress"], "ingress": [{"from": clients, "ports": [_engine_port()]}]}


def _engine_port() -> Manifest:
    return {"protocol": "TCP", "port": ENGINE_PORT}


def _namespace(name: str) -> Manifest:
    return {"namespaceSelector": {"matchLabels": {_NAMESPACE_NAME: name}}}


def _block(cidr: str) -> Manifest:
    """A range without the metadata servers inside it."""
    network = ip_network(cidr)
    inside = [
        server
        for server in METADATA_SERVERS
        if (m := ip_network(server)).version == network.version and m.network_address in network
    ]
    return {"cidr": cidr, "except": inside} if inside else {"cidr": cidr}
