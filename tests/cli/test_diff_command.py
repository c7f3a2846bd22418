"""`tonnage diff` on the reference platform repository, one team's traffic raised."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.invoke import Tonnage, edit, reference
from cli.repository import commit, git, repository


@pytest.fixture
def branch(tmp_path: Path) -> Path:
    """A clone whose working tree asks for more of search/chat than its main."""
    repo = repository(tmp_path / "repo", {"README": "x"})
    reference(repo / "stacks")
    commit(repo, {})
    git(repo, "checkout", "--quiet", "-b", "more")
    edit(repo / "stacks/teams/search.yaml", "requests: 12/s", "requests: 20/s")
    return repo / "stacks"


def report(tonnage: Tonnage, folder: Path) -> dict[str, Any]:
    done = tonnage(folder, "diff", "--base", "main", "--format", "json")
    tree: dict[str, Any] = json.loads(done.out)
    return tree


def test_the_workload_is_named_as_the_cause(tonnage: Tonnage, branch: Path) -> None:
    """The edited key, the replicas, the nodes, the money and the quotas, before and after."""
    text = tonnage(branch, "diff", "--base", "main", "--format", "markdown").out

    assert "traffic.requests 12/s → 20/s" in text
    assert "search/chat" in text
    assert "follows from search/chat" in text
    for word in ("nodes", "GPUs", "/month", "quota", "replicas"):
        assert word in text


def test_objects_of_other_teams_do_not_appear(tonnage: Tonnage, branch: Path) -> None:
    """What does not change stays silent."""
    tree = report(tonnage, branch)
    stacks = {(o["after"] or o["before"])["stack"] for o in tree["objects"]}

    assert stacks == {"platform-prod-east", "search-prod-east"}
    titles = [(o["after"] or o["before"])["name"] for o in tree["objects"]]
    assert titles
    assert not [t for t in titles if "assist" in t or "insights" in t]


def test_nothing_changed_is_one_line(tonnage: Tonnage, branch: Path) -> None:
    """A pull request that touches no spec gets no noise."""
    git(branch, "checkout", "--quiet", ".")
    done = tonnage(branch, "diff", "--base", "main")

    assert done.code == 0
    assert done.out.strip() == "tonnage: nothing changes"


def test_the_first_specs_of_a_repository_are_all_new(tonnage: Tonnage, tmp_path: Path) -> None:
    """A base without specs is a base."""
    repo = repository(tmp_path / "repo", {"README": "x"})
    reference(repo / "stacks")
    tree = report(tonnage, repo / "stacks")

    assert tree["comparable"] is True
    assert {o["kind"] for o in tree["objects"]} == {"added"}


def test_a_broken_head_is_blocked_with_its_place(tonnage: Tonnage, branch: Path) -> None:
    """Findings are all that can be told, and they are told."""
    edit(branch / "teams/search.yaml", "requests: 20/s", "requests: 20 per second")
    done = tonnage(branch, "diff", "--base", "main", "--format", "markdown")

    assert done.code == 1
    assert "teams/search.yaml:" in done.out


def test_over_budget_is_blocked_and_still_compared(tonnage: Tonnage, branch: Path) -> None:
    """The reviewer sees what the money would buy."""
    edit(branch / "teams/search.yaml", "budget: 75000 USD/month", "budget: 1000 USD/month")
    done = tonnage(branch, "diff", "--base", "main", "--format", "markdown")

    assert done.code == 1
    assert "blocked" in done.out
    assert "traffic.requests 12/s → 20/s" in done.out


def test_the_report_can_be_written_to_a_file(tonnage: Tonnage, branch: Path, tmp_path: Path) -> None:
    """For a comment: Markdown, and nothing on stdout."""
    done = tonnage(branch, "diff", "--base", "main", "--out", str(tmp_path / "comment.md"))

    assert done.out == ""
    text = (tmp_path / "comment.md").read_text(encoding="utf-8")
    assert text == tonnage(branch, "diff", "--base", "main", "--format", "markdown").out


def test_an_unknown_base_is_a_usage_error(tonnage: Tonnage, branch: Path) -> None:
    """Exit code 2 with the way out."""
    done = tonnage(branch, "diff", "--base", "nowhere")

    assert (done.code, done.out) == (2, "")
    assert "git knows no revision 'nowhere'" in done.err


@pytest.mark.parametrize("form", ["markdown", "json", "terminal"])
def test_the_bytes_do_not_depend_on_the_hash_seed(branch: Path, form: str) -> None:
    """Equal input, equal report."""
    command = [sys.executable, "-m", "tonnage.cli", "diff", "--base", "main", "--format", form]

    def run(seed: str) -> bytes:
        env = {**os.environ, "PYTHONHASHSEED": seed}
        return subprocess.run(command, cwd=branch, env=env, capture_output=True, check=False).stdout

    first = run("1")
    assert first
    assert {run(seed) for seed in ("2", "77")} == {first}
