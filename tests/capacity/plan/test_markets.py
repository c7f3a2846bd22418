"""Which markets an instance type is bought in."""

import pytest

from report.factories import cluster
from tonnage.capacity.markets import markets_of


@pytest.mark.parametrize(
    ("markets", "found"),
    [
        ({}, ("onDemand",)),
        ({"p5.*": ("reserved",)}, ("onDemand",)),
        ({"g6e.*": ("spot", "reserved", "onDemand")}, ("reserved", "onDemand", "spot")),
        ({"g6e.12xlarge": ("spot",), "g6e.*": ("onDemand",)}, ("spot",)),
        ({"g6e.*": ("onDemand",), "g6e.12xlarge": ("spot",)}, ("onDemand",)),
        ({"G6E.*": ("spot",)}, ("onDemand",)),
        ({"g6e.*": ()}, ()),
    ],
    ids=["none stated", "no match", "ladder order", "first match", "first match, pattern", "case counts", "nowhere"],
)
def test_the_first_pattern_that_matches_counts(markets: dict[str, tuple[str, ...]], found: tuple[str, ...]) -> None:
    """In the order of the ladder: what is paid for first, what may be taken away last."""
    pools = {"provisioner": "karpenter", "instanceTypes": ("g6e.12xlarge",), "markets": markets}
    assert markets_of(cluster(nodePools=pools), "g6e.12xlarge") == found
