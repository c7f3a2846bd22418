"""The page of proofs says what the tests have shown: no more, no less. These tests come last."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.proof import FOLDER, HERE, ROOT, RUN, Fact, Proof, Run, read, write

PAGE = ROOT / "docs" / "proof.md"
TOOL = ROOT / "tools" / "proof.py"


def page_of(run: Run, folder: Path) -> str:
    """The page as it would be with the facts of a run alone."""
    run.write(folder)
    return made(folder)


def made(*arguments: Path) -> str:
    """What the tool writes."""
    done = subprocess.run([sys.executable, TOOL, *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def rows(page: str) -> Iterator[tuple[str, str]]:
    """Rows of the page's tables, each with its heading."""
    heading = ""
    for line in page.splitlines():
        if line.startswith("## "):
            heading = line
        elif line.startswith("| ") and not line.startswith("| --"):
            yield heading, line


def test_what_this_run_has_shown_stands_on_the_page(
    real: None,  # noqa: ARG001 it skips
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    """Of any run: each of its facts, word for word. So a part of the suite already judges its part of the page."""
    page = set(rows(PAGE.read_text(encoding="utf-8")))
    shown = set(rows(page_of(request.config.stash[RUN], tmp_path)))

    assert shown - page == set(), "run tools/proof.py > docs/proof.md and read the difference"


def test_the_page_says_nothing_else(real: None, request: pytest.FixtureRequest, tmp_path: Path) -> None:  # noqa: ARG001 it skips
    """Of a whole run: the page is what it made. Else the test is skipped and says what did not run."""
    run = request.config.stash[RUN]
    if reason := run.why_not_whole([i.nodeid for i in request.session.items], request.config.args):
        pytest.skip(f"not a whole run: {reason}")
    run.write(FOLDER)

    assert PAGE.read_text(encoding="utf-8") == page_of(run, tmp_path), "run tools/proof.py > docs/proof.md"


def whole() -> Run:
    """A run in which a test of each file has passed."""
    run = Run()
    run.passed = {f"{HERE}{p.name}::test_it" for p in (ROOT / HERE).glob("test_*.py")}
    return run


def test_a_run_of_every_test_is_whole() -> None:
    """The page is compared then."""
    run = whole()

    assert run.why_not_whole(run.passed, ["tests"]) is None


def test_a_part_is_not_the_whole_and_says_so() -> None:
    """A file, a choice, a failure, a skip."""
    run = whole()
    every = set(run.passed)
    one = f"{HERE}test_build.py::test_it"
    assert run.why_not_whole(every - {one}, ["tests"]) == "test_build.py did not run"
    assert run.why_not_whole(every, [one]) == "some tests were not chosen"
    run.deselected = 1
    assert run.why_not_whole(every, ["tests"]) == "some tests were not chosen"
    run.deselected = 0
    run.passed.remove(one)
    assert run.why_not_whole(every, ["tests"]) == "1 tests did not pass (none skipped)"
    run.skipped[one] = "go is absent"
    assert run.why_not_whole(every, ["tests"]) == "1 tests did not pass (1 skipped: go is absent)"


def test_facts_become_rows_in_an_order_of_their_own(tmp_path: Path) -> None:
    """Whatever order tests ran in; numbers by their size, and signs of tables escaped."""
    write(tmp_path / "b.json", {"two": [Fact("random", "plan 10", "a|b"), Fact("refused", "x", "<y>")]})
    write(tmp_path / "a.json", {"one": [Fact("random", "plan 10", "a|b"), Fact("random", "plan 2", "c")]})
    random, refused = "## Pods placed: random plans", "## Refusals proven"

    assert [r for r in rows(made(tmp_path)) if r[1] not in {"| plan | pods |", "| what was tried | answer |"}] == [
        (random, "| plan 2 | c |"),
        (random, "| plan 10 | a\\|b |"),
        (refused, "| x | &lt;y> |"),
    ]


def test_a_later_run_of_one_test_replaces_its_facts_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the others stay, so the page can be made after a part was run again."""
    monkeypatch.setattr("sandbox.proof.FOLDER", tmp_path)
    first, second = Run(), Run()
    for test in ("one", "two"):
        Proof(first, f"{HERE}test_x.py::{test}").record("refused", test, 1)
    Proof(second, f"{HERE}test_x.py::two").record("refused", "two", 2)

    shown = [f for facts in read(tmp_path / "test_x.json").values() for f in facts]
    assert shown == [Fact("refused", "one", "1"), Fact("refused", "two", "2")]


def test_the_page_is_not_made_of_a_part(tmp_path: Path) -> None:
    """Without the facts of a module the tool refuses, and names it."""
    script = "import proof, pathlib, sys; print(*proof.absent(pathlib.Path(sys.argv[1])))"
    env = {"PYTHONPATH": str(TOOL.parent), "PATH": ""}
    done = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=True, env=env)

    assert "test_acceptance" in done.stdout.split()
