"""A folder of specs is read as a whole: what is on which cluster, as it is there, and where it stands."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tonnage.findings import Finding, Position
from tonnage.spec.load import Specs, load_specs, load_what_can_be

CLUSTER = """\
kind: Cluster
name: east
platform: eks
region: us-east-1
zones: [us-east-1a]
kubernetes: "1.35"
asOf: 2026-11-23
nodePools:
  provisioner: karpenter
  instanceTypes: [g6e.12xlarge]
"""
TEAM = """\
kind: Team
name: search
contact: search@example.com
budget: 5000 USD/month
clusters:
  east: {}
  west:
    chat:
      traffic: {requests: 30/m}
      accelerators: null
    rerank: {run: false}
serving:
  - name: rerank
    model: Qwen/Qwen3-8B
    traffic: {requests: 2/s, inputTokens: 600, outputTokens: 16}
  - name: chat
    model: Qwen/Qwen3-32B
    traffic: {requests: 12/s, inputTokens: 2000, outputTokens: 400}
    accelerators: [l40s]
"""
Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Write:
    """A folder of specs: two clusters and a team, with further or other files by path."""

    def write(**files: str) -> Path:
        all_files = {
            "clusters/east.yaml": CLUSTER,
            "clusters/west.yaml": CLUSTER.replace("east\n", "west\n"),
            "teams/search.yaml": TEAM,
        } | files
        for name, text in all_files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


def loaded(folder: Path) -> Specs:
    """Specs without any finding."""
    specs, findings = load_specs(folder, "stacks/")
    assert findings == ()
    assert specs is not None
    return specs


def test_the_reference_specs_load(root: Path) -> None:
    """Without a warning: they are the first thing that users read."""
    specs = loaded(root / "stacks")
    assert sorted(specs.clusters) == ["prod-east", "staging"]
    assert [t.name for t in specs.teams["prod-east"]] == ["assist", "insights", "search"]
    assert [t.name for t in specs.teams["staging"]] == ["search"]


def test_a_team_is_on_each_cluster_as_it_is_there(folder: Write) -> None:
    """Differences are merged deep, null unsets, `run: false` leaves out, workloads come by name."""
    specs = loaded(folder())
    (east,), (west,) = specs.teams["east"], specs.teams["west"]

    assert [w.name for w in east.serving] == ["chat", "rerank"]
    assert [w.name for w in west.serving] == ["chat"]
    assert (str(east.serving[0].traffic.requests), east.serving[0].accelerators) == ("12/s", ("l40s",))
    assert (str(west.serving[0].traffic.requests), west.serving[0].accelerators) == ("30/m", ())
    assert west.serving[0].traffic.input_tokens == 2000
    assert west.budget == east.budget


def test_a_mapping_replaces_a_single_value(folder: Write) -> None:
    """One rate for all phases may differ as a rate for each, and the other way round."""
    phases = TEAM.replace("requests: 30/m", "requests: {day: 3/s, night: 1/s}")
    (west,) = loaded(folder(**{"teams/search.yaml": phases})).teams["west"]
    requests = west.serving[0].traffic.requests
    assert isinstance(requests, dict)
    assert {k: str(v) for k, v in requests.items()} == {"day": "3/s", "night": "1/s"}


def test_a_cluster_without_teams_has_none(folder: Write) -> None:
    """It is known all the same."""
    specs = loaded(folder(**{"clusters/north.yaml": CLUSTER.replace("east\n", "north\n")}))
    assert specs.teams["north"] == ()


@pytest.mark.parametrize(
    ("where", "cluster", "place"),
    [
        ("search/chat", None, "16:5"),
        ("search/chat", "west", "16:5"),
        ("search/chat traffic.requests", None, "18:25"),
        ("search/chat traffic.requests", "east", "18:25"),
        ("search/chat traffic.requests", "west", "9:27"),
        ("search/chat traffic.inputTokens", "west", "18:44"),
        ("search/chat accelerators[0]", "east", "19:20"),
        ("search/chat slo.tpotP95", "west", "16:5"),
        ("search/rerank run", "west", "11:19"),
        ("team search", "west", "1:1"),
        ("team search budget", None, "4:9"),
        ("team search no such path!", None, "1:1"),
        ("cluster west nodePools.instanceTypes[0]", "west", "10:19"),
        ("cluster west nodePools.limits.gpus", "west", "8:1"),
    ],
)
def test_a_finding_is_placed_by_its_subject(folder: Write, where: str, cluster: str | None, place: str) -> None:
    """Later stages speak of workloads, teams and clusters; the reader sees a line of a file."""
    file = "stacks/clusters/west.yaml" if where.startswith("cluster") else "stacks/teams/search.yaml"
    (placed,) = loaded(folder()).placed([Finding(where, "is wrong", "correct it")], cluster)
    assert str(placed.position) == f"{file}:{place}"


@pytest.mark.parametrize("where", ["pool g6e", "search/none", "team none", "cluster none x", "", "a b c", "none/x y"])
def test_what_stands_in_no_spec_has_no_place(folder: Write, where: str) -> None:
    """Rather none than a wrong one."""
    finding = Finding(where, "is wrong", "correct it")
    assert loaded(folder()).placed([finding]) == (finding,)


def test_a_place_is_kept(folder: Write) -> None:
    """Who knows it better said so."""
    finding = Finding("team search", "is wrong", "correct it", position=Position("a.yaml", 7, 7))
    assert loaded(folder()).placed([finding]) == (finding,)


def test_what_is_right_can_be_judged_further(folder: Write) -> None:
    """One team with a mistake does not hide the others from later checks of the same run."""
    wrong = {"teams/broken.yaml": TEAM.replace("search", "broken").replace("12/s", "12"), "clusters/north.yaml": "a: 1"}
    specs, findings = load_what_can_be(folder(**wrong))

    assert load_specs(folder(**wrong)) == (None, findings)
    assert sorted(specs.clusters) == ["east", "west"]
    assert [t.name for t in specs.teams["east"]] == ["search"]
    assert {f.position.file for f in findings if f.position} == {"teams/broken.yaml", "clusters/north.yaml"}
