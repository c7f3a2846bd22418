"""Nodes that follow the pods: less stands while less runs, and all that runs has its place."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.packing.cases import problems
from capacity.packing.factories import group, offer, supply, vector
from tonnage.capacity.packing.complete import complete
from tonnage.capacity.packing.firstfit import nodes_of, pods_on
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.phases import Following
from tonnage.capacity.packing.supply import Supply

ON = supply(offer("one", vector("8", 64, 1), 3.0), offer("four", vector("32", 256, 4), 10.0))


def following(on: Supply, groups: list[Group], *, elastic: bool = True) -> Following:
    """All pools follow, or none."""
    return Following(complete(groups, on), groups, on, [elastic] * len(on.offers))


def test_the_nodes_of_pods_that_do_not_run_are_given_back() -> None:
    """Two pods on two nodes stay, four more on another go."""
    groups = [group("a/base", 2, "4", 16, 1, on=ON), group("a/night", 4, "4", 16, 1, on=ON)]
    then = following(ON, groups)

    assert (then.at((2, 4)).cost, then.at((2, 0)).cost, then.at((0, 0)).cost) == (16_000, 6_000, 0)


def test_pools_that_nobody_stops_stand_at_all_hours() -> None:
    """And cost."""
    groups = [group("a/base", 2, "4", 16, 1, on=ON), group("a/night", 4, "4", 16, 1, on=ON)]

    assert following(ON, groups, elastic=False).at((0, 0)).cost == 16_000


@settings(max_examples=60, deadline=None)
@given(st.data(), problems(workloads=3, most_pods=5, survive=True))
def test_what_runs_has_its_place_on_its_own_pools(data: Any, problem: tuple[Supply, list[list[Group]]]) -> None:
    """Never more nodes than the pool has, never dearer, rooms kept, spares counted."""
    on, ways = problem
    groups = [options[0] for options in ways]
    then = following(on, groups)
    pods = tuple(data.draw(st.integers(0, g.count)) for g in groups)
    standing, whole = then.at(pods), then.whole

    assert standing.cost <= whole.cost
    assert all(n <= most for n, most in zip(standing.nodes, whole.nodes, strict=True))
    assert all(u <= n for u, n in zip(nodes_of(standing.stacks, [0] * len(on.offers)), standing.nodes, strict=True))
    if not then.packed.whole:
        return
    for i in range(len(groups)):
        mine = {s.offer for s in whole.stacks if pods_on(s, i)}
        assert sum(pods_on(s, i) for s in standing.stacks) >= pods[i]
        assert {s.offer for s in standing.stacks if pods_on(s, i)} <= mine
    for stack in standing.stacks:
        used = [sum(groups[g].need[d] * n for g, n in stack.pods) for d in range(6)]
        assert all(u + f == r for u, f, r in zip(used, stack.free, on.offers[stack.offer].room, strict=True))
