"""The three counts in words: on the terminal, in explanations, and as a change in a report."""

from dataclasses import replace
from io import StringIO

from rich.console import Console

from report.factories import cluster, hourly, plan, pool, team
from tonnage.capacity.result import CapacityPlan
from tonnage.capacity.scheduling import NodeCount
from tonnage.report.changes import compare
from tonnage.report.compare import Side, report_of
from tonnage.report.counts import count_change, count_lines, count_rows
from tonnage.report.explain import explain
from tonnage.report.markdown import render_markdown
from tonnage.report.terminal import show_plan


def counts(packed: int = 9, pinned: int = 11, more: float = 20.0) -> tuple[NodeCount, ...]:
    """Nine nodes if packed, two more if pinned, of which 1 pod may still wait if nothing is pinned."""
    nodes = "g6e-12xlarge"
    return (
        NodeCount("packed", "used nodes first", {nodes: packed}, hourly(0.0)),
        NodeCount("pinned", "the stock scheduler", {nodes: pinned}, hourly(more)),
        NodeCount("unpinned", "any pool", {nodes: pinned}, hourly(more), {"search/chat": 1}),
    )


def sized(scheduling: str = "packed", packed: int = 9, pinned: int = 11, more: float = 20.0) -> CapacityPlan:
    """A plan with its counts; pinned, it has the two nodes."""
    extra = 2 if scheduling != "packed" else 0
    made = replace(plan(pools=(replace(pool(), extra=extra),)), scheduling=scheduling)
    return replace(made, counts=counts(packed, pinned, more))


def shown(of: CapacityPlan) -> list[str]:
    """Lines of the terminal, without the padding of tables."""
    out = StringIO()
    show_plan(of, Console(file=out, width=200, no_color=True))
    return [" ".join(line.split()) for line in out.getvalue().splitlines()]


def test_the_terminal_shows_each_promise_with_its_nodes_and_money() -> None:
    """The declared one says so; what waits even so is named."""
    lines = shown(sized())

    assert "packed (declared) 9 $0 none 9 g6e-12xlarge" in lines
    assert "pinned 11 $14,600 none 11 g6e-12xlarge" in lines
    assert "unpinned 11 $14,600 1 x search/chat 11 g6e-12xlarge" in lines


def test_nodes_that_the_scheduling_needs_are_told_apart_in_their_pool() -> None:
    """Twelve stand: nine with pods, two for the order of arrival, one spare."""
    lines = shown(sized("pinned"))

    assert any(line.startswith("g6e-12xlarge g6e.12xlarge onDemand 12 (2 for scheduling) 1 48") for line in lines)
    assert "pinned (declared) 11 $14,600 none 11 g6e-12xlarge" in lines


def test_a_plan_without_counts_shows_no_table() -> None:
    """Nodes that exist already are not counted again."""
    assert not any("scheduling" in line for line in shown(plan()))


def test_what_was_not_simulated_has_no_number() -> None:
    """Never a guess."""
    unknown = tuple(NodeCount(c.scheduling, c.promise, None) for c in counts())
    of = replace(sized(), counts=unknown)

    assert [row[1] for row in count_rows(of)] == ["not simulated"] * 3
    assert list(count_lines(of))[1] == "pinned: not simulated, the plan is too large; the stock scheduler"


def test_an_unknown_price_is_not_a_difference_of_nothing() -> None:
    """Nodes are known, money is not."""
    of = replace(sized(), counts=tuple(replace(c, beyond=None) for c in counts()))

    assert {row[2] for row in count_rows(of)} == {"unknown"}


def test_an_explanation_tells_each_count_with_what_it_rests_on() -> None:
    """Pool by pool, money, promise."""
    text = explain([sized("pinned")]) or ""

    assert "pinned (declared): 11 nodes without spares (11 g6e-12xlarge), $14,600 a month more; the stock sch" in text
    assert "1 x search/chat may wait even so; any pool" in text
    assert "2 of them for scheduling pinned, 1 of them spare" in text


def test_a_change_of_counts_is_one_line_of_the_report() -> None:
    """Unchanged counts stay silent."""
    before, after = sized(), sized(packed=12, pinned=15, more=30.0)

    assert count_change(before, before) is None
    assert count_change(None, after) is None
    assert count_change(before, after) == (
        "packed 9 nodes → 12 nodes, pinned 11 nodes → 15 nodes ($14,600 → $21,900 a month more),"
        " unpinned 11 nodes → 15 nodes ($14,600 → $21,900 a month more); pools are sized for packed"
    )


def test_another_promise_is_a_change_of_the_pool_and_says_which() -> None:
    """Two nodes more, and why."""
    before, after = sized(), sized("pinned")
    (changed,) = compare("prod-east", before, after).pools
    specs = (cluster(), cluster(scheduling="pinned"))
    base, head = (
        Side(label, {"prod-east": spec}, {"prod-east": (team(),)}, {"prod-east": made})
        for label, spec, made in zip(("main", "the working tree"), specs, (before, after), strict=True)
    )
    page = render_markdown(report_of(base, head))

    assert (changed.before and changed.before.extra, changed.after and changed.after.extra) == (0, 2)
    assert "of them for scheduling 0 → 2" in page
    assert "pools are sized for packed → pinned" in page
