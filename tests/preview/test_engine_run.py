"""A run in short: the same from every source and in every order, with nothing that failed or was refused left out."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from preview.engine_logs import LOGS, QUOTA, STACK, STEPS, lines, log_bytes, preview_bytes, step, summary
from tonnage.findings import Severity, errors
from tonnage.manifests.declared import UNKNOWN
from tonnage.preview.engine_events import event_log, preview
from tonnage.preview.engine_run import Change, EngineRun, run_of_log, run_of_preview

CHAT = "TeamSpace$kubernetes:apps/v1:Deployment::search-chat"


def recorded_run(data: Path, name: str, levels: dict[str, str] | None = None) -> EngineRun:
    """The run of a recorded log."""
    return run_of_log(event_log(log_bytes(data, name), name), name, levels)


def authored(*events: tuple[str, dict[str, Any]]) -> EngineRun:
    """The run of events written by hand."""
    return run_of_log(event_log(lines(*events), "log"), "log")


@pytest.mark.parametrize("name", [*(f"{s}-preview" for s in STEPS), "step1b-nochange"])
def test_preview_and_event_log_of_one_run_agree(data: Path, name: str) -> None:
    """The same steps, down to each property, its kind and the inputs; the same counts; the same verdict."""
    log = recorded_run(data, name)
    digest = run_of_preview(preview(preview_bytes(data, name), name), name)

    assert digest.changed == log.changed
    assert digest.counts == log.counts
    assert digest.succeeded == log.succeeded
    assert digest.config == log.config
    assert digest.is_preview
    assert log.is_preview
    assert {(f.where, f.code) for f in errors(digest.findings)} == {(f.where, f.code) for f in errors(log.findings)}


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_what_was_previewed_is_what_the_update_did(data: Path, n: int) -> None:
    """Steps, properties and reasons of the preview are those of the update that followed."""
    before, after = recorded_run(data, f"step{n}-preview"), recorded_run(data, f"step{n}-up")

    assert [(s.urn, s.op, s.changes, s.replaced_keys) for s in before.steps] == [
        (s.urn, s.op, s.changes, s.replaced_keys) for s in after.steps
    ]
    assert after.is_preview is False


@pytest.mark.parametrize("name", LOGS)
def test_counts_are_those_of_the_engine(data: Path, name: str) -> None:
    """Steps that ended well, by operation; a replacement counts once."""
    run = recorded_run(data, name)
    done = [s.op for s in run.steps if s.outcome == "done"]

    assert {op: done.count(op) for op in sorted(set(done))} == dict(run.counts)
    assert "TN458" not in {f.code for f in run.findings}


@pytest.mark.parametrize("name", LOGS)
def test_order_times_and_durations_make_no_difference(data: Path, name: str) -> None:
    """Two runs of one change are equal, but for the lines that findings point to."""
    rows = [json.loads(line) for line in log_bytes(data, name).splitlines()]
    chance = random.Random(7)  # noqa: S311 an order, not a key
    chance.shuffle(rows)
    for number, row in enumerate(rows):
        row.update(sequence=number, timestamp=chance.randrange(10**9))
        row.get("summaryEvent", {}).update(durationSeconds=99)
    other = run_of_log(event_log("\n".join(map(json.dumps, rows)).encode() + b"\n", name), name)
    run = recorded_run(data, name)

    for part in ("steps", "counts", "policies", "passed", "config", "succeeded", "is_preview"):
        assert getattr(other, part) == getattr(run, part)
    assert {(f.where, f.what, f.severity) for f in other.findings} == {
        (f.where, f.what, f.severity) for f in run.findings
    }


def test_a_change_in_place_names_its_properties(data: Path) -> None:
    """Step 2: one replica more."""
    (chat,) = [s for s in recorded_run(data, "step2-up").changed if s.urn.endswith(CHAT)]

    assert (chat.op, chat.type, chat.changes) == (
        "update",
        "kubernetes:apps/v1:Deployment",
        (Change("spec.replicas", "update"),),
    )
    assert chat.before is not None
    assert chat.after is not None
    assert (chat.before["spec"]["replicas"], chat.after["spec"]["replicas"]) == (2, 3)


def test_a_replacement_is_one_step_with_its_reasons(data: Path) -> None:
    """Step 4: the store is replaced for a larger disk, and a renamed namespace takes the whole team with it."""
    run = recorded_run(data, "step4-preview")
    reasons = {s.urn.rsplit("::", 1)[1]: s.replaced_keys for s in run.changed if s.op == "replace"}

    assert len(reasons) == 10
    assert reasons["search-vectors"] == ("spec.volumeClaimTemplates[0].spec.resources.requests.storage",)
    assert reasons["media-namespace"] == ("metadata.name",)
    assert reasons["media-address"] == ("data.uid", "metadata.namespace")
    assert {c.kind for s in run.changed for c in s.changes if s.op == "replace"} == {"update-replace"}


def test_a_component_carries_no_properties(data: Path) -> None:
    """The causes are on its children."""
    components = [s for s in recorded_run(data, "step4-up").changed if s.type == "tonnage:index:TeamSpace"]
    assert [(s.op, s.changes) for s in components] == [("update", ())]


def test_what_is_not_known_before_apply_is_named_so(data: Path) -> None:
    """And not by the engine's own mark."""
    (address,) = [s for s in recorded_run(data, "step1-preview").steps if s.urn.endswith("::search-address")]
    assert address.after is not None
    assert address.after["data"] == {"uid": UNKNOWN}
    assert address.before is None


def test_protection_is_seen(data: Path) -> None:
    """Of what is there and what will be."""
    protected = [s.urn for s in recorded_run(data, "step2-preview").steps if s.protect]
    assert [u.rsplit("::", 1)[1] for u in protected] == ["search-namespace"]


def test_a_mandatory_rule_that_objects_is_an_error(data: Path) -> None:
    """And advice is a warning, whatever the engine's verdict."""
    run = recorded_run(data, "step2-policy")
    by_rule = {r.rule: (r.level, r.could_not_run) for r in run.policies}

    assert by_rule == {
        "gpu-replicas": ("mandatory", False),
        "labels": ("advisory", False),
        "stack-size": ("advisory", False),
    }
    severities = {f.what.split()[1]: f.severity for f in run.findings if f.code == "TN454"}
    assert severities == {"gpu-replicas": Severity.ERROR, "labels": Severity.WARNING, "stack-size": Severity.WARNING}
    assert not run.may_go_on
    assert {p.rule: p.resources for p in run.passed}["gpu-replicas"] == 22


def test_a_rule_that_could_not_run_never_passes(data: Path) -> None:
    """The engine calls the preview a success and the message advice; nobody judged, so nothing may go on."""
    run = recorded_run(data, "step1-policy")

    assert run.succeeded is True
    assert {r.rule: r.level for r in run.policies if r.could_not_run} == {"address-known": "advisory"}
    unjudged = [f for f in run.findings if f.code == "TN455"]
    assert [f.where for f in unjudged] == [
        "kubernetes:core/v1:ConfigMap::search-address",
        "kubernetes:core/v1:ConfigMap::media-address",
    ]
    assert all(f.severity is Severity.ERROR and "can't be known during preview" in f.what for f in unjudged)
    assert not run.may_go_on
    assert not recorded_run(data, "step1-policy", {"address-known": "mandatory"}).may_go_on
    assert recorded_run(data, "step1-policy", {"address-known": "advisory"}).may_go_on


def test_an_immutable_field_fails_the_preview_with_the_servers_words(data: Path) -> None:
    """Step 7: the step did not end, and its resource is named by the error."""
    run = recorded_run(data, "step7-preview")

    assert run.succeeded is False
    assert [(s.urn.rsplit("::", 1)[1], s.op, s.outcome) for s in run.failed] == [("search-queue", "update", "failed")]
    said = [f for f in run.findings if f.code == "TN456" and f.where.endswith("search-queue")]
    assert len(said) == 1
    assert said[0].what.endswith('spec.clusterQueue: Invalid value: "gpus-2": field is immutable')
    assert said[0].position is not None
    assert said[0].position.line == 77


def test_quiet_runs_have_nothing_to_say(data: Path) -> None:
    """But that their kubeconfig stands in plain."""
    for name in ("step1b-nochange", "step2-up", "step6-preview"):
        run = recorded_run(data, name)
        assert {f.code for f in run.findings} == {"TN459"}
        assert run.may_go_on
    assert not recorded_run(data, "step1b-nochange").changed


def test_an_operation_that_failed_is_told_by_its_own_event() -> None:
    """Authored: the recorded runs hold no failed update."""
    run = authored(
        ("resourcePreEvent", step("create")),
        ("resOpFailedEvent", {**step("create"), "status": 1, "steps": 1}),
        summary("failed"),
    )
    assert [(s.op, s.outcome) for s in run.failed] == [("create", "failed")]
    assert [f.code for f in run.findings] == ["TN457"]


def test_a_step_that_was_never_finished_stays_open() -> None:
    """The engine was killed inside it: nobody knows whether the object exists."""
    run = authored(("preludeEvent", {"config": {}}), ("resourcePreEvent", step("create")))

    assert [(s.urn, s.outcome) for s in run.failed] == [(QUOTA, "open")]
    assert run.succeeded is None
    assert not run.may_go_on
    assert [f.code for f in run.findings] == ["TN457", "TN452"]


def test_a_replacement_that_stopped_half_way_is_not_done() -> None:
    """Deleted, and not made again."""
    run = authored(
        ("resourcePreEvent", step("delete-replaced", logical=False)),
        ("resOutputsEvent", step("delete-replaced", logical=False)),
        ("resourcePreEvent", step("replace", keys=["spec"])),
        ("resOutputsEvent", step("replace", keys=["spec"])),
        ("resourcePreEvent", step("create-replacement", logical=False)),
        summary("failed", replace=1),
    )
    assert [(s.op, s.outcome, s.replaced_keys) for s in run.steps] == [("replace", "open", ("spec",))]


def test_what_was_left_by_an_earlier_run_is_a_step_of_its_own() -> None:
    """A deletion that waited; beside it the resource is changed in place."""
    run = authored(
        ("resourcePreEvent", step("delete-replaced", logical=False)),
        ("resOutputsEvent", step("delete-replaced", logical=False)),
        ("resourcePreEvent", step("update")),
        ("resOutputsEvent", step("update")),
        summary(update=1),
    )
    assert [s.op for s in run.steps] == ["delete-replaced", "update"]
    assert run.may_go_on


def test_counts_that_disagree_are_said() -> None:
    """A log from whose middle lines are missing looks whole otherwise."""
    run = authored(("resourcePreEvent", step("update")), ("resOutputsEvent", step("update")), summary(update=2))
    assert [(f.code, f.severity) for f in run.findings] == [("TN458", Severity.ERROR)]


def test_a_doubtful_state_is_an_error() -> None:
    """The engine says so itself."""
    kind, body = summary()
    run = authored((kind, {**body, "maybeCorrupt": True}))
    assert [f.code for f in run.findings] == ["TN458"]


def test_warnings_and_errors_are_findings_and_progress_is_not() -> None:
    """One for each message, however often it was said."""
    error = {"severity": "error", "message": "error: no such\n\tkind\n", "prefix": "error: ", "urn": QUOTA}
    run = authored(
        ("diagnosticEvent", error),
        ("diagnosticEvent", error),
        ("diagnosticEvent", {"severity": "warning", "message": "warning: old version\n"}),
        ("diagnosticEvent", {"severity": "info", "message": "Retry #1\n", "ephemeral": True}),
        ("diagnosticEvent", {"severity": "debug", "message": "debug\n"}),
        summary(),
    )
    assert [(f.where, f.what, f.severity, f.position and f.position.line) for f in run.findings] == [
        ("kubernetes:core/v1:ResourceQuota::gpus", "no such; kind", Severity.ERROR, 1),
        ("the engine", "old version", Severity.WARNING, 3),
    ]


def test_a_rule_that_changes_what_is_declared_is_said() -> None:
    """What is applied then differs from what the program says."""
    run = authored(
        ("policyRemediationEvent", {"policyName": "tag", "policyPackName": "p", "resourceUrn": QUOTA, "after": {}}),
        (
            "policyEvent",
            {
                "policyName": "x",
                "policyPackName": "p",
                "enforcementLevel": "new",
                "message": "no",
                "resourceUrn": STACK,
            },
        ),
        summary(),
    )
    assert [(f.code, f.severity) for f in run.findings] == [("TN454", Severity.ERROR), ("TN454", Severity.WARNING)]


def test_two_operations_on_one_resource_are_two_steps() -> None:
    """`up --refresh` looks first, then changes."""
    events = [(kind, step(op)) for op in ("refresh", "update") for kind in ("resourcePreEvent", "resOutputsEvent")]
    run = authored(*events, summary(refresh=1, update=1))
    assert [s.op for s in run.changed] == ["refresh", "update"]


def test_a_preview_that_cannot_be_read_is_no_empty_one() -> None:
    """Nothing may go on from it."""
    run = run_of_preview(preview(b"", "p"), "p")
    assert run.succeeded is None
    assert not run.may_go_on
