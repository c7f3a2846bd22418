"""Who may talk to whom, judged by a reading of the policies that is not the package's own."""

from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.serving.factories import MINIMAL as SERVER
from manifests.tenancy.factories import FULL, MINIMAL, space
from manifests.tenancy.traffic import Peer, allowed
from tonnage.manifests.serving.pods import pod
from tonnage.manifests.tenancy.network import METADATA_SERVERS, policies
from tonnage.manifests.tenancy.space import Space

ENGINE = Peer("team-search", pod(SERVER)["metadata"]["labels"])
JOB = Peer("team-search", {"app": "job"})
STRANGER = Peer("team-other", {"app": "job"})
METADATA = [cidr.partition("/")[0] for cidr in METADATA_SERVERS]


def may(of: Space, pod: Peer, other: Peer, port: int, direction: str, *, protocol: str = "TCP") -> bool:
    """Whether the space's policies let it pass."""
    return allowed(policies(of).values(), pod, other, port, direction, protocol=protocol)


@pytest.mark.parametrize("of", [MINIMAL, FULL], ids=["minimal", "full"])
def test_pods_of_the_team_reach_its_engines_and_nobody_elses_do(of: Space) -> None:
    """Both sides of the connection agree; the engine's other ports are closed to all."""
    assert may(of, ENGINE, JOB, 8000, "ingress")
    assert may(of, JOB, ENGINE, 8000, "egress")
    assert not may(of, ENGINE, STRANGER, 8000, "ingress")
    assert not may(of, ENGINE, Peer(address="203.0.113.7"), 8000, "ingress")
    assert not may(of, ENGINE, JOB, 29500, "ingress")


def test_gateway_and_prometheus_are_let_in_where_they_are_named() -> None:
    """And nowhere by default."""
    for namespace in ("gateway", "monitoring"):
        assert may(FULL, ENGINE, Peer(namespace, {"a": "b"}), 8000, "ingress")
        assert not may(MINIMAL, ENGINE, Peer(namespace, {"a": "b"}), 8000, "ingress")


def test_nothing_reaches_pods_that_are_no_engines() -> None:
    """A job is nobody's server."""
    assert not may(FULL, JOB, ENGINE, 8000, "ingress")
    assert not may(FULL, JOB, Peer("gateway", {}), 8000, "ingress")


@pytest.mark.parametrize("pod_", [ENGINE, JOB], ids=["engine", "job"])
def test_names_are_resolved_and_weights_are_read(pod_: Peer) -> None:
    """By UDP and TCP; by TLS only."""
    dns = Peer("kube-system", {"k8s-app": "kube-dns"})
    assert may(MINIMAL, pod_, dns, 53, "egress", protocol="UDP")
    assert may(MINIMAL, pod_, dns, 53, "egress")
    assert may(MINIMAL, pod_, Peer(address="203.0.113.7"), 443, "egress")
    assert may(MINIMAL, pod_, Peer(address="2600:1f00::7"), 443, "egress")
    assert not may(MINIMAL, pod_, Peer(address="203.0.113.7"), 80, "egress")
    assert not may(MINIMAL, pod_, STRANGER, 8000, "egress")


def test_stores_can_be_narrowed() -> None:
    """To the ranges that are named."""
    assert may(FULL, JOB, Peer(address="10.1.2.3"), 443, "egress")
    assert not may(FULL, JOB, Peer(address="203.0.113.7"), 443, "egress")


@pytest.mark.parametrize("address", METADATA)
@pytest.mark.parametrize("port", [80, 443])
@pytest.mark.parametrize("of", [MINIMAL, FULL, space(store_ranges=())], ids=["minimal", "full", "closed"])
def test_the_metadata_server_is_out_of_reach(of: Space, port: int, address: str) -> None:
    """It would hand out the node's credentials."""
    assert not may(of, ENGINE, Peer(address=address), port, "egress")
    assert not may(of, JOB, Peer(address=address), port, "egress")


@given(st.lists(st.ip_addresses(v=4).flatmap(lambda a: st.integers(0, 32).map(lambda n: f"{a}/{n}")), max_size=4))
def test_no_range_of_stores_opens_the_metadata_server(ranges: list[str]) -> None:
    """Not even one that is that server alone."""
    clean = tuple(str(IPv4Network(r, strict=False)) for r in [*ranges, "169.254.169.254/32"])
    assert not may(space(store_ranges=clean), JOB, Peer(address="169.254.169.254"), 443, "egress")
