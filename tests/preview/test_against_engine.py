"""The recording of a program against what the real engine noted of the same program."""

import json
from pathlib import Path
from typing import Any

import pytest

from tonnage.manifests.declared import SECRET, UNKNOWN
from tonnage.preview import record
from tonnage.preview.wire import key_of, provider_key

CREATED_OR_CHANGED = ("create", "update", "create-replacement", "replace")


def noted(data: Path, step: str) -> dict[str, dict[str, Any]]:
    """Goal states of the engine's preview, by key; the stack, and what it deletes, left out."""
    steps = json.loads((data / "engine" / f"{step}.json").read_text())["steps"]
    return {
        key_of(s["urn"]): s["newState"]
        for s in steps
        if s["op"] in CREATED_OR_CHANGED and s.get("newState") and "pulumi:pulumi:Stack" not in s["urn"]
    }


def without_secrets(inputs: dict[str, Any]) -> dict[str, Any]:
    """Inputs without what either side masks, and the engine's own marks."""
    hidden = ("data", "stringData") if inputs.get("kind") == "Secret" else ("kubeconfig", "version", "__internal")
    return {k: v for k, v in inputs.items() if k not in hidden}


@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_what_is_recorded_is_what_the_engine_noted(data: Path, step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names, parents, dependencies, providers, protection and inputs of all that the engine would create or change."""
    monkeypatch.setenv("KUBECONFIG_TEXT", "canary-kubeconfig")
    expected = noted(data, f"step{step}-preview")
    assert expected

    recording = record(data / "engine" / "sample_program.py", "platform", "prod", {"platform:step": step})

    assert not recording.findings
    found = {d.key: d for d in recording.resources}
    assert expected.keys() <= found.keys()
    for key, state in expected.items():
        declared, parent = found[key], key_of(state["parent"])
        assert declared.parent == (None if parent.startswith("pulumi:pulumi:Stack") else parent)
        assert set(declared.depends_on) == {key_of(urn) for urn in state.get("dependencies", [])}
        assert declared.provider == provider_key(state.get("provider", ""))
        assert declared.protect == state.get("protect", False)
        # the engine knows ids of what exists from its first update on, a recording never does
        if UNKNOWN not in json.dumps(declared.inputs):
            assert without_secrets(dict(declared.inputs)) == without_secrets(state["inputs"])


def test_nothing_more_is_recorded_than_the_engine_noted(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first preview names every resource, and the fifth those that are gone."""
    monkeypatch.setenv("KUBECONFIG_TEXT", "canary-kubeconfig")
    program = data / "engine" / "sample_program.py"
    recorded = {s: {d.key for d in record(program, "p", "s", {"p:step": s}).resources} for s in (1, 5)}
    steps = json.loads((data / "engine" / "step5-preview.json").read_text())["steps"]
    deleted = {key_of(s["urn"]) for s in steps if s["op"] == "delete"}

    assert recorded[1] == noted(data, "step1-preview").keys()
    assert deleted
    assert not recorded[5] & deleted


def test_secrets_of_the_sample_are_masked(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No canary of the sample program appears, nor its kubeconfig."""
    monkeypatch.setenv("KUBECONFIG_TEXT", "CANARY-kubeconfig")

    recording = record(data / "engine" / "sample_program.py", "platform", "prod", {"platform:step": 1})

    assert "CANARY" not in repr(recording)
    assert repr(recording).count(SECRET) >= 4
