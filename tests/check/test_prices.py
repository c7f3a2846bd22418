"""Old list prices, and prices of days to come, are said once for each cluster, and never corrected."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.plan.worlds import AS_OF, CPUS, FOUR, ONE, UNPRICED, catalog, cluster
from tonnage.catalog.node_types import NodeType
from tonnage.catalog.shipped import shipped_catalog
from tonnage.check.prices import PRICES, ages_by_cloud
from tonnage.findings import Finding, Severity


def dated(node: NodeType, day: date, region: str | None = None) -> NodeType:
    """The type with its prices of another day, or region."""
    return replace(node, prices=tuple(replace(p, as_of=day, region=region or p.region) for p in node.prices))


def said(*nodes: NodeType) -> list[Finding]:
    """What is said of a cluster that buys these types."""
    where = cluster([n.name for n in nodes])
    return [f for rule in PRICES for f in rule(where, catalog(nodes))]


def test_thirty_days_are_fresh_and_one_more_is_not() -> None:
    """Against asOf, not the clock of the machine."""
    assert not said(dated(ONE, AS_OF - timedelta(days=30)))
    (found,) = said(dated(ONE, AS_OF - timedelta(days=31)))

    assert (found.where, found.severity, found.code) == ("cluster test", Severity.WARNING, "TN260")
    assert found.what == (
        "2 of 2 list prices are older than 30 days on 2026-11-23: that of g.one is of 2026-10-23, 31 days before"
    )
    assert found.fix.startswith("run `tonnage catalog refresh aws --region us-east-1`, or ")


def test_one_finding_names_the_oldest_of_all() -> None:
    """However many prices are old."""
    old, older = AS_OF - timedelta(days=40), AS_OF - timedelta(days=400)
    (found,) = said(dated(ONE, old), dated(FOUR, older), CPUS)

    assert found.what.startswith("3 of 4 list prices are older")
    assert "that of g.four is of 2025-10-19, 400 days before" in found.what


def test_other_regions_and_types_do_not_matter() -> None:
    """The plan does not use their prices."""
    assert not said(dated(ONE, date(2020, 1, 1), region="lab"), UNPRICED)
    where = cluster(["m.cpu"])
    known = catalog([dated(ONE, date(2020, 1, 1)), CPUS])
    assert not [f for rule in PRICES for f in rule(where, known)]


def test_a_price_of_a_day_to_come_is_said() -> None:
    """One of the two dates is wrong."""
    (found,) = said(dated(ONE, AS_OF + timedelta(days=1)), CPUS)
    assert (found.what, found.code) == ("the price of g.one is of 2026-11-24, after 2026-11-23", "TN261")


def test_the_shipped_book_is_judged_cloud_by_cloud() -> None:
    """Fresh in the month of its lists, old a year later; clouds without prices are silent."""
    nodes = list(shipped_catalog().node_types.values())
    assert [f.where for f in ages_by_cloud(nodes, date(2027, 8, 1))] == [
        "prices of aws",
        "prices of azure",
        "prices of gcp",
    ]
    assert not [f for f in ages_by_cloud(nodes, date(2026, 8, 4)) if f.where == "prices of aws"]


@given(st.lists(st.integers(-500, 500), min_size=1, max_size=6))
def test_there_is_one_finding_of_a_kind_at_most(days: list[int]) -> None:
    """And none exactly where every price is fresh."""
    nodes = [replace(dated(FOUR, AS_OF - timedelta(days=d)), name=f"g.n{i}") for i, d in enumerate(days)]
    codes = [f.code for f in said(*nodes)]
    assert codes == [code for code, on in (("TN260", max(days) > 30), ("TN261", min(days) < 0)) if on]


@pytest.mark.parametrize("count", [0, 1])
def test_without_prices_nothing_is_old(count: int) -> None:
    """An unknown price has no age."""
    assert not said(*[UNPRICED][:count])
