"""What differs for a team on one cluster, and keys that change nothing yet."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.folders import write
from tonnage.findings import Severity
from tonnage.spec.differences import merged
from tonnage.spec.load import load_specs

S, E = "teams/search.yaml", "clusters/east.yaml"
TREES = st.recursive(
    st.integers(0, 3), lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=8
).filter(lambda t: isinstance(t, dict))


@given(TREES, TREES)
def test_differences_win_and_the_rest_stays(base: dict[str, object], over: dict[str, object]) -> None:
    """Key by key in mappings, as a whole everywhere else."""
    result = merged(base, over)
    assert set(result) == set(base) | set(over)
    for key, value in over.items():
        old = base.get(key)
        if isinstance(value, dict):
            assert result[key] == merged(old if isinstance(old, dict) else {}, value)
        else:
            assert result[key] == value
    assert all(result[k] == v for k, v in base.items() if k not in over)


@given(TREES)
def test_no_differences_change_nothing_and_applying_twice_neither(base: dict[str, object]) -> None:
    """Merging has a neutral element and is idempotent."""
    assert merged(base, {}) == base
    assert merged(base, base) == base


def test_null_unsets() -> None:
    """As if the workload did not state it."""
    assert merged({"a": 1, "b": {"c": 2, "d": 3}}, {"a": None, "b": {"c": None}, "e": None}) == {"b": {"d": 3}}


def test_a_mistake_of_the_workload_is_not_repeated_for_each_cluster(tmp_path: Path) -> None:
    """It stands in one line, and there it is shown."""
    _, findings = load_specs(write(tmp_path, (S, "survive: node", "survive: rak")))
    assert [str(f.position) for f in findings] == [f"{S}:22:14"]


def test_a_mistake_may_be_in_both(tmp_path: Path) -> None:
    """Two mistakes, two findings."""
    changes = ((S, "survive: node", "survive: rak"), (S, "      traffic: {requests: 30/m}", "      survive: nodes"))
    _, findings = load_specs(write(tmp_path, *changes))
    assert [str(f.position) for f in findings] == [f"{S}:10:16", f"{S}:22:14"]


def test_differences_are_judged_though_the_team_is_wrong(tmp_path: Path) -> None:
    """All problems come at once."""
    _, findings = load_specs(write(tmp_path, (S, "60000 USD/month", "60000"), (S, "30/m", "30")))
    assert [str(f.position) for f in findings] == [f"{S}:4:9", f"{S}:10:27"]


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "what"),
    [
        (S, "inputTokens: 2000", "inputTokens: 2000\n      ramp: 2x in 5m", "19:7", "nothing is held back for it"),
        (
            S,
            "inputTokens: 2000",
            "inputTokens: {trace: lengths.csv}",
            "18:21",
            "give one number of tokens instead",
        ),
        (
            S,
            "batch:\n",
            "notebooks:\n  - {name: lab, users: 3, gpuMemory: 10GiB, storage: 1GiB}\nbatch:\n",
            "23:1",
            "no nodes are counted for notebooks",
        ),
        (
            S,
            "      traffic: {requests: 30/m}",
            "      traffic: {prefixCacheHits: 30%}",
            "10:17",
            "every input token is counted as computed",
        ),
        (
            E,
            "  limits:",
            "  spot: {maxShare: 25%}\n  limits:",
            "16:10",
            "spot is used only where a batch workload asks for it",
        ),
        (
            E,
            "queueing: kueue",
            "monitoring: {prometheusRelease: kps}",
            "17:14",
            "no monitors or alerts are declared yet",
        ),
        (E, "provisioner: karpenter", "provisioner: managed", "10:3", "pools are declared for Karpenter only"),
        (E, "platform: eks", "platform: gke", "3:1", "pools are declared for Karpenter on AWS only"),
    ],
)
def test_a_key_without_effect_is_said_aloud(  # noqa: PLR0917 a row of the table is what it is
    file: str, old: str, new: str, place: str, what: str, tmp_path: Path
) -> None:
    """A warning at the key, never silence; the specs load."""
    specs, (finding,) = load_specs(write(tmp_path, (file, old, new)))
    assert specs is not None
    assert (str(finding.position), finding.severity) == (f"{file}:{place}", Severity.WARNING)
    assert finding.what == f"not planned yet: {what}"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (S, "    pods: 40\n", "    pods: 40\n    capacity: own\n"),
        (S, "batch:\n", "training: []\nbatch:\n"),
        (E, "queueing: kueue", "gpuStack: {mode: device-plugin}"),
        (E, "  limits:", "  nodes: []\n  limits:"),
    ],
)
def test_a_default_written_out_is_no_news(file: str, old: str, new: str, tmp_path: Path) -> None:
    """It asks for nothing that does not happen."""
    specs, findings = load_specs(write(tmp_path, (file, old, new)))
    assert specs is not None
    assert findings == ()


def test_a_wrong_key_without_effect_is_one_finding(tmp_path: Path) -> None:
    """That it has no effect yet is said once it is right."""
    _, (finding,) = load_specs(write(tmp_path, (S, "inputTokens: 2000", "inputTokens: 2000\n      ramp: fast")))
    assert finding.severity is Severity.ERROR


def warned(folder: Path) -> list[str]:
    """Warnings of a folder that loads."""
    specs, findings = load_specs(folder)
    assert specs is not None
    return [str(f) for f in findings]


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ("      survive: node", "10:7: warning TN137: clusters.west.chat.survive: does not differ from"),
        (
            "      traffic: {requests: 12/s}",
            "10:17: warning TN137: clusters.west.chat.traffic.requests: does not differ",
        ),
        ("      replicas: null", "10:7: warning TN137: clusters.west.chat.replicas: is not set anyway"),
    ],
)
def test_what_does_not_differ_is_said(over: str, said: str, tmp_path: Path) -> None:
    """Somebody meant another value, here or there."""
    (warning,) = warned(write(tmp_path, (S, "      traffic: {requests: 30/m}", over)))

    assert warning.startswith(f"teams/search.yaml:{said}")


def test_a_workload_that_runs_nowhere_is_said(tmp_path: Path) -> None:
    """Most likely a switch that was forgotten."""
    off = (S, "  - name: embeddings\n", "  - name: embeddings\n    run: false\n")
    assert warned(write(tmp_path / "a", off)) == [
        (
            "teams/search.yaml:24:5: warning TN138: batch[0].name: "
            "'embeddings' runs nowhere: run is false on every cluster; delete the workload, or let it run somewhere"
        )
    ]
    on_one = (S, "  west:\n", "  west:\n    embeddings: {run: true}\n")
    assert warned(write(tmp_path / "b", off, on_one)) == []
