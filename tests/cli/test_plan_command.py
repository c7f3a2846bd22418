"""`tonnage plan` on the reference platform repository."""

import json
from pathlib import Path

import pytest

from cli.invoke import Tonnage, edit, reference


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    """A repository of one's own, without plan files."""
    folder = reference(tmp_path / "specs")
    for file in folder.glob("plan/**/*.yaml"):
        file.unlink()
    return folder


def test_the_table_holds_pools_workloads_and_teams(tonnage: Tonnage, specs: Path) -> None:
    """The result is on stdout, and the specs have no error."""
    done = tonnage(specs, "plan")

    assert done.code == 0, done.err
    for word in ("prod-east", "staging", "search/chat", "assist/agent", "insights/embeddings", "p5-48xlarge-reserved"):
        assert word in done.out


def test_json_is_complete_and_alone_on_stdout(tonnage: Tonnage, specs: Path) -> None:
    """A program reads it without cutting anything away."""
    tree = json.loads(tonnage(specs, "plan", "--format", "json").out)

    assert tree["kind"] == "Plans"
    assert [p["cluster"] for p in tree["plans"]] == ["prod-east", "staging"]
    assert all(w["option"]["ledger"] for p in tree["plans"] for w in p["workloads"])


def test_one_cluster_alone(tonnage: Tonnage, specs: Path) -> None:
    """Others are left out."""
    done = tonnage(specs, "plan", "--cluster", "staging")

    assert "staging" in done.out
    assert "prod-east" not in done.out


def test_explain_derives_one_workload(tonnage: Tonnage, specs: Path) -> None:
    """Formula, numbers and source; nothing of other workloads."""
    done = tonnage(specs, "plan", "--explain", "search/chat")

    assert done.code == 0
    for word in ("replicas needed", "weights per GPU", "KV cache per GPU", "source:"):
        assert word in done.out
    assert "assist/agent on" not in done.out


def test_explaining_without_the_option_works_too(tonnage: Tonnage, specs: Path) -> None:
    """The name alone says what is wanted."""
    assert tonnage(specs, "plan", "search/chat").out == tonnage(specs, "plan", "--explain", "search/chat").out


@pytest.mark.parametrize(
    ("args", "suggestion"),
    [
        (("--cluster", "prod-est"), "did you mean 'prod-east'?"),
        (("--explain", "search/chatt"), "did you mean 'search/chat'?"),
    ],
)
def test_a_wrong_name_is_a_usage_error_with_a_suggestion(
    tonnage: Tonnage, specs: Path, args: tuple[str, ...], suggestion: str
) -> None:
    """Exit code 2, and nothing on stdout."""
    done = tonnage(specs, "plan", *args)

    assert (done.code, done.out) == (2, "")
    assert suggestion in done.err


def test_written_plan_files_are_fresh_and_stay_as_they_are(tonnage: Tonnage, specs: Path) -> None:
    """Written once, judged fresh, and not touched by a second run."""
    assert tonnage(specs, "plan", "--write").code == 0
    first = {f: f.read_bytes() for f in sorted(specs.glob("plan/**/*.yaml"))}
    again = tonnage(specs, "plan", "--write")

    assert len(first) >= 5
    assert "as before" in again.err
    assert {f: f.read_bytes() for f in sorted(specs.glob("plan/**/*.yaml"))} == first
    assert tonnage(specs, "check").code == 0


def test_stale_plan_files_are_an_error_of_check_and_a_warning_of_plan(tonnage: Tonnage, specs: Path) -> None:
    """The plan shows what the specs ask for now; the check stops a merge."""
    tonnage(specs, "plan", "--write")
    edit(specs / "teams/search.yaml", "requests: 12/s", "requests: 20/s")
    shown, judged = tonnage(specs, "plan"), tonnage(specs, "check")

    assert shown.code == 0
    assert "warning TN341: plan of search on prod-east" in shown.err
    assert judged.code == 1
    assert "run `tonnage plan --write` and commit the result" in judged.out


def test_a_plan_with_errors_is_not_written(tonnage: Tonnage, specs: Path) -> None:
    """Nothing is half-done."""
    edit(specs / "teams/search.yaml", "budget: 75000 USD/month", "budget: 10 USD/month")
    done = tonnage(specs, "plan", "--write")

    assert done.code == 1
    assert "nothing was written" in done.err
    assert "teams/search.yaml:5" in done.err
    assert not list(specs.glob("plan/**/*.yaml"))


def test_files_of_a_team_that_left_are_removed(tonnage: Tonnage, specs: Path) -> None:
    """A lock file of nobody would stop the platform's stack."""
    tonnage(specs, "plan", "--write")
    (specs / "teams/insights.yaml").unlink()
    tonnage(specs, "plan", "--write")

    assert not (specs / "plan/prod-east/insights.yaml").exists()
    assert tonnage(specs, "check").code == 0
