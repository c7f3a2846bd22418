"""N, N_pinned, N_default: each is enough under its own contract, and none is smaller than a stronger one's."""

from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.packing.factories import g5, group, limit, offer, supply, vector
from tonnage.capacity.packing.complete import complete
from tonnage.capacity.packing.counts import Counted, counts_of
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.scene import Scene
from tonnage.capacity.packing.schedule import CONTRACTS, PACKED, PINNED, UNPINNED
from tonnage.capacity.packing.supply import Supply
from tonnage.capacity.packing.verify import wrong_with


def scene(on: Supply, *groups: Group) -> Scene:
    """The cheapest packing found."""
    return Scene(complete(groups, on, thorough=True), groups, on)


def counted(of: Scene) -> tuple[Counted, Counted, Counted]:
    """The three counts of a scene that is small enough."""
    found = counts_of(of)
    assert found is not None
    packed, pinned, unpinned = found
    return packed, pinned, unpinned


def added(of: Scene, count: Counted) -> dict[str, int]:
    """Nodes beyond the packing, by pool."""
    return {o.name: n for o, n in zip(of.supply.offers, count.extra, strict=True) if n}


def test_the_published_example_needs_one_more_node_on_the_stock_scheduler() -> None:
    """The five GPU pods fit big pods first; CPU pods first, one waits, and the cheapest node that takes it is added."""
    on = g5()
    of = scene(on, group("a/big", 5, "10", 24, 1, on=on), group("a/small", 2, "4", 8, on=on))
    packed, pinned, unpinned = counted(of)

    assert added(of, packed) == {}
    assert added(of, pinned) == {"g5.4xlarge": 1}
    assert added(of, unpinned) == {"g5.4xlarge": 1}


def test_room_elsewhere_may_be_the_cheaper_remedy() -> None:
    """A pod bound to small nodes waits because others take them; one large node for those others is cheaper than many.

    Two pods of b/free fill the small nodes as they please: more small nodes are taken as well, one by one.
    """
    on = supply(offer("large", vector("64", 256, 4), 4.0), offer("small", vector("16", 64, 1), 1.5))
    free = group("b/free", 9, "8", 32, 1, on=on)
    bound = group("a/bound", 1, "15", 60, 1, on=on)
    of = scene(on, free, bound)
    _, pinned, _ = counted(of)

    assert not any(pinned.pending)
    price = sum(n * o.cost for n, o in zip(pinned.extra, on.offers, strict=True))
    assert price <= 9 * 1500  # what small nodes for every pod would cost


def test_where_limits_refuse_more_nodes_the_rest_is_said() -> None:
    """Two nodes and no more: what waits in the worst order is told, and the limit is kept."""
    on = supply(offer("four", vector("32", 256, 4), 10.0, limit=2))
    of = scene(on, group("a/pair", 2, "4", 16, 2, on=on), group("a/single", 4, "4", 16, 1, on=on))
    packed, pinned, _ = counted(of)

    assert not any(packed.pending)
    assert pinned.extra == (0,)
    assert sum(pinned.pending) == 1


def test_a_limit_over_several_pools_is_kept() -> None:
    """12 GPUs: with 8 in use, one node of four more, and not two."""
    on = supply(offer("four", vector("32", 256, 4), 10.0), limits=(limit(12, 4),))
    of = scene(on, group("a/pair", 2, "4", 16, 2, on=on), group("a/single", 4, "4", 16, 1, on=on))
    for count in counted(of):
        assert wrong_with(of.packed, of.groups, on, count.extra) == ()
        assert sum(count.extra) <= 1


def test_spares_take_no_part_in_what_is_needed() -> None:
    """With its spare idle or lost nothing waits: the spare is apart from the count."""
    on = supply(offer("four", vector("32", 256, 4), 10.0))
    groups = (group("a/pair", 2, "4", 16, 2, on=on, survive=True), group("a/single", 4, "4", 16, 1, on=on))
    of = scene(on, *groups)
    assert any(of.packed.spares)
    _, pinned, _ = counted(of)

    assert sum(pinned.extra) == 1
    without = [t for t in of.trials(PINNED) if not t.spares]
    assert len(without) == 20
    assert not any(any(of.pending(t, pinned.extra)) for t in without)


def test_unpinned_pods_may_take_places_in_every_pool_that_could_hold_them() -> None:
    """Pinned, each shape has its pool; unpinned, pods of one GPU land on nodes that pods of four need whole."""
    on = supply(offer("four", vector("64", 256, 4), 6.0), offer("one", vector("16", 64, 1), 1.0))
    of = scene(on, group("a/quad", 2, "40", 160, 4, on=on), group("b/single", 3, "8", 32, 1, on=on))
    packed, pinned, unpinned = counted(of)

    assert added(of, packed) == added(of, pinned) == {}
    assert added(of, unpinned)


SHAPES = st.tuples(
    st.integers(1, 8), st.sampled_from(["1", "2", "4", "8", "12"]), st.sampled_from([4, 8, 24, 48]), st.integers(0, 2)
)


@settings(max_examples=40, deadline=None)
@given(shapes=st.lists(SHAPES, min_size=1, max_size=4), survive=st.booleans())
def test_at_each_count_nothing_waits_in_any_order_tried(shapes: list[tuple[int, str, int, int]], survive: bool) -> None:
    """With no limits every contract can be kept: its count places every pod in all of its orders, spares or none."""
    on = g5("g5.2xlarge", "g5.4xlarge", "g5.12xlarge")
    groups = [
        group(f"a/w{n}", count, cpu, gib, gpus, on=on, survive=survive and n == 0)
        for n, (count, cpu, gib, gpus) in enumerate(shapes)
    ]
    of = scene(on, *groups)
    for contract, count in zip(CONTRACTS, counted(of), strict=True):
        assert count.contract is contract
        assert not any(count.pending)
        for trial in of.trials(contract):
            assert not any(of.pending(trial, count.extra))
        assert wrong_with(of.packed, groups, on, count.extra) == ()


@settings(max_examples=40, deadline=None)
@given(shapes=st.lists(SHAPES, min_size=1, max_size=4), most=st.integers(1, 4))
def test_a_weaker_promise_never_needs_fewer_nodes_of_any_pool(
    shapes: list[tuple[int, str, int, int]], most: int
) -> None:
    """By construction, under limits too: the count of a weaker contract starts from that of the stronger one."""
    on = supply(offer("four", vector("40", 160, 4), 6.0, limit=most), offer("one", vector("16", 64, 1), 2.0, limit=9))
    groups = [group(f"a/w{n}", count, cpu, gib, gpus, on=on) for n, (count, cpu, gib, gpus) in enumerate(shapes)]
    of = scene(on, *groups)
    packed, pinned, unpinned = counted(of)

    assert all(a <= b <= c for a, b, c in zip(packed.extra, pinned.extra, unpinned.extra, strict=True))
    assert all(wrong_with(of.packed, groups, on, c.extra) == () for c in (packed, pinned, unpinned))


@settings(max_examples=40, deadline=None)
@given(shapes=st.lists(SHAPES, min_size=2, max_size=4))
def test_no_added_node_could_be_left_out(shapes: list[tuple[int, str, int, int]]) -> None:
    """Each of the nodes that a contract adds to the packing alone is needed in some order of it."""
    on = g5("g5.4xlarge", "g5.12xlarge")
    groups = [group(f"a/w{n}", count, cpu, gib, gpus, on=on) for n, (count, cpu, gib, gpus) in enumerate(shapes)]
    of = scene(on, *groups)
    packed, pinned, _ = counted(of)
    trials = [*of.trials(PACKED), *of.trials(PINNED)]
    for i, n in enumerate(pinned.extra):
        if n > packed.extra[i]:
            fewer = (*pinned.extra[:i], n - 1, *pinned.extra[i + 1 :])
            assert any(any(of.pending(t, fewer)) for t in trials)


def test_the_order_of_groups_changes_no_cost() -> None:
    """What is told first means nothing, up to draws between equals: here all scores differ."""
    on = g5()
    big, small = group("a/big", 5, "10", 24, 1, on=on), group("a/small", 2, "4", 8, on=on)
    there, back = scene(on, big, small), scene(on, small, big)

    assert [added(there, c) for c in counted(there)] == [added(back, c) for c in counted(back)]


def test_contracts_promise_less_and_less() -> None:
    """Packed, pinned, unpinned: the order in which the counts are told."""
    assert CONTRACTS == (PACKED, PINNED, UNPINNED)
