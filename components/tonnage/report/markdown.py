"""The report as one comment on a pull request: GitHub-flavoured Markdown, every text escaped, bounded in size."""

import json
from collections.abc import Iterable, Iterator, Sequence

from tonnage.findings import Finding
from tonnage.report import escape, words
from tonnage.report.bounded import Block, Item, fitted
from tonnage.report.compare import Report
from tonnage.report.fields import ABSENT, FieldChange
from tonnage.report.money import without_money
from tonnage.report.objects import ObjectChange

MARKER = "<!-- tonnage-report -->"
"""By this the comment is found again."""
LIMIT = 60_000
"""Characters; forges refuse comments beyond 65,536."""
_POOL_HEADS = ("cluster", "pool", "type", "market", "nodes", "spare", "GPUs", "$/month")
_TEAM_HEADS = ("team", "GPU quota", "$/month", "budget")


def render_markdown(report: Report, limit: int = LIMIT) -> str:
    """The comment, with a line feed at its end. Equal reports give equal bytes."""
    page = _Page(report)
    return fitted([b for b in page.blocks() if b.head or b.items], limit - 1) + "\n"


class _Page:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.hidden = report.money == "hidden"

    def _placed(self, f: Finding) -> str:
        return f"{self.code(words.place(f))} " if f.position else ""

    def prose(self, text: str) -> str:
        return escape.prose(escape.clipped(without_money(text) if self.hidden else text, 1_000))

    def code(self, text: str) -> str:
        return escape.code(escape.clipped(without_money(text) if self.hidden else text))

    def blocks(self) -> Iterator[Block]:
        r = self.report
        yield Block(f"{MARKER}\n**{self.prose(words.verdict(r))}**\n", (), "", 0)
        yield Block("", tuple(_same(f"> Note: {self.prose(n)}\n") for n in r.notes), "notes", 1)
        yield self.findings("Blocked", r.blocked, "blocking findings", 2)
        yield self.findings(f"In the base ({self.prose(r.base)}), no longer in the head", r.base_errors, "findings", 7)
        yield from self.why()
        yield self.pools()
        yield self.teams()
        yield self.steps()
        yield self.risks()
        yield self.findings("Advice", r.advice, "findings", 8)
        yield self.objects()

    def findings(self, head: str, findings: Iterable[Finding], noun: str, detail: int) -> Block:
        items = tuple(_same(f"- {self._placed(f)}{self.prose(f'{f.where}: {f.what}; {f.fix}')}") for f in findings)
        return _listed(head, items, noun, detail)

    def why(self) -> Iterator[Block]:
        several = len(self.report.clusters) > 1
        for cluster in self.report.clusters:
            head = f"Why in {self.prose(cluster.changes.cluster)}" if several else "Why"
            items = tuple(_same(f"- {self.code(s)} {self.prose(t)}") for s, t in words.why_lines(cluster))
            yield _listed(head, items, "changes", 3)

    def pools(self) -> Block:
        rows = list(words.pool_rows(self.report))
        return self.table(_POOL_HEADS, rows, "pools", 4, money=(7,))

    def teams(self) -> Block:
        rows = [words.team_cells(t) for t in self.report.teams]
        return self.table(_TEAM_HEADS, rows, "teams", 5, money=(2, 3))

    def table(
        self, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], noun: str, detail: int, money: tuple[int, ...]
    ) -> Block:
        shown = [i for i in range(len(heads)) if not (self.hidden and i in money)]
        if not rows:
            return Block("", (), noun, detail)
        lines = [f"| {' | '.join(escape.prose(heads[i]) for i in shown)} |", f"|{' --- |' * len(shown)}"]
        items = tuple(_same(f"| {' | '.join(self.prose(row[i]) for i in shown)} |") for row in rows)
        return Block("\n" + "\n".join(lines), items, noun, detail, tail="\n")

    def steps(self) -> Block:
        steps = [
            f"{place} {self.code(s.stack)} ({_counts(s.added, s.changed, s.replaced, s.deleted)})"
            for place, s in enumerate(self.report.steps, 1)
        ]
        ends = [f"{self.code(e.subject)} {self.prose(e.detail)}" for e in self.report.endings]
        items = tuple(_same(f"- {line}") for line in (*steps, *ends))
        return _listed("Apply, in this order", items, "stacks", 5) if steps else _listed("Ends", items, "endings", 5)

    def risks(self) -> Block:
        items = tuple(
            _same(f"- {r.kind} {self.code(r.subject)} {self.prose(r.detail)}" + (f" in {self.code(r.stack)}"))
            for r in self.report.risks
        )
        return _listed("Risk", items, "risks", 6)

    def objects(self) -> Block:
        objects = self.report.objects
        if not objects:
            return Block("", (), "objects", 9)
        kinds = [c.kind for c in objects]
        added, changed, replaced, deleted = (kinds.count(k) for k in ("added", "changed", "replaced", "deleted"))
        counts = _counts(added, changed, replaced, deleted, every=True)
        head = f"<details><summary>{counts} objects, field by field</summary>\n"
        return Block(head, tuple(self.object_item(c) for c in objects), "objects", 9, tail="\n</details>", prefix="- ")

    def object_item(self, change: ObjectChange) -> Item:
        brief = f"- {change.kind} {self.code(change.title)} in {self.code(change.stack)}"
        return Item("\n".join([brief, *(f"  - {self.field(f)}" for f in change.fields)]), brief)

    def field(self, field: FieldChange) -> str:
        return f"{self.code(field.shown_path)} {self.value(field.before)} → {self.value(field.after)}"

    def value(self, value: object) -> str:
        if value is ABSENT:
            return "unset"
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
        return self.code(text)


def _same(line: str) -> Item:
    return Item(line, line)


def _listed(head: str, items: tuple[Item, ...], noun: str, detail: int) -> Block:
    return Block(f"**{head}**\n" if items else "", items, noun, detail, tail="\n" if items else "", prefix="- ")


def _counts(added: int, changed: int, replaced: int, deleted: int, every: bool = False) -> str:
    parts = ((changed, "changed"), (added, "added"), (replaced, "replaced"), (deleted, "deleted"))
    shown = [f"{n} {what}" for n, what in parts if n or (every and what != "replaced")]
    return ", ".join(shown)
