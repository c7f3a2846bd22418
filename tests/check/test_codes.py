"""Codes of findings: every kind stands in one table, and what the table shows is what happens."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from spec.folders import write
from spec.table import cases
from tonnage.catalog.load import load_catalog
from tonnage.check import check
from tonnage.findings import Finding
from tonnage.findings.table import TABLES, Kind, kinds
from tonnage.spec.load import load_what_can_be

PACKAGE = Path(__file__).parents[2] / "components" / "tonnage"
CODE = re.compile(r"TN\d{3}")
JUDGED = ("files", "spec", "check")
WITH_EXAMPLE = [k for k in kinds().values() if k.example is not None]


def found(folder: Path) -> tuple[Finding, ...]:
    """Everything that loading and checking finds, with the shipped catalogue."""
    catalog, _ = load_catalog()
    assert catalog is not None
    specs, findings = load_what_can_be(folder)
    return (*findings, *check(specs, catalog))


def sources() -> Iterator[tuple[Path, ast.AST]]:
    """Every node of the package's source."""
    for file in sorted(PACKAGE.rglob("*.py")):
        yield from ((file, node) for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))


def test_codes_are_in_order_and_texts_are_whole() -> None:
    """A row without a meaning or a way out would be no help."""
    assert list(kinds()) == sorted(kinds())
    assert {k.table for k in kinds().values()} == set(TABLES)
    for code, kind in kinds().items():
        assert CODE.fullmatch(code)
        assert not kind.title.endswith(".")
        assert kind.meaning.endswith("."), code
        assert kind.fix.endswith("."), code


def test_titles_tell_kinds_apart() -> None:
    """Two kinds with one title would be one."""
    titles = [k.title for k in kinds().values()]
    assert len(set(titles)) == len(titles)


def test_every_code_of_the_source_stands_in_the_table_and_none_is_left_over() -> None:
    """A code without a page, and a page without a finding, are both mistakes of ours."""
    used = {
        node.value
        for _, node in sources()
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value)
    }
    assert used == set(kinds())


def test_every_finding_has_a_code() -> None:
    """In all layers; a finding that is passed on keeps its own."""
    bare = [
        f"{file.name}:{node.lineno}"
        for file, node in sources()
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Finding"
        and not any(k.arg == "code" for k in node.keywords)
    ]
    assert bare == []


@pytest.mark.parametrize("kind", WITH_EXAMPLE, ids=lambda k: k.code)
def test_the_example_of_a_kind_is_one(kind: Kind, tmp_path: Path) -> None:
    """What is wrong gives a finding of the code, and what is right does not."""
    example = kind.example
    assert example is not None
    right = write(tmp_path / "right")
    wrong = write(tmp_path / "wrong", (example.file, example.right, example.wrong))

    assert kind.code in {f.code for f in found(wrong)}
    assert kind.code not in {f.code for f in found(right)}


def test_every_kind_that_specs_can_have_is_shown_by_a_test() -> None:
    """By its example, or by a case in the tables of wrong specs; what is left is shown by tests of single files."""
    here = Path(__file__).parents[1]
    tables = [here / "spec" / "bad_specs.txt", here / "check" / "wrong.txt"]
    shown = {k.code for k in WITH_EXAMPLE}
    shown |= {code for table in tables for case in cases(table) for code in CODE.findall(" ".join(case.said))}
    alone = {"TN001", "TN002", "TN003", "TN004", "TN009", "TN016", "TN101", "TN102", "TN105", "TN255", "TN256"} | {
        "TN260",
        "TN261",
    }

    assert {k.code for k in kinds().values() if k.table in JUDGED} - shown == alone
