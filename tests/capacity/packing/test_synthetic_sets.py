"""The published table of synthetic sets: pods as drawn, the resource LP to the digit, first-fit no dearer."""

from pathlib import Path

import pytest

from capacity.packing.synthetic import aws_gpu_types, drawn
from tonnage.capacity.packing.bounds import lower_bound
from tonnage.capacity.packing.complete import complete

MILLION = 10**6


@pytest.mark.parametrize(
    ("recipe", "pods", "lp", "first_fit"),
    [((7, 20), 405, 528.9, 569.0), ((1, 40), 881, 982.3, 1119.4), ((2, 40), 824, 2348.1, 2549.8)],
    ids=["S20", "S40", "S40b"],
)
def test_a_set_costs_what_was_published_or_less(
    data: Path, recipe: tuple[int, int], pods: int, lp: float, first_fit: float
) -> None:
    """Dollars per hour. The bound with whole nodes is never below the one with fractions, the plan never below it."""
    on = aws_gpu_types(data)
    drawn_groups = drawn(*recipe, on)
    bound = lower_bound([[g] for g in drawn_groups], on)
    packed = complete(drawn_groups, on)

    assert sum(g.count for g in drawn_groups) == pods
    assert bound is not None
    assert round(bound.linear / MILLION, 1) == lp
    assert packed.whole
    assert bound.linear <= bound.cost <= packed.cost <= first_fit * MILLION
