"""`tonnage import nodes`, and the plan on what it wrote."""

import io
import json
import stat
from pathlib import Path

import pytest
import yaml

from capacity.inventory.dump import fleet, gpu_node, node, nodes
from cli.invoke import Tonnage

CLUSTER = """kind: Cluster
name: lab
platform: existing
region: lab
zones: [hall-1]
kubernetes: "1.35"
asOf: 2026-11-23
queueing: none
nodePools:
  provisioner: none
"""
TEAM = """kind: Team
name: search
contact: search-oncall@example.com
priority: production
clusters: {lab: {}}
serving:
  - name: chat
    model: Qwen/Qwen3-32B-FP8
    traffic: {requests: 12/s, inputTokens: 1200, outputTokens: 250}
    slo: {ttftP95: 2s, tpotP95: 50ms}
    contextLength: 8192
    survive: rack
"""


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """300 nodes."""
    file = tmp_path / "nodes.json"
    file.write_text(json.dumps(fleet()), encoding="utf-8")
    return file


def test_a_dump_of_300_nodes_plans_to_the_same_nodes(tonnage: Tonnage, dump: Path, tmp_path: Path) -> None:
    """What is printed stands in a cluster file as it is, and the plan counts every node of it."""
    block = tonnage(tmp_path, "import", "nodes", str(dump), "--rack-label", "topology.kubernetes.io/rack").out
    (tmp_path / "clusters").mkdir()
    (tmp_path / "teams").mkdir()
    indented = "".join(f"  {line}\n" for line in block.splitlines())
    (tmp_path / "clusters/lab.yaml").write_text(CLUSTER + indented, encoding="utf-8")
    (tmp_path / "teams/search.yaml").write_text(TEAM, encoding="utf-8")
    done = tonnage(tmp_path, "plan", "--format", "json")
    pools = {p["name"]: p for p in json.loads(done.out)["plans"][0]["pools"]}

    assert done.code == 0, done.err
    assert {name: (p["nodes"], p["gpus"]) for name, p in pools.items()} == {
        "cpu-32": (100, 0),
        "h100-sxm-8": (200, 1600),
    }
    assert json.loads(done.out)["plans"][0]["workloads"][0]["pools"] == {"h100-sxm-8": 3}


def test_the_same_as_json(tonnage: Tonnage, dump: Path, tmp_path: Path) -> None:
    """With what cannot be told beside it."""
    text, tree = (tonnage(tmp_path, "import", "nodes", str(dump), "--format", f).out for f in ("yaml", "json"))

    assert json.loads(tree)["nodes"] == yaml.safe_load(text)["nodes"]
    assert any("--rack-label" in f["fix"] for f in json.loads(tree)["findings"])


def test_standard_input_is_read(tonnage: Tonnage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a pipe from kubectl gives it; doubts go to stderr alone."""
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(nodes(gpu_node("a"), node("b", ready="False")))))
    done = tonnage(tmp_path, "import", "nodes", "-")

    assert done.code == 0
    assert "count: 1" in done.out
    assert "b: left out: it is not ready" in done.err
    assert "b: left out" not in done.out


def test_a_cluster_is_asked_by_kubectl(tonnage: Tonnage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the kubeconfig and context that were named, and nothing else of the machine."""
    (tmp_path / "answer.json").write_text(json.dumps(nodes(gpu_node("a"))), encoding="utf-8")
    fake = tmp_path / "kubectl"
    fake.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/asked\nexec /bin/cat {tmp_path}/answer.json\n', encoding="utf-8"
    )
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path))
    done = tonnage(tmp_path, "import", "nodes", "--kubeconfig", "k.yaml", "--context", "prod")

    assert done.code == 0, done.err
    assert (tmp_path / "asked").read_text().split() == [
        "get",
        "nodes",
        "-o",
        "json",
        "--kubeconfig",
        "k.yaml",
        "--context",
        "prod",
    ]
    assert "h100-sxm" in done.out


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ((), "nothing says where the nodes are"),
        (("none.json",), "none.json cannot be read"),
        (("bad.json",), "this is no JSON"),
        (("bad.json", "--context", "prod"), "a file and a cluster are both named"),
        (("--context", "prod"), "kubectl is not there"),
    ],
)
def test_where_it_cannot_start_the_way_out_is_said(
    tonnage: Tonnage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...], words: str
) -> None:
    """Exit code 2, and nothing on stdout."""
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    monkeypatch.setenv("PATH", str(tmp_path))
    done = tonnage(tmp_path, "import", "nodes", *args)

    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_what_holds_no_nodes_is_an_error(tonnage: Tonnage, tmp_path: Path) -> None:
    """Exit code 1."""
    (tmp_path / "pods.json").write_text('{"kind": "Pod"}', encoding="utf-8")
    done = tonnage(tmp_path, "import", "nodes", "pods.json")

    assert (done.code, done.out) == (1, "")
    assert "holds no list of nodes" in done.err


def test_help_has_lines_to_copy(tonnage: Tonnage, tmp_path: Path) -> None:
    """Of the group and of the command."""
    assert "nodes" in tonnage(tmp_path, "import", "--help").out
    assert "tonnage import nodes" in tonnage(tmp_path, "import", "nodes", "--help").out.split("Examples:")[1]
