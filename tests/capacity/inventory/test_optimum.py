"""What is placed on an inventory is the most that can be, tier by tier, judged by trying everything."""

import pytest

from capacity.inventory.again import best_worth
from capacity.inventory.small import world
from tonnage.capacity.inventory.greedy import Care
from tonnage.capacity.inventory.settle import best_of
from tonnage.capacity.inventory.wanted import worth


@pytest.mark.parametrize("seed", range(50))
def test_placed_is_the_most_by_tier_and_with_fewest_gpus(seed: int) -> None:
    """Production first, then standard, then best effort; then whole workloads, then GPUs. It is said to be proven."""
    wants, stock = world(seed)
    placement = best_of(wants, stock, Care())
    missing, partial, gpus, _ = worth(placement, wants)

    assert placement.proven
    assert (tuple(round(float(m), 6) for m in missing), partial, gpus) == best_worth(wants, stock)
