"""The comment on a pull request."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from report.factories import cluster, declared, grown, plan, pool, team, workload
from tonnage.findings import Finding, Position, Severity
from tonnage.report.compare import Report, Side, report_of
from tonnage.report.escape import prose
from tonnage.report.markdown import LIMIT, MARKER, render_markdown

OVER = Finding(
    "budget", "search would reach $102,200 of $60,000 a month", "lower the traffic", Severity.ERROR,
    Position("teams/search.yaml", 4, 9),
)  # fmt: skip
HOSTILE = [
    "<script>alert(1)</script>",
    "<!-- tonnage-report -->",
    "a | b || c",
    "](https://evil.example) [x](javascript:x)",
    "`code` **bold** ~~gone~~ $x$ ![i](http://e.example/i.png)",
    "line\n\n# heading\n- item",
    "@everyone #1 :tada: www.evil.example https://evil.example",
    "\x1b[31mred\u202eeslever\u200b",
    "</details></code></summary>",
    "&lt;b&gt; &#60;b&#62;",
    "\\",
    "---",
]


def side(label: str = "main", requests: str = "12/s", **other: Any) -> Side:
    base = Side(
        label=label,
        clusters={"prod-east": cluster()},
        teams={"prod-east": (team(requests),)},
        plans={"prod-east": plan()},
        declared=(declared(), declared(name="draw", stack="media-prod-east")),
    )
    return replace(base, **other)


def growth(**other: Any) -> Report:
    after = declared(inputs={"metadata": {"name": "chat", "namespace": "team-search"}, "spec": {"replicas": 14}})
    objects = (after, declared(name="draw", stack="media-prod-east"))
    head = side("the working tree", "20/s", plans={"prod-east": grown()}, declared=objects, findings=(OVER,))
    return report_of(side(), replace(head, **other))


def html_of(markdown: str) -> str:
    return str(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(markdown))


def test_the_report_says_what_changes_why_and_what_stands_in_the_way() -> None:
    """Verdict, causes, tables, order: each with numbers before and after."""
    text = html_of(render_markdown(growth()))

    assert text.startswith(MARKER)
    assert "+5 nodes, +20 GPUs, +$36,500/month cash ($0 of it inside commitments) · 1 blocked" in text
    assert (
        "<code>search/chat</code> traffic.requests 12/s → 20/s: replicas 9 (7\N{EN DASH}12) → 14 (11\N{EN DASH}19)"
        in text
    )
    assert (
        "pool g6e-12xlarge</code> nodes 10 → 15; spare 1 unchanged; alternate g6e.24xlarge; follows from search/chat"
        in text
    )
    assert "<td>l40s 36 → 56 (prod-east)</td>" in text
    assert "vCPUs 480 → 720 of 768" in text
    assert "teams/search.yaml:4:9" in text
    assert "<code>spec.replicas</code> <code>9</code> → <code>14</code>" in text
    assert "cr-0abc</code> ends in 50 days" in text


def test_other_teams_do_not_appear() -> None:
    """What did not change is not in the comment."""
    assert "media" not in render_markdown(growth())


def test_nothing_changed_is_one_line() -> None:
    """A comment that says nothing says it shortly."""
    assert render_markdown(report_of(side(), side("the working tree"))) == f"{MARKER}\n**tonnage: nothing changes**\n\n"


def test_an_edit_without_effect_is_named() -> None:
    """Somebody expected something of it."""
    report = report_of(side(), side("the working tree", "13/s"))

    assert "traffic.requests 12/s → 13/s: the plan stays as it is" in render_markdown(report)


def test_equal_input_gives_equal_bytes() -> None:
    """Findings and objects in another order change nothing."""
    first = growth(findings=(OVER, replace(OVER, where="other")))
    second = growth(findings=(replace(OVER, where="other"), OVER))

    assert render_markdown(first) == render_markdown(second)


def test_a_base_that_cannot_be_read_does_not_hide_the_head() -> None:
    """Nothing is compared, and the findings of both sides stand apart."""
    broken = replace(OVER, where="kind", what="unknown kind")
    text = html_of(render_markdown(report_of(Side("main", findings=(broken,), complete=False), side(findings=(OVER,)))))

    assert "no comparison" in text
    assert text.index("Blocked") < text.index("search would reach") < text.index("In the base (main)")
    assert "unknown kind" in text
    assert "nodes" not in text.split("Blocked")[0]


def test_a_finding_that_moved_to_another_line_is_the_same_finding() -> None:
    """An edit above it does not make an old warning new."""
    old = replace(OVER, severity=Severity.WARNING)
    new = replace(old, position=Position("teams/search.yaml", 5, 9))

    assert report_of(side(findings=(old,)), side(findings=(new,))).advice == ()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_wherever_it_stands(text: str) -> None:
    """Names, values, findings and notes cannot add markup, cells, links or comments."""
    after = plan(pools=(replace(pool(text), market=text),), workloads=(workload(f"search/{text}", binding=text),))
    bad = Finding(text, text, text, Severity.ERROR, Position(text, 1, 1))
    harmless = replace(bad, where="w", what="w", fix="w", position=Position("w", 1, 1))

    def rendered(p: Any, t: str, f: Finding) -> str:
        head = side("head", plans={"prod-east": p}, findings=(f,), declared=(declared(inputs={t: t}, name=t),))
        return html_of(render_markdown(report_of(side(), head, notes=(t,))))

    plain = plan(pools=(replace(pool("w"), market="w"),), workloads=(workload("search/w", binding="w"),))
    hostile, benign = rendered(after, text, bad), rendered(plain, "w", harmless)

    assert sorted(re.findall(r"<[^>]+>", hostile)) == sorted(re.findall(r"<[^>]+>", benign))
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e\u200b]", hostile)


@given(st.text(alphabet=st.sampled_from("<>&|`*_[]()!#@:/\\$~\n -+.w1aW\u202e"), max_size=40))
def test_escaped_prose_reads_back_as_the_text_and_nothing_else(text: str) -> None:
    """Rendered, it is one paragraph that holds the characters, apart from what cannot be seen."""
    rendered = html_of(f"x{prose(text)}x")
    shown = text.replace("\n", "⏎").replace("\u202e", "\\u202e")
    escaped = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")

    assert rendered.replace("\u2060", "") == f"<p>x{escaped}x</p>\n"


@pytest.mark.parametrize("live", ["@team", "#12", ":100:", "user@host", "org/repo#12"])
def test_nothing_that_a_forge_would_link_survives(live: str) -> None:
    """Mentions, issue numbers and emoji are broken by a character that shows nothing."""
    assert not re.search(r"[@#:]\w", prose(live).replace("&#64;", "@").replace("&#35;", "#"))


def test_a_huge_report_is_bounded_and_keeps_its_summary() -> None:
    """Detail goes first: fields, then objects; verdict, causes and counts stay."""
    many = tuple(
        declared(name=f"o{n}", inputs={"spec": {f"field{k}": "x" * 200 for k in range(30)}}) for n in range(2_000)
    )
    old = tuple(replace(d, inputs={"spec": {f"field{k}": "y" for k in range(30)}}) for d in many)
    report = report_of(
        side(declared=old), side("h", "20/s", plans={"prod-east": grown()}, declared=many, findings=(OVER,))
    )
    text = render_markdown(report)

    assert len(text) <= LIMIT
    assert "2000 changed, 0 added, 0 deleted objects" in text
    assert re.search(r"… and [\d,]+ more objects: see the JSON form", text)
    assert "traffic.requests 12/s → 20/s" in text
    assert text.rstrip().endswith("</details>")


@pytest.mark.parametrize("limit", [1_500, 2_500, 4_000, 10_000])
def test_any_bound_holds_that_the_heads_fit_in(limit: int) -> None:
    """Thousands of findings, workloads and pools give way as well."""
    findings = tuple(replace(OVER, where=f"w{n}", what="x" * 3_000) for n in range(500))
    pools = tuple(pool(f"p{n}") for n in range(500))
    works = tuple(workload(f"search/w{n}") for n in range(500))
    head = side("h", "20/s", plans={"prod-east": plan(pools=pools, workloads=works)}, findings=findings)
    text = render_markdown(report_of(side(), head), limit)

    assert len(text) <= limit
    assert text.startswith(f"{MARKER}\n**tonnage: +")


def test_hidden_money_is_nowhere() -> None:
    """Not in the verdict, the tables, the findings nor the edited keys."""
    secret = cluster(report={"money": "hidden"})
    raised = team("20/s", budget="70000 USD/month")
    report = growth(clusters={"prod-east": secret}, teams={"prod-east": (raised,)})
    text = html_of(render_markdown(report))

    assert "$" not in text
    assert "USD" not in text
    assert "102,200" not in text
    assert "60000" not in text
    assert "+5 nodes, +20 GPUs · 1 blocked" in text
    assert "budget (hidden) → (hidden)" in text
