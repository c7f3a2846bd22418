"""A crash of the engine at any moment: the same command, run again, ends where it would have ended.

TONNAGE_KILLS says how many crashes (20), TONNAGE_KILLS_SEED where (7): a failure names both.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.driven import PLATFORM, reference_project
from engine.field import Field, field_of
from sandbox.reference import stacks_on
from stacks.conftest import Reference
from tonnage.testing.engine import kills, locks_of
from tonnage.testing.sandbox import Sandbox

COUNT = int(os.environ.get("TONNAGE_KILLS", "20"))
SEED = int(os.environ.get("TONNAGE_KILLS_SEED", "7"))


@pytest.fixture
def field(tmp_path: Path, furnished: Sandbox, repo: Reference) -> Iterator[Field]:
    """The platform's stack of the reference repository: it holds most objects, namespaces among them."""
    driven = reference_project(tmp_path, furnished)
    driven.reach(PLATFORM, furnished)
    declared = [dict(d.inputs) for d in stacks_on(repo, "staging") if d.stack == PLATFORM and d.is_object]
    made = field_of(driven, furnished, declared)
    yield made
    made.reset()


def test_every_crash_converges(field: Field, tmp_path: Path) -> None:
    """After a guided recovery: no object too many, none missing, none different; nothing is left under way."""
    runs = {phase: field.clean(phase, tmp_path / f"{phase}.jsonl") for phase in ("up", "destroy")}
    wanted = {phase: objects for phase, (_, objects) in runs.items()}
    chosen = kills(SEED, COUNT, {phase: events for phase, (events, _) in runs.items()})
    seen = [field.crash(kill, wanted[kill.phase], tmp_path / f"{n}.jsonl") for n, kill in enumerate(chosen)]

    wrong = [f"seed {SEED}, {kill}: {line}" for kill, lines in zip(chosen, seen, strict=True) for line in lines]
    assert wrong == []


def test_a_crash_leaves_a_lock_that_names_the_dead(field: Field, tmp_path: Path) -> None:
    """Until it is broken nothing runs, and the engine says whose it is."""
    stopped = field.driven.killed(PLATFORM, 40, tmp_path / "log.jsonl", "up")
    assert stopped.killed
    (lock,) = locks_of(field.driven.backend, field.driven.project, PLATFORM)

    refused = field.driven.tried(PLATFORM, "up", "--yes", "--skip-preview")

    assert refused.returncode != 0
    assert f"pid {lock.pid}" in refused.stdout + refused.stderr
    field.driven.recover(PLATFORM, field.sandbox)
    assert locks_of(field.driven.backend, field.driven.project, PLATFORM) == ()
