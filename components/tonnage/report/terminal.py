"""Plans, previews and reports as tables on a terminal. Text of users never reaches it as control codes or markup."""

import json
from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from tonnage.capacity.result import CapacityPlan
from tonnage.findings import Finding
from tonnage.manifests.declared import Declared
from tonnage.report import escape, money, words
from tonnage.report.compare import Report
from tonnage.report.counts import HEADS, count_rows
from tonnage.report.fields import ABSENT, FieldChange
from tonnage.report.money import without_money
from tonnage.report.objects import title

_STYLES = {"added": "green", "changed": "yellow", "replaced": "red", "deleted": "red"}


def show_plan(plan: CapacityPlan, console: Console) -> None:
    """One cluster: pools, workloads, teams, and the sum with its proof."""
    console.print(_said(f"{plan.cluster}, as of {plan.as_of}", "bold"))
    console.print(_pools(plan))
    console.print(_workloads(plan))
    console.print(_teams(plan))
    if plan.counts:
        console.print(_filled(HEADS, count_rows(plan)))
    for account in plan.account:
        use = f"account quota {account.name}: {account.used_vcpus} of {account.limit_vcpus} vCPUs"
        console.print(_said(use))
    for unused in plan.unused_reservations:
        console.print(_said(f"reserved but not used: {unused.nodes} x {unused.instance_type} ({unused.id})"))
    console.print(_said(_sum(plan), "bold"))
    console.print()


def _sum(plan: CapacityPlan) -> str:
    gap = f", at most {float(plan.gap.amount):.1%} above the cheapest possible" if plan.gap is not None else ""
    unpriced = f"; price unknown: {', '.join(plan.unpriced)}" if plan.unpriced else ""
    nodes, gpus = sum(p.nodes for p in plan.pools), sum(p.gpus for p in plan.pools)
    counts = f"{words.count(nodes, 'node')}, {words.count(gpus, 'GPU')}"
    until = f" ({money.monthly(plan.releasing)} of it until released)" if plan.releasing is not None else ""
    return f"{counts}, {words.total(plan)}{until}{gap}{' without that' if until and gap else ''}{unpriced}"


def _pools(plan: CapacityPlan) -> Table:
    table = _table("pool", "type", "market", "nodes>", "spare>", "GPUs>", "$/month>", "zones")
    for p in plan.pools:
        nodes = words.standing(p)
        cells = (p.name, p.instance_type, p.market, nodes, p.spares, p.gpus, words.price(p), ", ".join(p.zones))
        table.add_row(*map(_said, cells))
    return table


def _workloads(plan: CapacityPlan) -> Table:
    table = _table("workload", "tier", "demand", "layout", "replicas>", "limit", "on")
    for w in plan.workloads:
        cells = (w.id, w.priority, w.demand, words.layout(w), words.replicas(w), words.limit(w), words.placed(w))
        table.add_row(*map(_said, cells))
    return table


def _teams(plan: CapacityPlan) -> Table:
    table = _table("team", "GPU quota", "pods>", "$/month>", "budget>")
    for team in sorted({*plan.quotas, *plan.costs}):
        quota, cost = plan.quotas.get(team), plan.costs.get(team)
        gpus = ", ".join(f"{n} {kind}" for kind, n in sorted(quota.gpus.items())) if quota else ""
        budget = money.monthly(cost.budget) if cost and cost.budget else words.DASH
        table.add_row(*map(_said, (team, gpus or "none", quota.pods if quota else 0, words.spent(cost), budget)))
    idle = money.monthly(plan.idle) if words.priced(plan) else "unknown"
    table.add_row(_said("idle"), "", "", _said(idle), "")
    if plan.releasing is not None:
        table.add_row(_said("until released"), "", "", _said(money.monthly(plan.releasing)), "")
    return table


def show_preview(declared: Sequence[Declared], console: Console) -> None:
    """Stacks with their resources, children below their parents."""
    for stack in sorted({d.stack for d in declared}):
        own = sorted((d for d in declared if d.stack == stack), key=lambda d: d.key)
        tree = Tree(_said(f"{stack}: {words.count(len(own), 'resource')}", "bold"))
        keys = {d.key for d in own}
        _grow(tree, [d for d in own if d.parent not in keys], own)
        console.print(tree)


def _grow(branch: Tree, level: Iterable[Declared], own: Sequence[Declared]) -> None:
    for d in level:
        marks = [name for name, on in (("protected", d.protect), ("retained", d.retain_on_delete)) if on]
        node = branch.add(_said(" ".join([title(d), *(f"({m})" for m in marks)])))
        _grow(node, [child for child in own if child.parent == d.key], own)


def show_report(report: Report, console: Console) -> None:
    """The whole report, every changed field included."""
    mask = without_money if report.money == "hidden" else str
    console.print(_said(mask(words.verdict(report)), "bold"))
    for note in report.notes:
        console.print(_said(note, "yellow"))
    for head, lines in _sections(report):
        if lines:
            console.print()
            console.print(_said(head, "bold"))
        for line in lines:
            console.print(Padding(_said(mask(line)), (0, 0, 0, 2)))
    _changed_pools(report, console)
    _changed_teams(report, console)
    _changed_objects(report, console)


def _sections(report: Report) -> Iterator[tuple[str, list[str]]]:
    yield "Blocked", [_finding(f) for f in report.blocked]
    yield f"In the base ({report.base}), no longer in the head", [_finding(f) for f in report.base_errors]
    for cluster in report.clusters:
        yield f"Why in {cluster.changes.cluster}", [f"{s}  {text}" for s, text in words.why_lines(cluster)]
    yield "Apply, in this order", [f"{place} {s.stack}" for place, s in enumerate(report.steps, 1)]
    yield "Ends", [f"{e.subject} {e.detail}" for e in report.endings]
    yield "Risk", [f"{r.kind} {r.subject}: {r.detail}" for r in report.risks]
    yield "Advice", [_finding(f) for f in report.advice]


def _finding(f: Finding) -> str:
    at = f"{words.place(f)}  " if f.position else ""
    return f"{at}{f.where}: {f.what}; {f.fix}"


def _changed_pools(report: Report, console: Console) -> None:
    rows = list(words.pool_rows(report))
    hidden = report.money == "hidden"
    if rows:
        heads = ("cluster", "pool", "type", "market", "nodes>", "spare>", "GPUs>", *(() if hidden else ("$/month>",)))
        console.print()
        console.print(_filled(heads, [row[: len(heads)] for row in rows]))


def _changed_teams(report: Report, console: Console) -> None:
    rows = [words.team_cells(t) for t in report.teams]
    hidden = report.money == "hidden"
    if rows:
        heads = ("team", "GPU quota", *(() if hidden else ("$/month>", "budget>")))
        console.print(_filled(heads, [row[: len(heads)] for row in rows]))


def _changed_objects(report: Report, console: Console) -> None:
    if report.objects:
        console.print()
        console.print(_said(f"{words.count(len(report.objects), 'object')} changed, field by field", "bold"))
    for change in report.objects:
        console.print(_said(f"  {change.kind} {change.title} in {change.stack}", _STYLES[change.kind]))
        for field in change.fields:
            console.print(Padding(_said(_field(field)), (0, 0, 0, 6)))


def _field(field: FieldChange) -> str:
    return f"{field.shown_path} {_value(field.before)} → {_value(field.after)}"


def _value(value: object) -> str:
    if value is ABSENT:
        return "unset"
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _filled(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Table:
    table = _table(*heads)
    for row in rows:
        table.add_row(*map(_said, row))
    return table


def show_table(head: Sequence[str], rows: Iterable[Sequence[str]], console: Console) -> None:
    """A plain table; a head that ends in > is a column of numbers."""
    table = _table(*head)
    for row in rows:
        table.add_row(*map(_said, row))
    console.print(table)


def _table(*heads: str) -> Table:
    """A table; a head that ends in > is a column of numbers."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for head in heads:
        table.add_column(head.rstrip(">"), justify="right" if head.endswith(">") else "left", overflow="fold")
    return table


def _said(value: object, style: str = "") -> Text:
    return Text(escape.visible(str(value)), style=style)
