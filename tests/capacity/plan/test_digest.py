"""Digests say the same for specs that mean the same, and something else as soon as the meaning differs."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.factories import cluster, team
from tonnage.capacity.digest import cluster_digest, digest, ground_digest, team_digest
from tonnage.spec.cluster import Cluster
from tonnage.spec.team import Team

POOLS: dict[str, Any] = {
    "provisioner": "karpenter",
    "instanceTypes": ("g6e.12xlarge", "p5.48xlarge"),
    "reserved": (
        {"instanceType": "p5.48xlarge", "count": 2, "id": "cr-a", "zone": "us-east-1a"},
        {"instanceType": "p5.48xlarge", "count": 1, "id": "cr-b", "zone": "us-east-1a", "price": "31.40 USD/h"},
    ),
    "limits": {"gpus": 256},
}
TWO = (
    {"name": "a", "pods": 4, "memory": "8GiB"},
    {"name": "b", "pods": 2, "gpus": 1},
)


def pooled(**other: object) -> Cluster:
    """A cluster with changed pools."""
    return cluster(nodePools=POOLS | other)


def batching(*batch: dict[str, Any], **other: Any) -> Team:
    """A team with batch pods."""
    return team(batch=batch or TWO, **other)


def test_units_change_nothing() -> None:
    """12/s is 720/m, 60000 USD/month is that many dollars in 730 hours, 8GiB is 8192MiB."""
    assert team_digest(team("12/s")) == team_digest(team("720/m"))
    assert team_digest(team(budget="73000 USD/month")) == team_digest(team(budget="100 USD/h"))
    assert team_digest(batching({"name": "a", "pods": 1, "memory": "8GiB"})) == team_digest(
        batching({"name": "a", "pods": 1, "memory": "8192MiB"})
    )


def test_the_order_of_keys_and_of_workloads_changes_nothing() -> None:
    """A mapping is a mapping, and the workloads of a team have names, not places."""
    turned = tuple(dict(reversed(w.items())) for w in reversed(TWO))
    assert team_digest(batching(*TWO)) == team_digest(batching(*turned))


def test_defaults_written_out_change_nothing() -> None:
    """`gpus: 0` and `spot: false` say what leaving them out says."""
    written = tuple({"gpus": 0, "spot": False, "run": True} | w for w in TWO)
    assert team_digest(batching(*TWO)) == team_digest(batching(*written))


def test_what_a_team_asks_of_other_clusters_changes_nothing_here() -> None:
    """Overrides of this cluster are in the team as it is here already."""
    there = team(clusters={"prod-east": {}, "staging": {"chat": {"replicas": 1}}})
    assert team_digest(team()) == team_digest(there)


@pytest.mark.parametrize(
    "other",
    [
        team("13/s"),
        team(budget="60001 USD/month"),
        team(priority="production"),
        team(name="other"),
        team(contact="someone@example.com"),
        batching(*TWO),
    ],
)
def test_whatever_else_a_team_states_is_meaning(other: Team) -> None:
    """Traffic, money, priority, name, contact, one more workload."""
    assert team_digest(other) != team_digest(team())


def test_the_order_of_reservations_quotas_and_types_changes_nothing() -> None:
    """None of them has a rank in the pools; markets count as resolved for each type."""
    base = pooled()
    assert cluster_digest(base) == cluster_digest(pooled(reserved=POOLS["reserved"][::-1]))
    assert cluster_digest(base) == cluster_digest(pooled(instanceTypes=POOLS["instanceTypes"][::-1]))
    by_type = {"g6e.12xlarge": ("onDemand", "spot"), "p5.48xlarge": ("reserved",)}
    by_pattern = {"g6e.*": ("spot", "onDemand"), "p5.*": ("reserved",)}
    assert digest(_resolved(by_type)) == digest(_resolved(by_pattern))


def _resolved(markets: dict[str, tuple[str, ...]]) -> str:
    """The digest of the ground, which leaves the patterns as written out."""
    return ground_digest(pooled(markets=markets))


@pytest.mark.parametrize(
    "other",
    [
        pooled(limits={"gpus": 255}),
        pooled(instanceTypes=("g6e.12xlarge",)),
        pooled(reserved=POOLS["reserved"][:1]),
        pooled(markets={"g6e.*": ("spot",)}),
        cluster(nodePools=POOLS, asOf=date(2026, 11, 24)),
        cluster(nodePools=POOLS, accountQuotas=()),
        cluster(nodePools=POOLS, zones=("us-east-1a", "us-east-1b")),
    ],
)
def test_what_the_pools_rest_on_is_meaning(other: Cluster) -> None:
    """Limits, types, reservations, markets, date, quotas, zones."""
    assert cluster_digest(other) != cluster_digest(pooled())


@pytest.mark.parametrize(
    "other",
    [
        pooled(limits={"gpus": 1}),
        cluster(nodePools=POOLS, accountQuotas=()),
        cluster(nodePools=POOLS, asOf=date(2026, 11, 24)),
        cluster(nodePools=POOLS, report={"money": "hidden"}),
        pooled(reserved=tuple(r | {"count": 9} for r in POOLS["reserved"])),
    ],
)
def test_a_teams_ground_is_only_where_its_pods_may_land(other: Cluster) -> None:
    """Limits, quotas, dates, reports and how much is reserved leave a team's slice fresh; the pools' are stale."""
    assert ground_digest(other) == ground_digest(pooled())
    assert cluster_digest(other) != cluster_digest(pooled())


@pytest.mark.parametrize(
    "other",
    [
        pooled(instanceTypes=("g6e.12xlarge",)),
        pooled(markets={"g6e.*": ("spot",)}),
        cluster(nodePools=POOLS, queueing="none"),
        cluster(nodePools=POOLS, kubernetes="1.36"),
    ],
)
def test_where_pods_land_and_how_they_queue_is_the_ground(other: Cluster) -> None:
    """A change of these makes every team's slice stale."""
    assert ground_digest(other) != ground_digest(pooled())


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(plain, plain)
def test_equal_values_have_equal_digests_and_others_do_not(one: object, other: object) -> None:
    """As far as JSON tells them apart; dates are told by their text."""
    assert digest(one) == digest(one)
    if _told(one) != _told(other):
        assert digest(one) != digest(other)


def _told(value: object) -> str:
    """The value as text, with its kinds."""
    if isinstance(value, date):
        return repr(value.isoformat())
    if isinstance(value, dict):
        return "{" + ",".join(f"{k!r}:{_told(value[k])}" for k in sorted(value)) + "}"
    return "[" + ",".join(map(_told, value)) + "]" if isinstance(value, list) else repr(value)


def test_a_digest_is_128_bits_of_hex() -> None:
    """Short enough to read, far from any chance collision."""
    assert len(digest({})) == 32
    assert int(digest({}), 16) > 0
