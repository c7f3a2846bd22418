"""`tonnage explain`: from a finding, or a key, to what it means."""

from pathlib import Path

import pytest

from cli.invoke import Tonnage
from tonnage.findings.table import kinds
from tonnage.spec.keys import all_paths, explained


def test_a_code_has_a_page_with_its_meaning_its_fix_and_an_example(tonnage: Tonnage, tmp_path: Path) -> None:
    """In any folder, in either case."""
    done = tonnage(tmp_path, "explain", "tn012")

    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "TN012  A key is given twice\n\n"
        "Programs take the first or the last of them; nobody can tell which was meant.\n\n"
        "To mend it: Keep one of the two.\n\n"
        "Wrong in teams/search.yaml:\n    priority: production\n    priority: standard\n"
        "Right:\n    priority: production\n"
    )


@pytest.mark.parametrize("code", kinds())
def test_every_code_can_be_explained(tonnage: Tonnage, tmp_path: Path, code: str) -> None:
    """On lines that fit a terminal, of characters that every terminal shows."""
    done = tonnage(tmp_path, "explain", code)

    assert done.out.startswith(f"{code}  {kinds()[code].title}\n")
    assert all(c == "\n" or (c.isprintable() and c.isascii()) for c in done.out)


def test_without_a_word_all_codes_are_listed(tonnage: Tonnage, tmp_path: Path) -> None:
    """One a line, to be searched."""
    lines = tonnage(tmp_path, "explain").out.splitlines()

    assert [line.partition(" ")[0] for line in lines] == list(kinds())


def test_a_key_is_explained_from_the_schema(tonnage: Tonnage, tmp_path: Path) -> None:
    """Its meaning, bounds and units, its form, and an example."""
    done = tonnage(tmp_path, "explain", "serving.slo.ttftP95")

    assert done.out == (
        "serving.slo.ttftP95  (team file)\n\n"
        "Time to first token. From 1ms to 3660d, in ms, s, m, h, d.\n\n"
        "  takes:     text such as `40ms`\n"
        "  example:   ttftP95: 40ms\n"
    )


def test_a_key_with_keys_below_it_lists_them(tonnage: Tonnage, tmp_path: Path) -> None:
    """So that one finds on."""
    out = tonnage(tmp_path, "explain", "serving[0].slo").out

    assert "  keys below it:\n    ttftP95  Time to first token." in out


def test_a_key_of_both_files_is_explained_for_both(tonnage: Tonnage, tmp_path: Path) -> None:
    """Nobody has to say which was meant."""
    out = tonnage(tmp_path, "explain", "name").out

    assert [line for line in out.splitlines() if "(" in line] == ["name  (cluster file)", "name  (team file)"]
    assert "left out:  must be given" in out


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("TN999", "there is no code TN999; `tonnage explain` lists all of them"),
        ("serving.slo.ttft", "there is no key 'serving.slo.ttft'; did you mean 'serving.slo.ttftP95'?"),
        ("serving..slo", "there is no key 'serving..slo'; did you mean 'serving.slo'?"),
    ],
)
def test_what_is_not_known_leads_on(tonnage: Tonnage, tmp_path: Path, what: str, said: str) -> None:
    """Exit code 2, nothing on stdout."""
    done = tonnage(tmp_path, "explain", what)

    assert (done.code, done.out, done.err) == (2, "", f"tonnage: {said}\n")


@pytest.mark.parametrize("path", all_paths())
def test_every_key_means_something(path: str) -> None:
    """And says what it takes."""
    for key in explained(path):
        assert key.meaning.endswith(".")
        assert key.form not in {"", "value"}
