"""The ledger in words."""

from dataclasses import replace

from report.factories import hourly, plan, pool, workload
from tonnage.report.explain import explain, subjects


def test_a_workload_is_explained_by_its_own_entries_and_rejections() -> None:
    """Formula, inputs, source, and what lost."""
    text = explain([plan()], "search/chat") or ""

    assert "weights per GPU = 16.92 GiB\n        (68.45 G x 1 B + 2.10 G x 2 B) / 4" in text
    assert "source: capacity model" in text
    assert "h100-sxm x1: weights and overhead exceed the budget by 0.1 GiB" in text
    assert "pool " not in text


def test_a_bare_name_explains_the_workload_as_well() -> None:
    """`--explain chat` is what people type."""
    assert explain([plan()], "chat") == explain([plan()], "search/chat")


def test_a_pool_is_explained_with_its_price_and_its_entries() -> None:
    """Nodes times price times hours, checkable with a pocket calculator."""
    text = explain([plan()], "g6e-12xlarge") or ""

    assert "10 x 10.0000 USD/h x 730 h = 73,000.00 USD a month (source: a price list, as of 2026-11-23)" in text
    assert "nodes of g6e-12xlarge = 10" in text
    assert "search/chat" not in text


def test_nodes_that_stand_until_released_are_explained_with_their_money() -> None:
    """By pool, and as a part of the whole."""
    keeping = replace(plan(pools=(replace(pool(), count=6, releasing=3),)), releasing=hourly(30))

    assert "10 nodes of g6e.12xlarge, onDemand, 1 of them spare, 3 until released\n" in (explain([keeping]) or "")
    assert "  Of it, for nodes that stand until they are released: 21900 USD a month\n" in (explain([keeping]) or "")


def test_an_unknown_price_is_said() -> None:
    """Never 0."""
    assert "Price: unknown" in (explain([plan(pools=(pool(price=None),))], "g6e-12xlarge") or "")


def test_everything_is_explained_without_a_name_and_each_part_is_in_it() -> None:
    """The whole is the sum of what can be asked for."""
    plans = [plan(workloads=(workload(), workload("media/draw")))]
    whole = explain(plans) or ""

    for name in subjects(plans):
        assert (explain(plans, name) or "missing").strip().splitlines()[0] in whole


def test_an_unknown_name_is_not_found() -> None:
    """The caller says which names there are."""
    assert explain([plan()], "nothing") is None
    assert "nothing" not in subjects([plan()])
