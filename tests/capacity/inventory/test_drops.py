"""What must go so that something fits: every set is true, none is larger than it must be, and none is left out."""

import pytest

from capacity.inventory.again import smallest_drops
from capacity.inventory.small import world
from tonnage.capacity.inventory.drops import drops
from tonnage.capacity.inventory.greedy import Care
from tonnage.capacity.inventory.settle import best_of


@pytest.mark.parametrize("seed", range(50))
def test_the_sets_are_all_smallest_ones_by_trying_everything(seed: int) -> None:
    """For each workload that is short, and for all of them together; others keep what they have."""
    wants, on = world(seed)
    placement = best_of(wants, on, Care())
    have = list(zip(placement.choice, placement.placed, strict=True))
    counts = [g.count for g in placement.groups(wants)]
    short = [w for w, n in enumerate(counts) if placement.placed[w] < n]
    kept = {w: have[w] if w in short else None for w in range(len(wants))}
    for question in [[w] for w in short] + ([short] if len(short) > 1 else []):
        tier = max(wants[w].tier for w in question)
        may = [w for w in range(len(wants)) if w not in question and placement.placed[w] and wants[w].tier >= tier]
        found = drops(question, placement, wants, on)
        every = smallest_drops(question, kept, may, wants, on)

        assert found.known
        assert set(map(frozenset, found.sets)) <= every
        assert len(found.sets) == min(3, len(every))
