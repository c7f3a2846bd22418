"""Secrets stay where they are: nothing that leaves the reader holds one."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preview.engine_logs import LOGS, PREVIEWS, lines, log_bytes, preview_bytes, step, summary
from tonnage.manifests.declared import SECRET
from tonnage.preview.engine_events import event_log, preview
from tonnage.preview.engine_run import run_of_log, run_of_preview
from tonnage.preview.engine_secrets import masked

KUBECONFIG = """apiVersion: v1
kind: Config
clusters: [{name: s, cluster: {server: "https://cluster.example.com"}}]
users: [{name: admin, user: {token: "CANARY-bearer-0001", client-key-data: CANARYa2V5}}]
contexts: [{name: s, context: {cluster: s, user: admin}}]
"""
PEM = "-----BEGIN RSA PRIVATE KEY-----\nCANARY+body\n-----END RSA PRIVATE KEY-----"
MARKED = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"CANARY-marked"'}


def seen(*trees: Any, secrets: tuple[str, ...] = ()) -> str:
    """Everything that is left of the trees."""
    return json.dumps(masked(trees, secrets)[0])


@pytest.mark.parametrize("name", LOGS)
def test_no_recorded_log_shows_its_kubeconfig(data: Path, name: str) -> None:
    """Neither the log, nor the run made of it, nor a finding; and the canaries of the sample program are nowhere."""
    raw = log_bytes(data, name)
    assert b"client-key" in raw
    log = event_log(raw, name)
    shown = repr(log) + repr(run_of_log(log, name))

    assert not [word for word in ("CANARY", "client-key", "certificate-authority", "26443") if word in shown]
    assert "TN459" in shown


@pytest.mark.parametrize("name", PREVIEWS)
def test_no_recorded_preview_shows_its_kubeconfig(data: Path, name: str) -> None:
    """The first prints it in plain, and says so."""
    raw = preview_bytes(data, name)
    read = preview(raw, name)
    shown = repr(read) + repr(run_of_preview(read, name))

    assert not [word for word in ("CANARY", "client-key", "certificate-authority", "26443") if word in shown]
    assert ("TN459" in shown) == (b"client-key" in raw)


@pytest.mark.parametrize(
    "tree",
    [
        {"kubeconfig": KUBECONFIG},
        {"config": {"kubernetes:kubeconfig": KUBECONFIG}},
        {"outputs": {"anything": KUBECONFIG}},
        {"outputs": {"raw": json.dumps({"clusters": [], "contexts": [], "users": [{"token": "CANARY-json"}]})}},
        {"kubeconfig": {"clusters": [], "users": [{"user": {"token": "CANARY-tree"}}]}},
        {"apiVersion": "v1", "kind": "Secret", "data": {"a": "CANARYdata"}, "stringData": {"b": "CANARY"}},
        {"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": '{"data":"CANARY"}'}}},
        {"env": [{"name": "HF_TOKEN", "value": "CANARY-hub"}]},
        {"config": {"app:apiKey": "CANARY", "app:api-key": "CANARY"}},
        {"message": f"cannot read {PEM}, sorry"},
        {"args": ["--url", "https://user:CANARY@example.com/"]},
        {"data": MARKED},
    ],
    ids=lambda tree: next(iter(tree)),
)
def test_each_form_of_secret_is_masked(tree: dict[str, Any]) -> None:
    """Wherever the engine prints it."""
    assert "CANARY" in json.dumps(tree)
    shown = seen(tree)
    assert "CANARY" not in shown
    assert SECRET in shown


def test_what_was_found_in_one_place_is_masked_in_all() -> None:
    """A provider's error may repeat the kubeconfig, its token, or a Secret's value, plain or encoded."""
    encoded = base64.b64encode(b"CANARY-password-77").decode()
    message = f"cannot log in with CANARY-bearer-0001 or CANARY-password-77 ({encoded}) of {KUBECONFIG!r}"
    secret = {"kind": "Secret", "data": {"password": encoded}}

    shown = seen({"message": message}, {"kubeconfig": KUBECONFIG}, secret)

    assert "CANARY" not in shown
    assert encoded not in shown
    assert "cannot log in with" in shown


def test_what_the_caller_names_is_masked() -> None:
    """Config secrets that the engine did not know as such."""
    assert "letmein-77" not in seen({"message": "tried letmein-77"}, secrets=("letmein-77",))
    assert seen({"message": "an apple"}, secrets=("a",)) == json.dumps([{"message": "an apple"}])


@given(st.text(alphabet='abc"\\\n\té', min_size=9, max_size=30))
def test_a_secret_is_found_in_text_that_quotes_it(value: str) -> None:
    """Escapes of JSON inside a message hide nothing."""
    shown = seen({"message": f"object {json.dumps({'x': value}, ensure_ascii=False)} refused"}, secrets=(value,))
    assert json.dumps(value, ensure_ascii=False)[1:-1] not in json.loads(shown)[0]["message"]


def test_a_careless_secret_does_not_change_what_things_are() -> None:
    """Types, URNs and operations stay, even where a Secret's value is one of their words."""
    log = event_log(
        lines(
            ("resourcePreEvent", step("update")),
            (
                "resourcePreEvent",
                {"metadata": {"op": "create", "new": {"inputs": {"kind": "Secret", "data": {"a": "kubernetes"}}}}},
            ),
            ("resOutputsEvent", step("update")),
            summary(update=1),
        ),
        "log",
    )
    assert log.events[0].body == event_log(lines(("resourcePreEvent", step("update"))), "log").events[0].body


def test_a_path_of_a_kubeconfig_is_masked_but_no_alarm() -> None:
    """Only the content is a secret; the path is nobody's business either."""
    trees, plain = masked([{"kubeconfig": "/home/somebody/.kube/config"}])
    assert trees == [{"kubeconfig": SECRET}]
    assert not plain


def test_a_secret_kubeconfig_is_no_alarm() -> None:
    """It was done right."""
    assert masked([{"kubeconfig": SECRET}, {"kubeconfig": MARKED}]) == ([{"kubeconfig": SECRET}] * 2, False)
