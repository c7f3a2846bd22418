"""The reference repository through the real engine: preview, up, no change, change, destroy.

Objects are rendered into a folder by the Kubernetes provider instead of being sent to a cluster, so that engine,
state and provider run as they are and nothing else is needed.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.invoke import edit, reference

PROGRAM = """
import os
import pulumi, pulumi_kubernetes as k8s
from tonnage.stack import declare_with
declare_with(lambda config: k8s.Provider("cluster", render_yaml_to_directory=os.environ["RENDERED"]))
"""
STACKS = ("platform-prod-east", "search-prod-east")


class Engine:
    """Pulumi with a local backend of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rendered = folder.parent / "rendered"
        backend = folder.parent / "backend"
        backend.mkdir()
        self.env = {
            **os.environ,
            "PULUMI_BACKEND_URL": f"file://{backend}",
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "RENDERED": str(self.rendered),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }

    def run(self, *args: str) -> str:
        """Run pulumi there; fails with what it said."""
        done = subprocess.run(
            ["pulumi", "--non-interactive", *args],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def changes(self, stack: str) -> dict[str, int]:
        """What a preview would do, by operation."""
        tree: dict[str, Any] = json.loads(self.run("preview", "--json", "--stack", stack))
        counts: dict[str, int] = tree["changeSummary"]
        return counts


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """The reference repository with a program that renders, and its stacks initialised."""
    folder = reference(tmp_path / "repo")
    (folder / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    (folder / "Pulumi.yaml").write_text("name: reference\nruntime: python\nstackConfigDir: config\n", encoding="utf-8")
    made = Engine(folder)
    for stack in STACKS:
        made.run("stack", "init", stack)
    return made


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_lives_and_dies(engine: Engine, stack: str) -> None:
    """Created once, quiet while nothing changes, changed in place, gone at the end but for what is protected."""
    created = engine.changes(stack)
    assert set(created) == {"create"}
    engine.run("up", "--yes", "--stack", stack)
    assert set(engine.changes(stack)) == {"same"}

    edit(engine.folder / "teams/search.yaml", "requests: 12/s", "requests: 20/s")
    subprocess.run([sys.executable, "-m", "tonnage.cli", "plan", "--write"], cwd=engine.folder, check=True)
    changed = engine.changes(stack)
    assert changed.get("update", 0) + changed.get("create", 0) > 0
    assert not changed.get("delete")
    engine.run("up", "--yes", "--stack", stack)

    engine.run("state", "unprotect", "--all", "--yes", "--stack", stack)
    engine.run("destroy", "--yes", "--stack", stack)
    assert json.loads(engine.run("stack", "export", "--stack", stack))["deployment"].get("resources", []) == []
