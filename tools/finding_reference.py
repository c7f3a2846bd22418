"""Write docs/findings.md, every kind of finding, from the table of codes.

python tools/finding_reference.py > docs/findings.md
"""

import sys
from collections.abc import Iterator

from tonnage.findings.table import TABLES, Kind, kinds
from tonnage.report.explanation import shown

HEAD = """# Findings

Every problem that tonnage reports has a code, which stays the same in every release: `error TN110` in a line of
text, `"code": "TN110"` in JSON. `tonnage explain TN110` prints what stands here. An error stops a run before anything
is declared; warnings and infos do not. Made from the table of codes by `tools/finding_reference.py`.
"""
TITLES = {
    "files": "Files",
    "spec": "Specs",
    "check": "Specs against each other and the catalogue",
    "capacity": "Plans and plan files",
    "catalog": "Your own facts",
    "engine": "Runs of the engine",
    "components": "Components",
    "stacks": "Stacks and programs",
}


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    for table in TABLES:
        of_table = [k for k in kinds().values() if k.table == table]
        lines += [f"## {TITLES[table]}", ""]
        lines += [f"- [{k.code}](#{k.code.lower()}) {k.title}" for k in of_table]
        lines.append("")
        for kind in of_table:
            lines += _kind(kind)
    return "\n".join(lines).rstrip("\n") + "\n"


def _kind(kind: Kind) -> Iterator[str]:
    yield f'### <a id="{kind.code.lower()}"></a>{kind.code}: {kind.title}'
    yield from ("", _plain(kind.meaning), "", f"**To mend it:** {_plain(kind.fix)}", "")
    if kind.example is not None:
        yield from (f"In `{kind.example.file}`, wrong and right:", "")
        yield from ("```diff", *(f"- {line}" for line in shown(kind.example.wrong)))
        yield from (*(f"+ {line}" for line in shown(kind.example.right)), "```", "")


def _plain(text: str) -> str:
    """No tag comes of `<name>`; inside backticks it stays as it is."""
    parts = text.split("`")
    return "`".join(p if i % 2 else p.replace("<", "&lt;") for i, p in enumerate(parts))


if __name__ == "__main__":
    sys.stdout.write(page())
