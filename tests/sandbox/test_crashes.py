"""The tests of crashes are awake: run with a stand-in for the engine, they converge where they should and fail else.

The stand-in is killed for real, between real calls to a real API server; only the engine itself is played.
"""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import engine.driven
from engine.driven import PLATFORM, Driven, project
from engine.field import Field, field_of
from sandbox.reference import definitions, stacks_on
from stacks.conftest import Reference
from tonnage.testing.engine import Kill, kills, locks_of, recovery
from tonnage.testing.engine.kills import lines_of
from tonnage.testing.sandbox import Sandbox
from tonnage.testing.sandbox.objects import in_order

STANDIN = Path(__file__).parents[1] / "engine" / "standin.py"


@pytest.fixture
def field(cluster: Sandbox, repo: Reference, data: Path, tmp_path: Path) -> Iterator[Field]:
    """The platform's stack of the reference repository, and a stand-in that applies its objects."""
    objects = in_order(d for d in stacks_on(repo, "staging") if d.stack == PLATFORM)
    cluster.define(definitions(data), objects)
    programs, folder = tmp_path / "bin", tmp_path / "repo"
    programs.mkdir()
    folder.mkdir()
    (programs / "pulumi").write_text(f'#!/bin/sh\nexec "{sys.executable}" "{STANDIN}" "$@"\n', encoding="utf-8")
    (programs / "pulumi").chmod(0o755)
    file = tmp_path / "objects.json"
    file.write_text(json.dumps(objects), encoding="utf-8")
    plan = cluster.started.plan
    server = f"127.0.0.1 {plan.ports['kube-apiserver']} {plan.certificates}"
    made = project(folder, tmp_path, engine.driven.PROJECT, STANDIN_SERVER=server, STANDIN_OBJECTS=str(file))
    path = f"{programs}{os.pathsep}{made.env['PATH']}"
    ready = field_of(replace(made, env={**made.env, "PATH": path}), cluster, objects)
    yield ready
    ready.reset()


def test_crashes_of_creation_and_destruction_converge(field: Field, tmp_path: Path) -> None:
    """Wherever the seeds put them; each phase is met, and the runs were truly killed."""
    runs = {phase: field.clean(phase, tmp_path / f"{phase}.jsonl") for phase in ("up", "destroy")}
    assert len(runs["up"][1]) - len(field.bare) >= 40
    assert set(runs["destroy"][1]) < set(runs["up"][1])
    events = {phase: count for phase, (count, _) in runs.items()}

    for number, kill in enumerate(k for phase in events for k in kills(7, 2, {phase: events[phase]})):
        log = tmp_path / f"{number}.jsonl"
        assert field.crash(kill, runs[kill.phase][1], log) == (), kill
        assert kill.event <= lines_of(log) < events[kill.phase]


def test_a_crash_without_recovery_is_noticed(field: Field, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pending create that is dropped although its object exists lets the next run fail: the seeded defect."""

    def blindly(state: object, exists: object) -> tuple[str, ...]:
        del exists
        return recovery(state, lambda _: False)  # type: ignore[arg-type] # it takes what recovery takes

    _, wanted = field.clean("up", tmp_path / "clean.jsonl")
    guided = _crash_with_a_pending_create(field, tmp_path, "guided")
    assert "--import-pending-creates" in guided.recover(PLATFORM, field.sandbox)
    guided.run(PLATFORM, "up", "--yes", "--skip-preview")
    assert field.unlike(wanted) == ()

    blind = _crash_with_a_pending_create(field, tmp_path, "blind")
    monkeypatch.setattr(engine.driven, "recovery", blindly)
    assert blind.recover(PLATFORM, field.sandbox) == ("--clear-pending-creates",)
    assert "already exists" in blind.tried(PLATFORM, "up", "--yes", "--skip-preview").stderr
    blind.run(PLATFORM, "cancel", "--yes")


def test_an_object_too_many_is_noticed(field: Field, tmp_path: Path) -> None:
    """An orphan of a crash is of a kind that the stack declares, under a name that nobody knows."""
    _, wanted = field.clean("up", tmp_path / "clean.jsonl")
    account = next(o for o in wanted.values() if o["kind"] == "ServiceAccount" and o["metadata"]["name"] != "default")
    metadata = {"name": "left-behind", "namespace": account["metadata"]["namespace"]}
    orphan = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}
    assert field.sandbox.apply([orphan]) == ()

    assert [line for line in field.differences(wanted) if "left-behind should not be there" in line]


def _crash_with_a_pending_create(field: Field, folder: Path, name: str) -> Driven:
    """Crash until an object exists that the state only knows as under way."""
    for event in range(21, 61, 2):
        field.prepare("up")
        kill = Kill("up", event)
        stopped = field.driven.killed(PLATFORM, kill.event, folder / f"{name}-{event}.jsonl", "up")
        assert stopped.killed
        assert len(locks_of(field.driven.backend, field.driven.project, PLATFORM)) == 1
        told = recovery(field.driven.state(PLATFORM), lambda m: field.sandbox.api.get(m).status == 200)
        if "--import-pending-creates" in told:
            return field.driven
        field.driven.run(PLATFORM, "cancel", "--yes")
    raise AssertionError("no crash of twenty fell between an object and its record")
