"""Three examples solved by hand, with the prices and rooms of one published family of GPU nodes."""

from capacity.packing.factories import g5, group
from tonnage.capacity.packing.bounds import lower_bound
from tonnage.capacity.packing.complete import Packed, complete
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.supply import Supply


def nodes(packed: Packed, on: Supply) -> dict[str, int]:
    """Nodes by type."""
    found: dict[str, int] = {}
    for stack in packed.packing.stacks:
        name = on.offers[stack.offer].name
        found[name] = found.get(name, 0) + stack.nodes
    return found


def solved(on: Supply, *groups: Group) -> tuple[dict[str, int], int, int]:
    """Nodes, their cost and the bound, in tenths of a cent per hour."""
    packed = complete(groups, on, thorough=True)
    bound = lower_bound([[g] for g in groups], on)
    assert bound is not None
    return nodes(packed, on), packed.cost, bound.cost


def test_two_small_pods_never_buy_one_large_node() -> None:
    """2 x 1.006 is less than half of 5.672, and the bound proves that nothing is cheaper."""
    on = g5()

    assert solved(on, group("a/w", 2, "2", 11, 1, on=on)) == ({"g5.xlarge": 2}, 2012, 2012)


def test_a_pod_that_misses_a_node_by_a_little_takes_the_next_one() -> None:
    """13 GiB do not fit the 12.6 that DaemonSets leave of the smallest type."""
    on = g5()

    assert solved(on, group("a/w", 2, "2", 13, 1, on=on)) == ({"g5.2xlarge": 2}, 2424, 2424)


def test_a_mix_of_types_beats_each_of_them() -> None:
    """Five pods: one node of four and one of one, 7.296; fractions of nodes prove 7.09, whole nodes all of it."""
    on = g5()
    pods = group("a/w", 5, "10", 24, 1, on=on)
    bound = lower_bound([[pods]], on)

    assert solved(on, pods) == ({"g5.12xlarge": 1, "g5.4xlarge": 1}, 7296, 7296)
    assert bound is not None
    assert round(bound.linear) == 7090


def test_pods_without_gpus_use_what_gpu_pods_leave() -> None:
    """Where no CPU type is offered: two CPU pods add nothing to the cost."""
    on = g5()
    found = solved(on, group("a/big", 5, "10", 24, 1, on=on), group("a/small", 2, "4", 8, on=on))

    assert found == ({"g5.12xlarge": 1, "g5.4xlarge": 1}, 7296, 7296)


def test_a_dear_spare_changes_the_choice_of_nodes() -> None:
    """Surviving a node's loss makes six small nodes cheaper (9.744) than a mix with a large spare (12.968)."""
    on = g5()
    pods = group("a/w", 5, "10", 24, 1, on=on, survive=True)

    assert solved(on, pods) == ({"g5.4xlarge": 5}, 9744, 9744)
    assert sum(complete([pods], on).spares) == 1
