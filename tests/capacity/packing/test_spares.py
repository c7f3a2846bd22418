"""After the loss of any one node every pod that must survive finds a place, at the least cost that was found."""

from hypothesis import given, settings

from capacity.packing.cases import problems
from capacity.packing.factories import g5, group, limit, offer, supply, vector
from tonnage.capacity.packing.complete import Packed, complete
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.spares import survives
from tonnage.capacity.packing.supply import Supply

EIGHT = supply(offer("eight", vector("96", 1024, 8), 50.0))


def bought(packed: Packed) -> tuple[int, int]:
    """Nodes with pods, and spares."""
    return sum(s.nodes for s in packed.packing.stacks), sum(packed.spares)


def test_a_full_node_needs_a_whole_spare() -> None:
    """Eight pods of one GPU fill a node; where it is lost, another must stand by."""
    assert bought(complete([group("a/w", 8, "4", 16, 1, on=EIGHT, survive=True)], EIGHT, thorough=True)) == (1, 1)


def test_places_on_other_nodes_take_the_part_of_a_spare() -> None:
    """Twelve GPUs on two nodes with four free on each: half of the pods on each node, no spare bought."""
    survivors = group("a/w", 4, "4", 16, 1, on=EIGHT, survive=True)
    others = group("a/x", 8, "4", 16, 1, on=EIGHT)

    nodes, spares = bought(complete([survivors, others], EIGHT, thorough=True))

    assert nodes + spares == 2


def test_a_place_for_rollouts_serves_after_a_loss() -> None:
    """Two pods of a whole node and one place for a rollout: three nodes, and no fourth."""
    pods = group("a/w", 2, "4", 16, 8, on=EIGHT, survive=True, surge=1)

    assert bought(complete([pods], EIGHT)) == (3, 0)


def test_a_spare_that_no_limit_allows_is_missing_and_not_silent() -> None:
    """Eight GPUs allowed, sixteen needed."""
    tight = supply(*EIGHT.offers, limits=(limit(8, 8),))
    packed = complete([group("a/w", 8, "4", 16, 1, on=tight, survive=True)], tight)

    assert (packed.spares, packed.missing, packed.whole) == ((0,), (1,), False)


def test_pods_make_way_for_the_spare_of_a_reservation() -> None:
    """Two nodes are reserved: one holds pods, one stands by, and the second pod is bought elsewhere."""
    both = supply(
        offer("eight", vector("96", 1024, 8), 50.0),
        offer("eight-reserved", vector("96", 1024, 8), 30.0, market="reserved", limit=2),
    )
    packed = complete([group("a/w", 2, "4", 16, 8, on=both, survive=True)], both, thorough=True)

    assert packed.whole
    assert packed.cost == 50_000


def test_pods_that_need_not_survive_have_no_spare() -> None:
    """Spares are for those who ask."""
    assert bought(complete([group("a/w", 8, "4", 16, 1, on=EIGHT)], EIGHT)) == (1, 0)


def test_a_small_node_with_its_spare_may_be_cheaper_than_a_large_one() -> None:
    """See the published example: six small nodes instead of a mix."""
    on = g5()

    assert complete([group("a/w", 5, "10", 24, 1, on=on, survive=True)], on).cost == 9744


@settings(max_examples=150, deadline=None)
@given(problems(limited=True, workloads=4, most_pods=8, survive=True))
def test_every_whole_packing_survives(problem: tuple[Supply, list[list[Group]]]) -> None:
    """Whatever rule found it."""
    on, ways = problem
    groups = [options[0] for options in ways]
    packed = complete(groups, on, thorough=True)

    if not any(packed.missing):
        assert survives(packed.packing.stacks, groups, on, packed.spares)
