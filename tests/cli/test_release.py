"""`tonnage plan --release`, and everything that says a release is pending."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.invoke import Tonnage, edit, reference
from cli.repository import commit, git, repository

POOLS = "plan/prod-east/pools.yaml"
PENDING = "pool g6e-12xlarge on prod-east: keeps"


@pytest.fixture
def specs(tonnage: Tonnage, tmp_path: Path) -> Path:
    """A repository whose plan files are written and committed, and whose specs then ask for less."""
    folder = repository(tmp_path / "repo", {"README.md": ""})
    into = reference(folder / "stacks")
    assert tonnage(into, "plan", "--write").code == 0
    commit(folder, {}, "plan")
    git(folder, "checkout", "--quiet", "-b", "less")
    edit(into / "teams/search.yaml", "requests: 12/s", "requests: 6/s")
    return into


def files(specs: Path) -> dict[str, bytes]:
    """Plan files by name."""
    return {str(f.relative_to(specs)): f.read_bytes() for f in sorted(specs.glob("plan/**/*.yaml"))}


def plans(tonnage: Tonnage, specs: Path, *args: str) -> dict[str, Any]:
    """Plans by cluster, as JSON prints them."""
    tree = json.loads(tonnage(specs, "plan", "--format", "json", *args).out)
    return {p["cluster"]: p for p in tree["plans"]}


def nodes(plan: dict[str, Any]) -> dict[str, int]:
    """Nodes by pool."""
    return {p["name"]: p["nodes"] for p in plan["pools"]}


def test_a_shrink_is_kept_shown_and_pending_until_it_is_released(tonnage: Tonnage, specs: Path) -> None:
    """With or without writing; a second write changes nothing; the check says which command ends it."""
    before = nodes(plans(tonnage, specs, "--release")["prod-east"])
    shown = plans(tonnage, specs)["prod-east"]
    kept = {p["name"]: p["releasing"] for p in shown["pools"] if p["releasing"]}
    assert kept["g6e-12xlarge"] > 0
    assert nodes(shown) == before  # nothing was announced yet, so there is nothing to let go
    assert shown["releasing"]["usdPerMonth"] > 0
    assert shown["afterRelease"].keys() == {"search"}

    written = tonnage(specs, "plan", "--write")
    assert written.code == 0
    first = files(specs)
    assert f"{PENDING} {kept['g6e-12xlarge']} of its {before['g6e-12xlarge']} nodes until released" in written.err
    assert "as before" in tonnage(specs, "plan", "--write").err
    assert files(specs) == first
    judged = tonnage(specs, "check")
    assert judged.code == 0
    assert PENDING in judged.out
    assert "run `tonnage plan --write --release`" in judged.out


def test_a_release_leaves_what_a_plan_from_nothing_would(tonnage: Tonnage, specs: Path) -> None:
    """Byte for byte, and nothing is pending then. Shown first, without writing."""
    tonnage(specs, "plan", "--write")
    written = files(specs)
    small = nodes(plans(tonnage, specs, "--release")["prod-east"])
    assert files(specs) == written
    assert small["g6e-12xlarge"] < nodes(plans(tonnage, specs)["prod-east"])["g6e-12xlarge"]

    assert tonnage(specs, "plan", "--write", "--release").code == 0
    released = files(specs)
    assert [name for name in written if written[name] != released[name]] == [POOLS]
    assert PENDING not in tonnage(specs, "check").out
    for name in released:
        (specs / name).unlink()
    tonnage(specs, "plan", "--write")
    assert files(specs) == released


def test_a_shrink_that_was_never_announced_is_not_released(tonnage: Tonnage, specs: Path) -> None:
    """Who writes and releases in one breath gets what everybody gets first: the announcement."""
    tonnage(specs, "plan", "--write", "--release")

    assert b"releasing:" in files(specs)[POOLS]


@pytest.mark.parametrize("form", ["terminal", "markdown", "json"])
@pytest.mark.parametrize("write", [True, False])
def test_a_diff_says_what_is_kept_and_counts_no_node_as_gone(
    tonnage: Tonnage, specs: Path, form: str, write: bool
) -> None:
    """The same before and after the plan files are written."""
    if write:
        tonnage(specs, "plan", "--write")
    done = tonnage(specs, "diff", "--base", "main", "--format", form)
    text = " ".join(done.out.replace("\\", "").split())

    assert done.code == 0
    assert "2 of its 8 nodes until released" in text
    assert "-2 nodes" not in text
    if form != "json":
        assert "8 → 8 (2 until released)" in text
        head, tail = text.index("1 platform-prod-east") if form == "terminal" else 0, text.rindex("prod-east")
        assert head < tail


def test_the_release_itself_is_told_with_its_condition(tonnage: Tonnage, specs: Path) -> None:
    """Nodes and money fall, and the risk says what must be applied before."""
    tonnage(specs, "plan", "--write")
    commit(specs.parent, {}, "keep")
    git(specs.parent, "branch", "keep")
    tonnage(specs, "plan", "--write", "--release")
    told = json.loads(tonnage(specs, "diff", "--base", "keep", "--format", "json").out)

    assert told["nodes"] == {"added": 0, "removed": 4}
    assert float(told["cost"]["cash"]["usdPerMonth"]) < -10_000
    assert {r["kind"] for r in told["risks"]} == {"shrink"}
    assert "when the teams' stacks of the plan before are applied" in told["risks"][0]["detail"]
    assert [s["stack"] for s in told["steps"]] == ["platform-prod-east"]


def test_the_platform_declares_what_is_kept_and_teams_what_they_need(tonnage: Tonnage, specs: Path) -> None:
    """NodePools of before with the quota of before; the deployment is already smaller."""
    tonnage(specs, "plan", "--write")
    tree = json.loads(tonnage(specs, "preview", "--cluster", "prod-east", "--format", "json").out)
    inputs = [r["inputs"] for r in tree["resources"] if r["token"].startswith("kubernetes:")]
    limits = {i["metadata"]["name"]: i["spec"]["limits"]["nodes"] for i in inputs if i.get("kind") == "NodePool"}
    (quota,) = (
        i["spec"]["hard"]
        for i in inputs
        if i.get("kind") == "ResourceQuota"
        and i["metadata"]["namespace"] == "team-search"
        and "requests.nvidia.com/gpu" in i["spec"]["hard"]
    )
    (chat,) = (i for i in inputs if i.get("kind") == "Deployment" and i["metadata"]["name"] == "chat")

    assert (limits["g6e-12xlarge"], limits["g6e-4xlarge"]) == (8, 3)
    assert int(quota["requests.nvidia.com/gpu"]) == 19
    assert chat["spec"]["replicas"] == 5


def test_unreadable_plan_files_keep_nothing_and_that_is_said(tonnage: Tonnage, specs: Path) -> None:
    """After a merge conflict nobody knows what stood; the writer is told before the next apply."""
    (specs / POOLS).write_text("<<<<<<< ours\n", encoding="utf-8")
    done = tonnage(specs, "plan", "--write")

    assert "warning TN384: plan of prod-east" in done.err
    assert "TN384: plan of staging" not in done.err
    assert b"releasing:" not in files(specs)[POOLS]
