"""The stock scheduler on planned nodes: where order cannot matter, and where it does."""

from capacity.packing.factories import g5, group, offer, supply, vector
from tonnage.capacity.packing.complete import complete
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.schedule import pending_words, stock_findings, worst_pending
from tonnage.capacity.packing.supply import Supply
from tonnage.findings import Severity


def worst(on: Supply, *groups: Group) -> str:
    """Pods pending, in words."""
    return pending_words(worst_pending(complete(groups, on, thorough=True), groups, on), groups)


def test_pods_of_one_shape_always_fit() -> None:
    """Any order fills the same nodes."""
    on = g5()

    assert worst(on, group("a/w", 9, "10", 24, 1, on=on)) == "none"


def test_small_pods_first_leave_a_large_one_pending() -> None:
    """The published example: CPU pods that come first both spread to where a GPU pod needs the CPU."""
    on = g5()
    groups = (group("a/big", 5, "10", 24, 1, on=on), group("a/small", 2, "4", 8, on=on))

    assert worst(on, *groups) == "1 x a/big"


def test_it_is_said_with_a_way_out() -> None:
    """A warning: the plan stands, the scheduler must help."""
    on = supply(offer("four", vector("32", 256, 4), 10.0))
    groups = (group("a/pair", 2, "4", 16, 2, on=on), group("a/single", 4, "4", 16, 1, on=on))
    pending = worst_pending(complete(groups, on), groups, on)
    (finding,) = stock_findings("test", pending, groups)

    assert finding.severity is Severity.WARNING
    assert "1 x a/pair stays pending" in finding.what


def test_separate_pools_need_no_simulation() -> None:
    """GPU pods on GPU nodes, CPU pods on CPU nodes: nothing shares a node."""
    on = supply(offer("cpu", vector("16", 64)), offer("one", vector("8", 64, 1), 3.0))
    groups = (group("a/gpu", 3, "4", 16, 1, on=on), group("a/cpu", 6, "4", 16, on=on))

    assert worst(on, *groups) == "none"


def test_a_large_plan_is_not_simulated_and_says_so() -> None:
    """Nothing is claimed of it."""
    on = supply(offer("four", vector("32", 256, 4), 10.0))
    groups = (group("a/pair", 1000, "4", 16, 2, on=on), group("a/single", 1000, "4", 16, 1, on=on))

    assert worst(on, *groups) == "not simulated, the plan is too large"
