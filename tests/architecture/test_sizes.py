"""The house stays small: budgets of the design, measured on the package itself."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("components/**/*.py"), *ROOT.glob("policies/**/*.py")])


def functions(file: Path) -> Iterator[tuple[str, int]]:
    """Name and length of every function of a file."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_file_is_over_300_lines_and_the_median_is_at_most_120() -> None:
    """Above the ceiling a second idea hides inside."""
    lengths = {f: f.read_text().count("\n") for f in FILES if f.name != "__init__.py"}
    assert not {str(f.relative_to(ROOT)): n for f, n in lengths.items() if n > 300}
    assert median(lengths.values()) <= 120


def test_no_function_is_over_40_lines() -> None:
    """A function that does not fit a screen does two things."""
    assert not [(str(f.relative_to(ROOT)), name, n) for f in FILES for name, n in functions(f) if n > 40]


def test_every_public_function_and_class_has_a_docstring() -> None:
    """Shapes, units, errors and sources stand where the reader meets the name."""
    bare = [
        f"{f.relative_to(ROOT)}:{node.lineno} {node.name}"
        for f in FILES
        for node in ast.parse(f.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
    ]
    assert not bare
