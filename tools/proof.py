"""Write docs/proof.md from what the tests of the sandbox have shown.

python tools/proof.py > docs/proof.md      (after `pytest tests/sandbox`: facts lie in build/proof)
python tools/proof.py FOLDER               (of the facts in another folder, whatever modules they are of)
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEAD = """# What real programs have proven

The tests in `tests/sandbox` start the real etcd, API server, controller manager and scheduler of Kubernetes 1.36 with
simulated nodes ([how](sandbox.md)), and ask them. This page is made of their answers by `tools/proof.py`; a test at
the end of each run compares it with what that run has shown, so nothing here is claimed from memory.
"""
_SECTIONS = {
    "accepted": (
        "Objects accepted",
        "By kind: accepted by a strict dry run (unknown fields are refusals), then applied in the order of the stacks.",
        ("kind", "accepted"),
    ),
    "placed": (
        "Pods placed: the reference plan",
        "At N all pods run, places of rollouts and batch pods included. One node fewer (spares gone first): pods wait.",
        ("nodes", "pods"),
    ),
    "random": (
        "Pods placed: random plans",
        "Specs drawn by a seeded generator, through the planner and the manifests, at most 60 pods each.",
        ("plan", "pods"),
    ),
    "lost": (
        "Failure domains",
        "Each declared domain is removed; what is to survive runs again, and no production pod preempts another.",
        ("what was removed", "what happened"),
    ),
    "agreement": (
        "The scheduler in the planner, and the real one",
        "The same nodes and the same pods in the same order, created one after another.",
        ("what was compared", "agreement"),
    ),
    "refused": ("Refusals proven", "Each was tried, and refused in these words.", ("what was tried", "answer")),
    "security": (
        "Roles, Pod Security and mistakes",
        "Whole tables, judged case by case.",
        ("what was judged", "result"),
    ),
    "controllers": ("Controllers", "Karpenter and Kueue themselves, where they run.", ("what was asked", "result")),
    "skipped": ("Skipped", "What could not be tried, and why.", ("what", "why")),
}
_NOTHING_SKIPPED = (
    "No test of the sandbox was skipped. Without its programs none can run, and this page is not compared."
)


def page(facts: Iterable[dict[str, str]]) -> str:
    """The whole page. Raises KeyError for a section that it does not know."""
    rows: dict[str, set[tuple[str, str]]] = {section: set() for section in _SECTIONS}
    for fact in facts:
        rows[fact["section"]].add((fact["what"], fact["seen"]))
    lines = [HEAD]
    for section, (title, intro, columns) in _SECTIONS.items():
        if rows[section]:
            lines += [f"## {title}", "", intro, "", *_table(columns, sorted(rows[section], key=_natural)), ""]
        elif section == "skipped":
            lines += [f"## {title}", "", _NOTHING_SKIPPED, ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def facts_in(folder: Path) -> Iterator[dict[str, str]]:
    """All facts of all modules."""
    for file in sorted(folder.glob("*.json")):
        for facts in json.loads(file.read_text(encoding="utf-8")).values():
            yield from facts


def absent(folder: Path) -> list[str]:
    """Modules that record facts, and of which there are none."""
    tests = sorted((ROOT / "tests" / "sandbox").glob("test_*.py"))
    recording = [t.stem for t in tests if "proof.record(" in t.read_text(encoding="utf-8") and t.stem != "test_proof"]
    return [name for name in recording if not (folder / f"{name}.json").exists()]


def _table(columns: tuple[str, str], rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield _row(columns)
    yield _row(("---", "---"))
    yield from map(_row, rows)


def _row(cells: tuple[str, str]) -> str:
    return f"| {' | '.join(c.replace('|', chr(92) + '|').replace('<', '&lt;') for c in cells)} |"


def _natural(row: tuple[str, str]) -> tuple[list[tuple[str, int]], str]:
    """Plan 2 before plan 10."""
    return [(text, int(n or 0)) for text, n in re.findall(r"(\D*)(\d*)", row[0])], row[1]


def main() -> int:
    """Print the page; 1 where facts are missing."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "proof"
    missing = [] if len(sys.argv) > 1 else absent(folder)
    if missing:
        print(f"no facts of {', '.join(missing)}: run pytest tests/sandbox first", file=sys.stderr)
        return 1
    sys.stdout.write(page(facts_in(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
