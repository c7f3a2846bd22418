"""Tables on a terminal."""

from dataclasses import replace
from io import StringIO

from rich.console import Console

from report.factories import cluster, declared, grown, hourly, plan, pool, team, workload
from tonnage.report.compare import Side, report_of
from tonnage.report.terminal import show_plan, show_preview, show_report


def console() -> tuple[Console, StringIO]:
    out = StringIO()
    return Console(file=out, width=160, no_color=True), out


def words_of(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_plan_shows_pools_workloads_teams_and_its_sum() -> None:
    """The numbers a platform engineer asks for first."""
    page, out = console()
    show_plan(plan(), page)
    lines = words_of(out.getvalue())

    assert "g6e-12xlarge g6e.12xlarge onDemand 10 1 40 $73,000 us-east-1a" in lines
    assert "search 36 l40s 9 $65,700 $60,000" in lines
    assert "idle $7,300" in lines
    assert "10 nodes, 40 GPUs, $73,000/month, at most 5.0% above the cheapest possible" in lines
    assert any(line.startswith("search/chat production") and "9 (7\N{EN DASH}12)" in line for line in lines)


def test_a_plan_that_keeps_nodes_shows_them_and_their_money_apart() -> None:
    """Three nodes of 10 dollars an hour stand only until they are released."""
    page, out = console()
    keeping = replace(pool(), count=6, releasing=3)
    show_plan(replace(plan(pools=(keeping,)), releasing=hourly(30)), page)
    lines = words_of(out.getvalue())

    assert "g6e-12xlarge g6e.12xlarge onDemand 10 (3 until released) 1 40 $73,000 us-east-1a" in lines
    assert "until released $21,900" in lines
    assert (
        "10 nodes, 40 GPUs, $73,000/month ($21,900 of it until released),"
        " at most 5.0% above the cheapest possible without that"
    ) in lines


def test_an_unknown_price_makes_the_sum_a_lower_bound() -> None:
    """Unknown is never free."""
    page, out = console()
    show_plan(replace(plan(pools=(pool(price=None),)), unpriced=("g6e.12xlarge",)), page)

    assert "at least $73,000/month" in out.getvalue()
    assert "price unknown: g6e.12xlarge" in out.getvalue()
    assert any("40 unknown us-east-1a" in line for line in words_of(out.getvalue()))


def test_a_preview_shows_children_below_their_parents() -> None:
    """The graph that a reviewer would see."""
    parent = declared("tonnage:index:ModelServer", "chat", inputs={})
    page, out = console()
    show_preview([declared(parent=parent.key, protect=True), parent], page)

    assert words_of(out.getvalue()) == [
        "search-prod-east: 2 resources",
        "└── ModelServer chat",
        "└── Deployment team-search/chat (protected)",
    ]


def test_control_codes_and_markup_of_users_do_not_act() -> None:
    """A name cannot clear the screen or paint itself green."""
    page, out = console()
    show_plan(plan(workloads=(workload("search/\x1b[2J[green]x[/green]"),)), page)

    assert "\x1b" not in out.getvalue()
    assert "\\u001b[2J[green]x[/green]" in "".join(out.getvalue().split())


def test_a_report_shows_every_changed_field() -> None:
    """On a terminal nothing is left out."""
    many = [declared(name=f"o{n}", inputs={"spec": {"n": n}}) for n in range(300)]
    changed = [replace(d, inputs={"spec": {"n": -1}}) for d in many]
    base = Side("main", {"prod-east": cluster()}, {"prod-east": (team(),)}, {"prod-east": plan()}, tuple(many))
    head = replace(base, teams={"prod-east": (team("20/s"),)}, plans={"prod-east": grown()}, declared=tuple(changed))
    page, out = console()
    show_report(report_of(base, head), page)
    text = out.getvalue()

    assert text.startswith("tonnage: +5 nodes, +20 GPUs, +$36,500/month cash")
    assert text.count("spec.n ") == 300
    assert "1 search-prod-east" in text
    assert "search/chat traffic.requests 12/s → 20/s" in " ".join(text.split())


def test_hidden_money_is_not_on_the_terminal_either() -> None:
    """One rule for every form."""
    hidden = {"prod-east": cluster(report={"money": "hidden"})}
    base = Side("main", hidden, {"prod-east": (team(),)}, {"prod-east": plan()})
    head = replace(base, teams={"prod-east": (team("20/s", budget="70000 USD/month"),)}, plans={"prod-east": grown()})
    page, out = console()
    show_report(report_of(base, head), page)

    assert "$" not in out.getvalue()
    assert "USD" not in out.getvalue()
