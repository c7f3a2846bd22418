"""Whether a connection passes a namespace's policies: few lines of our own, apart from the package.

Source: Kubernetes documentation, "Network Policies": a pod that a policy selects refuses what no policy allows;
policies add up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any


@dataclass(frozen=True)
class Peer:
    """One end of a connection: a pod by namespace and labels, or an address outside."""

    namespace: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    address: str = ""


def allowed(
    policies: Iterable[Mapping[str, Any]], pod: Peer, other: Peer, port: int, direction: str, *, protocol: str = "TCP"
) -> bool:
    """Whether `pod` may receive from (ingress) or send to (egress) `other`."""
    rules_key, peers_key = {"ingress": ("ingress", "from"), "egress": ("egress", "to")}[direction]
    selecting = [
        p["spec"]
        for p in policies
        if p["metadata"]["namespace"] == pod.namespace
        and direction.capitalize() in p["spec"]["policyTypes"]
        and _selects(p["spec"]["podSelector"], pod.labels)
    ]
    if not selecting:
        return True
    return any(
        any(_is(peer, other, pod.namespace) for peer in rule[peers_key])
        and any(p["port"] == port and p["protocol"] == protocol for p in rule["ports"])
        for spec in selecting
        for rule in spec.get(rules_key, [])
    )


def _is(peer: Mapping[str, Any], other: Peer, namespace: str) -> bool:
    if "ipBlock" in peer:
        block = peer["ipBlock"]
        if not other.address or not _inside(other.address, block["cidr"]):
            return False
        return not any(_inside(other.address, hole) for hole in block.get("except", []))
    if other.address:
        return False
    if "namespaceSelector" in peer:
        named = {"kubernetes.io/metadata.name": other.namespace}
        return _selects(peer["namespaceSelector"], named) and _selects(peer.get("podSelector", {}), other.labels)
    return other.namespace == namespace and _selects(peer["podSelector"], other.labels)


def _inside(address: str, cidr: str) -> bool:
    return ip_address(address) in ip_network(cidr)


def _selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    wanted = selector.get("matchLabels", {})
    exist = [e["key"] for e in selector.get("matchExpressions", []) if e["operator"] == "Exists"]
    return wanted.items() <= labels.items() and all(key in labels for key in exist)
