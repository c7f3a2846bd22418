"""The reference repository's stacks on a real control plane: made, quiet, changed, drifted, gone."""

import json
from pathlib import Path

import pytest
from pulumi import automation as auto

from cli.invoke import edit
from engine.driven import PLATFORM, TEAM, TEAM_AND_PLATFORM, Driven
from sandbox.reference import stacks_on
from stacks.conftest import Reference
from tonnage.manifests.declared import Declared
from tonnage.preview.engine_events import preview, read_event_log
from tonnage.preview.engine_run import run_of_log, run_of_preview
from tonnage.testing.sandbox import Sandbox
from tonnage.testing.sandbox.api import until


def there(sandbox: Sandbox, declared: Declared) -> bool:
    """Whether the cluster holds the object that was declared."""
    return sandbox.api.get(dict(declared.inputs)).status == 200


def objects(repo: Reference) -> list[Declared]:
    """What the stacks of the staging cluster declare."""
    return [d for d in stacks_on(repo, "staging") if d.is_object]


def counted(summary: auto.UpdateSummary) -> dict[str, int]:
    """What an update did, by operation."""
    return {str(getattr(op, "value", op)): n for op, n in (summary.resource_changes or {}).items()}


def test_the_stacks_live_and_die(driven: Driven, furnished: Sandbox, repo: Reference) -> None:
    """Up, again up, a change, drift and refresh, destroy: each does what it says and no more."""
    made = {name: counted(driven.stack(name).up().summary) for name in TEAM_AND_PLATFORM}
    assert {name: set(ops) for name, ops in made.items()} == {name: {"create"} for name in TEAM_AND_PLATFORM}
    assert [d.key for d in objects(repo) if not there(furnished, d)] == []
    for name in TEAM_AND_PLATFORM:
        assert set(counted(driven.stack(name).up(expect_no_changes=True).summary)) == {"same"}

    edit(driven.folder / "teams" / "search.yaml", "contextLength: 16384", "contextLength: 8192")
    driven.stack(PLATFORM).up()
    changed = counted(driven.stack(TEAM).up().summary)
    assert changed["update"] >= 1
    assert not changed.keys() & {"delete", "replace"}
    assert set(counted(driven.stack(TEAM).up(expect_no_changes=True).summary)) == {"same"}

    service = next(d for d in objects(repo) if d.stack == TEAM and d.inputs["kind"] == "Service")
    assert furnished.api.delete(dict(service.inputs)).why_not is None
    assert counted(driven.stack(TEAM).refresh().summary)["delete"] == 1
    assert counted(driven.stack(TEAM).up().summary)["create"] == 1
    assert there(furnished, service)

    for name in reversed(TEAM_AND_PLATFORM):
        driven.unprotect(name)
        driven.stack(name).destroy()
        assert driven.state(name).resources == ()
    assert until(lambda: not any(there(furnished, d) for d in objects(repo) if not d.retain_on_delete), 60)
    assert [d.key for d in objects(repo) if d.retain_on_delete and not there(furnished, d)] == []
    for declared in objects(repo):
        furnished.api.delete(dict(declared.inputs))
    assert until(lambda: not any(there(furnished, d) for d in objects(repo)), 60)


def test_what_the_engine_writes_today_is_read_whole(driven: Driven, tmp_path: Path) -> None:
    """The installed engine, not the recorded one: both forms agree, and no field or kind of event is new."""
    log = tmp_path / "preview.jsonl"
    said = driven.run(PLATFORM, "preview", "--json").encode()
    driven.run(PLATFORM, "preview", "--event-log", str(log))
    of_log, of_json = run_of_log(read_event_log(log, "log"), "log"), run_of_preview(preview(said, "json"), "json")

    assert of_log.changed == of_json.changed
    assert of_log.counts == of_json.counts
    assert of_log.may_go_on
    # TN459 would say that the kubeconfig stands in plain
    assert {f.code for run in (of_log, of_json) for f in run.findings} == set()


def test_the_kubeconfig_is_nowhere_in_what_the_engine_writes(driven: Driven, furnished: Sandbox) -> None:
    """Neither in the output nor in the state that the backend keeps."""
    key = json.loads(furnished.kubeconfig.read_text(encoding="utf-8"))["users"][0]["user"]["client-key-data"]
    shown = driven.run(TEAM, "preview", "--json")
    kept = [file for file in driven.backend.rglob("*") if file.is_file() and key in file.read_text(errors="replace")]

    assert key not in shown
    assert kept == []


def test_one_of_two_updates_is_told_to_wait(driven: Driven) -> None:
    """The refusal names who holds the lock, and the state stays as it was."""
    holder = driven.backend / ".pulumi" / "locks" / "organization" / driven.project / TEAM
    holder.mkdir(parents=True)
    body = {"pid": 1, "username": "ada", "hostname": "runner-3", "timestamp": "2026-11-25T12:00:00Z"}
    (holder / "other.json").write_text(json.dumps(body), encoding="utf-8")

    with pytest.raises(auto.ConcurrentUpdateError, match="ada@runner-3"):
        driven.stack(TEAM).up()

    (holder / "other.json").unlink()
    assert driven.state(TEAM).pending == ()
