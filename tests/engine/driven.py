"""A Pulumi project of a test: its folder, a local backend and passphrase of its own, driven as pipelines drive it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pulumi import automation as auto

from cli.invoke import edit, reference
from tonnage.testing.engine import Stopped, kill_at, locks_of, recovery, stack_state, why_not_break
from tonnage.testing.engine.state import StackState
from tonnage.testing.sandbox import Sandbox

PLATFORM, TEAM = "platform-staging", "search-staging"
TEAM_AND_PLATFORM = (PLATFORM, TEAM)
PROJECT = "reference"


@dataclass(frozen=True)
class Driven:
    """A project and its backend."""

    folder: Path
    backend: Path
    project: str
    env: Mapping[str, str]

    def stack(self, name: str) -> auto.Stack:
        """One stack, by the Automation API; made where it is not there yet."""
        options = auto.LocalWorkspaceOptions(env_vars=dict(self.env))
        return auto.create_or_select_stack(stack_name=name, work_dir=str(self.folder), opts=options)

    def reach(self, name: str, sandbox: Sandbox) -> None:
        """Let a stack of the reference repository reach the sandbox, by a kubeconfig that is a secret."""
        edit(self.folder / "config" / f"Pulumi.{name}.yaml", "  tonnage:context: staging\n", "")
        secret = auto.ConfigValue(value=sandbox.kubeconfig.read_text(encoding="utf-8"), secret=True)
        self.stack(name).set_config("tonnage:kubeconfig", secret)

    def command(self, stack: str, *args: str) -> list[str]:
        """A command line of the engine, for what the Automation API has no call for."""
        return ["pulumi", "--non-interactive", *args, "--stack", stack]

    def run(self, stack: str, *args: str) -> str:
        """Run one; what it printed. Fails with what it said."""
        done = self.tried(stack, *args)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def tried(self, stack: str, *args: str) -> subprocess.CompletedProcess[str]:
        """Run one that may fail."""
        return subprocess.run(
            self.command(stack, *args), cwd=self.folder, env=self._all, capture_output=True, text=True, check=False
        )

    def killed(self, stack: str, event: int, log: Path, *args: str) -> Stopped:
        """Run one and kill it, and all that it has started, at an event of its log."""
        command = self.command(stack, *args, "--yes", "--skip-preview", "--event-log", str(log))
        return kill_at(command, log, event, cwd=self.folder, env=self._all, said=log.with_suffix(".txt"))

    def state(self, stack: str) -> StackState:
        """What the stack's state holds."""
        return stack_state(json.loads(self.run(stack, "stack", "export")))

    def recover(self, stack: str, sandbox: Sandbox) -> tuple[str, ...]:
        """Make a stack usable after a crash, as docs/engine.md tells people to; what the refresh was told.

        Breaks no lock whose owner may live, and drops no pending create whose object exists.
        """
        locks = locks_of(self.backend, self.project, stack)
        assert [reason for lock in locks if (reason := why_not_break(lock, datetime.now(UTC)))] == []
        if locks:
            self.run(stack, "cancel", "--yes")
        told = recovery(self.state(stack), lambda manifest: sandbox.api.get(manifest).status == 200)
        self.run(stack, "refresh", "--yes", "--skip-preview", *told)
        return told

    def unprotect(self, stack: str) -> None:
        """Lift the protection of all that the stack holds."""
        self.run(stack, "state", "unprotect", "--all", "--yes")

    def forget(self, stack: str) -> None:
        """Drop a stack and its state, whatever it holds, and keep its config."""
        self.tried(stack, "cancel", "--yes")  # a test that failed may have left a lock; without one it is refused
        self.run(stack, "stack", "rm", "--force", "--yes", "--preserve-config")
        self.run(stack, "stack", "init")

    @property
    def _all(self) -> dict[str, str]:
        return {**os.environ, **self.env}


def project(folder: Path, root: Path, name: str, **more: str) -> Driven:
    """Drive the program in a folder, with a backend below `root`. `more`: variables that the program reads."""
    backend = root / "backend"
    backend.mkdir()
    (folder / "Pulumi.yaml").write_text(f"name: {name}\nruntime: python\nstackConfigDir: config\n", encoding="utf-8")
    (folder / "config").mkdir(exist_ok=True)
    env = {
        "PULUMI_BACKEND_URL": f"file://{backend}",
        "PULUMI_CONFIG_PASSPHRASE": "of this test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DEBUG_COMMANDS": "true",  # without it the engine takes no --event-log
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        **more,
    }
    return Driven(folder, backend, name, env)


def reference_project(root: Path, sandbox: Sandbox) -> Driven:
    """A copy of the reference repository, run by its own program."""
    assert sandbox.kubeconfig.exists()
    return project(reference(root / "repo"), root, PROJECT)
