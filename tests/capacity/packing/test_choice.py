"""One option for each workload: all of them compete on the cost of the whole cluster, within bounded work."""

from hypothesis import given, settings

from capacity.packing.cases import problems
from capacity.packing.factories import group, offer, supply, vector
from tonnage.capacity.packing import choice as module
from tonnage.capacity.packing.choice import Search
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.supply import Supply

ON = supply(
    offer("big", vector("96", 1024, 8), 12.0, accelerator="h100-sxm"),
    offer("one", vector("8", 64, 1), 2.0, accelerator="l40s"),
)


def either(name: str, on_big: int, on_one: int) -> list[Group]:
    """A workload that needs so many GPUs of one kind, or so many of the other."""
    return [
        group(name, on_big, "4", 16, 1, on=ON, accelerator="h100-sxm"),
        group(name, on_one, "4", 16, 1, on=ON, accelerator="l40s"),
    ]


def test_each_alone_takes_what_is_cheaper_alone() -> None:
    """A big node (12) for four pods is dearer than five small ones (10)."""
    assert Search([either("a/x", 4, 5)], ON).best() == (1,)


def test_two_together_share_a_node_that_neither_would_open() -> None:
    """A big node (12) holds both; small ones would cost 20, one of each 22."""
    search = Search([either("a/x", 4, 5), either("a/y", 4, 5)], ON)
    both = search.best()

    assert both == (0, 0)
    assert [search.packed(c).cost for c in (both, (0, 1), (1, 1))] == [12_000, 22_000, 20_000]


def test_two_options_are_changed_at_once_where_one_alone_does_not_help() -> None:
    """From small nodes for both, each single step is dearer; the step that changes both is on the list."""
    search = Search([either("a/x", 4, 5), either("a/y", 4, 5)], ON)
    for step in ((1, 1), (0, 1), (1, 0)):
        search.packed(step)

    assert search._two_changed((1, 1)) == [(0, 0)]


def test_a_proven_start_ends_the_search() -> None:
    """Where the bound is reached nothing more is packed."""
    search = Search([either("a/x", 4, 2)], ON, least=4_000)

    assert search.best() == (1,)
    assert len(search.known) == 1


def test_work_is_bounded_in_packings_not_in_time() -> None:
    """However many options there are, packings stop at the limit for the size of the problem."""
    least, _ = module._EVALUATIONS
    groups = [either(f"a/w{k:02}", 1, 1) for k in range(60)]
    search = Search(groups, ON)

    search.best()

    assert len(search.known) <= max(least, module._WORK // (60**2 * 2)) + 1


@settings(max_examples=60, deadline=None)
@given(problems(options=3, workloads=3, most_pods=4))
def test_no_single_change_is_better_than_what_was_chosen(problem: tuple[Supply, list[list[Group]]]) -> None:
    """The answer is at least a local optimum."""
    on, ways = problem
    search = Search(ways, on)
    best = search.best()

    for w, options in enumerate(ways):
        for i in range(len(options)):
            other = (*best[:w], i, *best[w + 1 :])
            assert search.packed(best).verdict <= search.packed(other).verdict
