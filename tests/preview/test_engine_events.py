"""What the engine wrote is read whole: every recorded file, every field; what is broken or unknown is said."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preview.engine_logs import LOGS, PREVIEWS, lines, log_bytes, preview_bytes, step, summary, without_nulls
from tonnage.findings import Severity
from tonnage.preview.engine_events import EventLog, event_log, preview, read_event_log, read_preview
from tonnage.preview.engine_reading import tree_of
from tonnage.preview.engine_run import run_of_log
from tonnage.preview.engine_secrets import masked
from tonnage.preview.engine_shapes import (
    BODIES,
    EngineFault,
    PolicyRemediation,
    Progress,
    ResOpFailed,
    StartDebugging,
    Stdout,
    UnknownEvent,
)
from tonnage.preview.engine_steps import Diagnostic

RUN = lines(
    ("preludeEvent", {"config": {"p:step": "1"}}),
    ("resourcePreEvent", step("update")),
    ("diagnosticEvent", {"message": "hello\n", "color": "never", "severity": "info"}),
    ("resOutputsEvent", step("update")),
    summary(update=1),
    ("cancelEvent", {}),
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def codes(log: EventLog) -> list[str]:
    """Kinds of findings, in order."""
    return [f.code for f in log.findings]


@pytest.mark.parametrize("name", LOGS)
def test_every_recorded_event_goes_in_and_comes_out_again(data: Path, name: str) -> None:
    """No line, field or value is dropped; only secrets are masked, and what is null is left out."""
    raw = log_bytes(data, name)
    trees = [json.loads(line) for line in raw.splitlines()]
    clean, _ = masked(trees)

    log = event_log(raw, name)

    assert log.complete
    assert {f.code for f in log.findings} <= {"TN459"}
    assert len(log.events) == len(trees)
    back = [
        {"sequence": e.sequence, "timestamp": e.timestamp, e.kind: tree_of(e.body)}
        for e in sorted(log.events, key=lambda e: e.line)
    ]
    assert without_nulls(back) == without_nulls(clean)
    assert not [e for e in log.events if isinstance(e.body, UnknownEvent) or e.body.rest]


@pytest.mark.parametrize("name", PREVIEWS)
def test_every_recorded_preview_goes_in_and_comes_out_again(data: Path, name: str) -> None:
    """The same of `preview --json`."""
    raw = preview_bytes(data, name)
    (clean,), _ = masked([json.loads(raw)])

    read = preview(raw, name)

    assert {f.code for f in read.findings} <= {"TN459"}
    assert without_nulls(tree_of(read.digest)) == without_nulls(clean)


def test_no_recording_is_left_out(data: Path) -> None:
    """The tests name every file of the folder."""
    there = {f.name for f in (data / "engine").iterdir()}
    assert {n for n in there if n.endswith(".events.jsonl")} == {f"{n}.events.jsonl" for n in LOGS}
    assert {n for n in there if n.endswith(".json")} == {f"{n}.json" for n in PREVIEWS}


def test_events_are_in_the_order_of_their_numbers(data: Path) -> None:
    """The engine writes them as they come: a policy pack is loaded before the prelude, whatever the line."""
    rows = log_bytes(data, "step4-policy").splitlines(keepends=True)
    mixed = event_log(b"".join(reversed(rows)), "log")

    assert [e.sequence for e in mixed.events] == list(range(len(rows)))
    assert [e.body for e in mixed.events] == [e.body for e in event_log(b"".join(rows), "log").events]


@pytest.mark.parametrize(
    ("kind", "body", "shape"),
    [
        ("stdoutEvent", {"message": "a new version is there", "color": "never"}, Stdout),
        ("resOpFailedEvent", {**step("create"), "status": 2, "steps": 1}, ResOpFailed),
        (
            "progressEvent",
            {"type": "plugin-download", "id": "k8s", "message": "", "received": 5, "total": 9, "done": False},
            Progress,
        ),
        ("errorEvent", {"error": "assertion failed"}, EngineFault),
        ("startDebuggingEvent", {"config": {"port": 57900}}, StartDebugging),
        (
            "policyRemediationEvent",
            {"policyName": "tag", "policyPackName": "p", "before": {"a": 1}, "after": {"a": 2}},
            PolicyRemediation,
        ),
    ],
)
def test_kinds_that_were_not_recorded_are_read_too(kind: str, body: dict[str, Any], shape: type) -> None:
    """Authored after the engine's own types."""
    log = event_log(lines((kind, body), ("cancelEvent", {})), "log")

    assert log.findings == ()
    assert isinstance(log.events[0].body, shape)
    assert without_nulls(tree_of(log.events[0].body)) == without_nulls(body)
    assert log.events[0].body.rest == {}


@given(st.sampled_from(sorted(BODIES)), st.text(min_size=1).map("x-".__add__), JSON_VALUES)
def test_a_new_field_is_kept_and_said(kind: str, key: str, value: object) -> None:
    """In whatever kind of event the engine adds it."""
    log = event_log(lines((kind, {key: value}), ("cancelEvent", {})), "log")
    expected, _ = masked([{key: value}])

    assert log.events[0].body.rest == expected[0]
    (said,) = [f for f in log.findings if f.code == "TN453"]
    assert said.severity is Severity.INFO
    assert said.where == f"{kind}.{key}"


@given(st.sampled_from(["op", "urn", "old", "new", "keys", "detailedDiff", "logical"]), JSON_VALUES)
def test_a_field_of_any_type_is_kept(key: str, value: object) -> None:
    """Nothing raises, and nothing is lost, when the engine changes what a field holds."""
    body = step("update")
    body["metadata"][key] = value
    log = event_log(lines(("resourcePreEvent", body), ("cancelEvent", {})), "log")
    (expected,), _ = masked([body])

    assert without_nulls(tree_of(log.events[0].body)) == without_nulls(expected)
    assert run_of_log(log, "log").steps is not None


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("op", 7, "metadata.op"),
        ("old", "gone", "metadata.old"),
        ("keys", ["spec", 7], "metadata.keys"),
        ("logical", "yes", "metadata.logical"),
        ("detailedDiff", {"spec": {"diffKind": ["update"]}}, "metadata.detailedDiff.spec.diffKind"),
    ],
)
def test_a_field_of_another_type_is_said(key: str, value: object, where: str) -> None:
    """With its path, so that a maintainer finds it."""
    body = step("update")
    body["metadata"][key] = value
    log = event_log(lines(("resourcePreEvent", body), ("cancelEvent", {})), "log")

    assert [(f.code, f.where) for f in log.findings] == [("TN453", f"resourcePreEvent.{where}")]


def test_a_new_kind_of_event_is_kept_and_said() -> None:
    """An engine that is newer than this release."""
    log = event_log(lines(("driftEvent", {"urn": "u", "found": 3}), ("cancelEvent", {})), "log")

    assert log.events[0].kind == "driftEvent"
    assert log.events[0].body.rest == {"driftEvent": {"urn": "u", "found": 3}}
    assert [(f.code, f.where) for f in log.findings] == [("TN453", "driftEvent")]


@given(st.integers(0, len(RUN)))
def test_a_log_that_is_cut_anywhere_is_read_up_to_there(at: int) -> None:
    """Whole lines before the cut are events; the rest is one finding, or the log says that it does not end."""
    cut = RUN[:at]
    whole = cut.count(b"\n") + (cut.rpartition(b"\n")[2] in RUN.splitlines())

    log = event_log(cut, "log")

    assert len(log.events) == whole
    assert log.complete == (whole >= 5)
    assert set(codes(log)) <= {"TN452"}
    assert bool(codes(log)) == (not log.complete or (not RUN.startswith(cut + b"\n") and not cut.endswith(b"\n")))


def test_a_broken_line_is_said_with_its_number_and_the_others_are_read() -> None:
    """What stands there is not repeated: half a secret looks like any other text."""
    rows = RUN.splitlines(keepends=True)
    rows[2] = b'{"sequence":2,"diagnosticEvent":{"message":"client-key-data: CANARY'
    log = event_log(b"".join([*rows[:2], rows[2] + b"\n", *rows[3:]]), "up.jsonl")

    assert len(log.events) == len(rows) - 1
    (said,) = log.findings
    assert (said.code, said.position and said.position.line) == ("TN451", 3)
    assert "CANARY" not in str(said)


@pytest.mark.parametrize(
    "line",
    [b"[1]", b"7", b'{"a":1,"a":2}', b'{"a":NaN}', b"\xff{}", b'{"a":' + b"[" * 100_000, b"plain words", b"{} {}"],
    ids=["list", "number", "key twice", "NaN", "not UTF-8", "deep", "words", "two"],
)
def test_what_is_no_event_never_raises(line: bytes) -> None:
    """Each is a finding with its line."""
    log = event_log(b"\n" + line + b"\n" + RUN, "log")

    assert codes(log) == ["TN451"]
    assert log.findings[0].position is not None
    assert log.findings[0].position.line == 2
    assert len(log.events) == 6


def test_a_preview_that_is_no_json_is_said_with_its_place() -> None:
    """Such as one with the command line's own words before it."""
    read = preview(b'Updating\n{"steps": []}', "preview.json")

    assert read.digest is None
    assert [str(f.position) for f in read.findings] == ["preview.json:1:1"]
    cut = preview(b'{\n"steps": [\n{"op": "create",', "preview.json")
    assert [f.position and f.position.line for f in cut.findings] == [3]


def test_a_file_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    """Of both readers."""
    for findings in (read_event_log(tmp_path / "a", "a").findings, read_preview(tmp_path / "a", "a").findings):
        assert [(f.code, f.where) for f in findings] == [("TN451", "the file")]


def test_a_file_is_read_as_its_bytes_are(data: Path) -> None:
    """From a path or from memory."""
    path = data / "engine" / "step2-up.events.jsonl"
    assert read_event_log(path, "log") == event_log(path.read_bytes(), "log")
    path = data / "engine" / "step2-preview.json"
    assert read_preview(path, "p") == preview(path.read_bytes(), "p")


def test_bodies_of_one_kind_are_in_order() -> None:
    """`of` is how runs are made."""
    assert [d.message for d in event_log(RUN, "log").of(Diagnostic)] == ["hello\n"]
