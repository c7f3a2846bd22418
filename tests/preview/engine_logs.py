"""Event logs for tests: the recorded ones, and lines written by hand in the engine's form for what was not recorded."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

STEPS = ("step1", "step2", "step3", "step4", "step5", "step6", "step7")
LOGS = (
    *(f"{step}-preview" for step in STEPS),
    *(f"{step}-policy" for step in STEPS),
    *(f"step{n}-up" for n in range(1, 6)),
    "step1b-nochange",
)
PREVIEWS = (*(f"{step}-preview" for step in STEPS), "step1b-nochange")
STACK = "urn:pulumi:prod::platform::pulumi:pulumi:Stack::platform-prod"


def urn(kind: str, name: str) -> str:
    """Of a resource of the test's stack."""
    return f"urn:pulumi:prod::platform::{kind}::{name}"


QUOTA = urn("kubernetes:core/v1:ResourceQuota", "gpus")


def log_bytes(data: Path, name: str) -> bytes:
    """A recorded event log."""
    return (data / "engine" / f"{name}.events.jsonl").read_bytes()


def preview_bytes(data: Path, name: str) -> bytes:
    """A recorded `preview --json`."""
    return (data / "engine" / f"{name}.json").read_bytes()


def lines(*events: tuple[str, Mapping[str, Any]]) -> bytes:
    """An event log of these kinds and bodies, in this order."""
    rows = [{"sequence": n, "timestamp": 1795465423, kind: body} for n, (kind, body) in enumerate(events)]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def step(op: str, of: str = QUOTA, **more: object) -> dict[str, Any]:
    """The body of a step's event."""
    state = {"urn": of, "type": of.split("::")[2], "inputs": {"spec": {"hard": {"pods": "2"}}}, "outputs": {}}
    old = None if op == "create" else state
    new = None if op == "delete" else state
    metadata = {"op": op, "urn": of, "type": state["type"], "old": old, "new": new, "detailedDiff": None}
    return {"metadata": {**metadata, "provider": "", "logical": True, **more}}


def summary(result: str = "succeeded", **changes: int) -> tuple[str, dict[str, Any]]:
    """The event that ends a run."""
    body = {"maybeCorrupt": False, "durationSeconds": 2, "resourceChanges": changes, "PolicyPacks": {}}
    return "summaryEvent", {**body, "isPreview": False, "result": result}


def without_nulls(tree: object) -> object:
    """The tree with no key whose value is null."""
    if isinstance(tree, dict):
        return {k: without_nulls(v) for k, v in tree.items() if v is not None}
    return [without_nulls(v) for v in tree] if isinstance(tree, list) else tree
