"""The control plane itself: it is real, it is fast, it is locked, and it goes."""

import json
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.alive import alive, children, gone
from tonnage.testing.sandbox import Sandbox, SandboxError
from tonnage.testing.sandbox.api import until
from tonnage.testing.sandbox.up import is_up

NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lab"}}
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "one", "namespace": "lab"},
    "spec": {"containers": [{"name": "c", "image": "registry.example.com/one:1"}]},
}


def config_map(**more: object) -> dict[str, object]:
    """A small object."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "it", "namespace": "default"}, **more}


def test_it_says_the_version_that_it_is_built_from(cluster: Sandbox) -> None:
    """Providers and charts read it."""
    version = cluster.api.call("GET", "/version").body

    assert version["gitVersion"].startswith("v1.36.")
    assert (version["major"], version["minor"]) == ("1", "36")


def test_it_is_ready_in_time(cluster: Sandbox) -> None:
    """20 s on an idle machine; this one may be busy, so twice that is the alarm."""
    assert cluster.started.seconds < 40


def test_unknown_fields_are_refused_and_dry_runs_leave_nothing(cluster: Sandbox) -> None:
    """A typo is an answer, not a loss."""
    wrong = cluster.api.apply(config_map(dta={"a": "b"}))
    tried = cluster.api.apply(config_map(data={"a": "b"}), dry_run=True)

    assert wrong.why_not is not None
    assert "dta" in wrong.why_not
    assert tried.why_not is None
    assert cluster.api.get(config_map()).status == 404


def test_objects_live_and_go(cluster: Sandbox) -> None:
    """Apply, read, change, list, delete."""
    api = cluster.api
    assert api.apply(config_map(data={"a": "b"})).status == 201
    assert api.patch(config_map(), {"data": {"a": "c"}}).why_not is None
    assert api.get(config_map()).body["data"] == {"a": "c"}
    assert "it" in [o["metadata"]["name"] for o in api.list("v1", "ConfigMap", "default")]
    assert api.delete(config_map()).why_not is None
    assert api.get(config_map()).status == 404


def test_kinds_without_a_definition_are_named(cluster: Sandbox) -> None:
    """An unknown kind is a failure, never passed over."""
    answer = cluster.api.apply({"apiVersion": "example.com/v1", "kind": "Wish", "metadata": {"name": "one"}})
    (finding,) = cluster.check([{"apiVersion": "example.com/v1", "kind": "Wish", "metadata": {"name": "one"}}])

    assert answer.status == 404
    assert finding.where == "Wish one"
    assert "no Wish of example.com/v1" in finding.what


def test_nobody_without_a_certificate_is_heard(cluster: Sandbox) -> None:
    """Neither by the API server nor by the store behind it."""
    ports = cluster.started.plan.ports
    trust = ssl.create_default_context(cafile=str(cluster.started.plan.certificates / "ca.crt"))
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"https://127.0.0.1:{ports['kube-apiserver']}/api/v1/namespaces", context=trust)
    with refused.value as answer:
        assert answer.code == 401
    with pytest.raises((urllib.error.URLError, ConnectionError, ssl.SSLError)):
        urllib.request.urlopen(f"https://127.0.0.1:{ports['etcd']}/health", context=trust)


def test_rbac_judges_whoever_is_not_the_administrator(cluster: Sandbox) -> None:
    """By impersonation, as tests of roles do it."""
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}]
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "reads", "namespace": "default"}}
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reads"}
    subjects = [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "readers"}]
    given = [
        {**role, "kind": "Role", "rules": rules},
        {**role, "kind": "RoleBinding", "roleRef": ref, "subjects": subjects},
    ]

    with closing(cluster.api.impersonating("eve", "readers")) as somebody:
        before = somebody.get(config_map())
        assert before.status == 403
        assert 'User "eve" cannot' in str(before.why_not)
        assert cluster.apply(given) == ()
        # the authorizer hears of a role a moment after it is stored
        assert until(lambda: somebody.get(config_map()).status == 404, 10)
        assert somebody.apply(config_map()).status == 403
        assert somebody.delete(config_map()).status == 403


def test_pod_security_and_quota_refuse(cluster: Sandbox) -> None:
    """Admission is on."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    spec = {"hard": {"pods": "0"}}
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "none", "namespace": "lab"},
        "spec": spec,
    }
    assert cluster.apply([{**NAMESPACE, "metadata": {"name": "lab", "labels": labels}}]) == ()
    strict = cluster.api.apply(POD)
    assert cluster.apply([NAMESPACE, quota]) == ()
    assert cluster.settle() == ()
    full = cluster.api.apply(POD)

    assert "violates PodSecurity" in str(strict.why_not)
    assert "exceeded quota: none" in str(full.why_not)
    assert {strict.status, full.status} == {403}


def test_controllers_collect_what_nobody_owns_any_more(cluster: Sandbox) -> None:
    """Owner references act: a server alone would keep the ReplicaSet for ever."""
    template = {"metadata": {"labels": {"a": "b"}}, "spec": POD["spec"]}
    spec = {"replicas": 1, "selector": {"matchLabels": {"a": "b"}}, "template": template}
    metadata = {"name": "web", "namespace": "default"}
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}
    assert cluster.apply([deployment]) == ()
    (alone,) = cluster.settle()
    assert alone.what.startswith("waits: no nodes available")
    cluster.api.delete(deployment)

    assert cluster.settle() == ()
    assert cluster.api.list("apps/v1", "ReplicaSet", "default") == ()


def test_secrets_of_the_sandbox_are_its_owners(cluster: Sandbox) -> None:
    """Keys and kubeconfigs are read by nobody else, and clients of every kind can use the file."""
    plan = cluster.started.plan
    kubeconfig = json.loads(cluster.kubeconfig.read_text())

    assert plan.folder.stat().st_mode & 0o077 == 0
    assert cluster.kubeconfig.stat().st_mode & 0o077 == 0
    assert kubeconfig["clusters"][0]["cluster"]["server"] == plan.server


def test_it_listens_on_loopback_only(cluster: Sandbox) -> None:
    """Whatever else the machine's addresses are."""
    pids = set(cluster.started.keeper.pids.values())
    listening = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening += [line.split() for line in Path("/proc/net/tcp6").read_text().splitlines()[1:]]
    inodes = {str(f.readlink()) for pid in pids for f in Path(f"/proc/{pid}/fd").iterdir() if f.is_symlink()}
    own = {line[1].split(":")[0] for line in listening if line[3] == "0A" and f"socket:[{line[9]}]" in inodes}

    assert own == {"0100007F"}


PARENT = """
import time
from tonnage.testing.sandbox import Sandbox
with Sandbox() as cluster:
    print(cluster.started.keeper.pid, cluster.started.plan.folder, flush=True)
    time.sleep(300)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_test_run_leaves_no_process(real: None, tmp_path: Path, number: signal.Signals) -> None:  # noqa: ARG001 it skips
    """Nor files: after kill -9 the supervisor clears away, after Ctrl-C the logs stay."""
    pipe, env = subprocess.PIPE, {**os.environ, "TMPDIR": str(tmp_path)}
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=pipe, stderr=pipe, text=True, env=env)
    assert parent.stdout is not None
    pid, folder = parent.stdout.readline().split()
    programs = [int(pid), *children(int(pid))]
    assert len(alive(programs)) == 6
    parent.send_signal(number)
    parent.communicate(timeout=30)

    assert gone(programs)
    assert [p.name for p in Path(folder).glob("*")] == ([] if number == signal.SIGKILL else ["logs"])


def test_a_part_that_fails_is_named_with_its_last_words(
    real: None,  # noqa: ARG001 it skips
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not after two minutes of waiting; its logs stay."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with (
        pytest.raises(SandboxError, match=r"(?s)kube-apiserver ended with exit code.*99\.9"),
        Sandbox(emulate="99.9"),
    ):
        pass

    assert len(list(tmp_path.glob("*/logs/kube-apiserver.log"))) == 1


def test_up_down_and_what_is_between(real: None) -> None:  # noqa: ARG001 it skips
    """The commands for the hand."""

    def run(command: str) -> tuple[int, str, str]:
        args = [sys.executable, "-m", "tonnage.testing.sandbox", "--name", "of-a-test", command]
        done = subprocess.run(args, capture_output=True, text=True, check=False, timeout=120)
        return done.returncode, done.stdout.strip(), done.stderr.strip()

    assert run("status")[0] == 1
    assert run("kubeconfig")[0] == 1
    try:
        code, path, said = run("up")
        assert (code, said) == (0, "")
        assert run("kubeconfig") == (0, path, "")
        again = run("up")
        assert again[0] == 1
        assert "is up already" in again[2]
        code, status, _ = run("status")
        assert code == 0
        server = json.loads(Path(path).read_text())["clusters"][0]["cluster"]["server"]
        assert server in status
        supervisor = int(status.split("supervisor ")[1].split(",")[0])
        programs = [supervisor, *children(supervisor)]
        assert len(alive(programs)) == 6
    finally:
        ended = run("down")

    assert ended == (0, "", "")
    assert gone(programs)
    assert not is_up("of-a-test")
    assert run("down")[2] == "sandbox of-a-test was not up"
    assert not Path(path).exists()


def test_an_older_minor_can_be_shown(real: None) -> None:  # noqa: ARG001 it skips
    """One set of programs, several levels of the API."""
    with Sandbox(emulate="1.35") as older:
        version = older.api.call("GET", "/version").body

    assert version["emulationMinor"] == "35"
