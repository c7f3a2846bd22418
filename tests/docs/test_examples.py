"""What the documentation shows works as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli.invoke import Tonnage, reference
from cli.repository import commit, repository
from docs.blocks import PAGES, ROOT, blocks, commands
from tonnage.findings import errors
from tonnage.preview import record
from tonnage.spec.load import load_specs

MADE = [("spec_reference", "specs"), ("finding_reference", "findings"), ("sample_report", "sample-report")]
"""Tools, and the pages that they write."""


def specs_of(page: str, folder: Path) -> Path:
    """Write the files that a page shows, each under the name that the paragraph above it says."""
    for block in blocks(page):
        named = re.findall(r"`((?:[\w-]+/)*(?:Pulumi|[\w-]+)(?:[.\w-]*)\.(?:yaml|py))`", block.before)
        if block.language in {"yaml", "python"} and named:
            file = folder / named[-1]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
    return folder


def test_the_tutorial_leads_to_a_repository_that_works(tonnage: Tonnage, tmp_path: Path) -> None:
    """Its files, as it shows them, and its commands, in its order."""
    folder = specs_of("docs/getting-started.md", repository(tmp_path / "repo", {"README": "x"}))
    names = {f.relative_to(folder).as_posix() for f in folder.rglob("*.*") if ".git" not in f.parts}
    assert {"clusters/east.yaml", "teams/search.yaml", "Pulumi.yaml", "__main__.py"} <= names
    assert {"config/Pulumi.platform-east.yaml", "config/Pulumi.search-east.yaml"} <= names

    listed = commands("docs/getting-started.md")
    assert ["plan"] in listed
    for args in listed:
        done = tonnage(folder, *args)
        assert done.code == 0, f"{args}: {done.err}"
    assert (folder / "plan/east/pools.yaml").is_file()


@pytest.mark.parametrize("page", ["README.md", "docs/pull-requests.md", "docs/planning.md"])
def test_commands_work_on_the_reference_repository(tonnage: Tonnage, tmp_path: Path, page: str) -> None:
    """Every line that calls tonnage."""
    folder = repository(tmp_path / "repo", {"README": "x"})
    reference(folder / "stacks")
    commit(folder, {})
    listed = commands(page)
    assert listed
    for args in listed:
        done = tonnage(folder, *args)
        assert done.code == 0, f"{args}: {done.err}"


def test_the_team_of_the_readme_is_lawful(tmp_path: Path) -> None:
    """The first spec that a newcomer reads."""
    team = next(b.text for b in blocks("README.md") if b.language == "yaml")
    folder = reference(tmp_path / "stacks")
    (folder / "teams/search.yaml").write_text(team, encoding="utf-8")
    specs, found = load_specs(folder)

    assert not errors(found)
    assert specs is not None
    assert specs.teams["prod-east"][-1].serving[0].name == "chat"


@pytest.mark.parametrize("index", range(len([b for b in blocks("docs/components.md") if b.language == "python"])))
def test_programs_of_the_components_page_can_be_declared(index: int) -> None:
    """Each block is a whole Pulumi program."""
    block = [b for b in blocks("docs/components.md") if b.language == "python"][index]
    recording = record(lambda: exec(compile(block.text, "docs/components.md", "exec"), {}), "docs", "test")  # noqa: S102 our own page

    assert not errors(recording.findings)
    assert [d for d in recording.resources if d.is_object]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """Every relative link is a file that exists."""
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = [t for t in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in t]
    missing = [t for t in targets if not ((ROOT / page).parent / t).exists()]
    assert not missing


@pytest.mark.parametrize(("tool", "page"), MADE)
def test_pages_that_are_made_are_up_to_date(tool: str, page: str) -> None:
    """Made, not written: a key that changes, or a number, changes the page."""
    made = subprocess.run([sys.executable, str(ROOT / f"tools/{tool}.py")], capture_output=True, text=True, check=True)

    assert made.stdout == (ROOT / f"docs/{page}.md").read_text(encoding="utf-8"), (
        f"run tools/{tool}.py > docs/{page}.md"
    )
