"""Against brute force on tiny cases: the bound is never above the optimum, the plan never below it."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings

from capacity.packing.brute import cheapest
from capacity.packing.cases import problems
from capacity.packing.firstfit_again import plain_cost
from tonnage.capacity.packing.bounds import lower_bound
from tonnage.capacity.packing.choice import Search
from tonnage.capacity.packing.complete import complete
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.supply import Supply
from tonnage.capacity.packing.verify import wrong_with

Problem = tuple[Supply, list[list[Group]]]
TINY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@TINY
@given(problems(limited=True, options=2, workloads=2))
def test_the_bound_is_never_above_the_optimum_and_the_plan_never_below(problem: Problem) -> None:
    """Several options, reservations, a limit on GPUs: bound <= optimum <= plan, and infeasible means infeasible."""
    on, ways = problem
    best = cheapest(ways, on, most_nodes=4)
    bound = lower_bound(ways, on)
    search = Search(ways, on)
    packed = search.packed(search.best([bound.choice] if bound else []))

    if best is not None:
        assert bound is not None
        assert bound.cost <= best
    if bound is None:
        assert not packed.whole
    if packed.whole and sum(s.nodes for s in packed.packing.stacks) <= 4:
        assert best is not None
        assert best <= packed.cost


@TINY
@given(problems(options=1, workloads=2, most_pods=2, survive=True))
def test_the_bound_holds_for_pods_that_survive_a_node(problem: Problem) -> None:
    """Brute force may move pods anywhere, which is more than plans do; the bound stays below even that."""
    on, ways = problem
    best = cheapest(ways, on, most_nodes=4)
    bound = lower_bound(ways, on)

    if best is not None:
        assert bound is not None
        assert bound.cost <= best


@settings(max_examples=200, deadline=None)
@given(problems(workloads=5, most_pods=9))
def test_never_worse_than_plain_first_fit(problem: Problem) -> None:
    """Whatever else the planner tries, the classic heuristic is among it."""
    on, ways = problem
    groups = [options[0] for options in ways]
    plain = plain_cost(groups, on)

    if plain is not None:
        packed = complete(groups, on, thorough=True)
        assert packed.whole
        assert packed.cost <= plain


@settings(max_examples=150, deadline=None)
@given(problems(limited=True, options=3, workloads=4, most_pods=6, survive=True))
def test_every_packing_adds_up(problem: Problem) -> None:
    """No node over its room, no limit broken, every pod counted, also where not everything fits."""
    on, ways = problem
    search = Search(ways, on)
    choice = search.best()
    groups = [options[i] for options, i in zip(ways, choice, strict=True)]

    assert wrong_with(search.packed(choice), groups, on) == ()


@settings(max_examples=60, deadline=None)
@given(problems(workloads=3, most_pods=4))
def test_more_load_never_lowers_the_bound(problem: Problem) -> None:
    """One pod more of everything: the bound stays or rises."""
    on, ways = problem
    more = [[_larger(g) for g in options] for options in ways]
    before, after = lower_bound(ways, on), lower_bound(more, on)

    assert (before is None) == (after is None)
    if before is not None and after is not None:
        assert after.cost >= before.cost - 1


def _larger(group: Group) -> Group:
    return replace(group, count=group.count + 1)
