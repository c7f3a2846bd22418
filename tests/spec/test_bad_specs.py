"""Over a hundred wrong specs, each with every finding word for word, at its line and column, once."""

from pathlib import Path

import pytest

from spec.folders import FILES, write
from spec.table import Case, cases
from tonnage.findings import Severity
from tonnage.spec.load import load_specs

CASES = cases(Path(__file__).parent / "bad_specs.txt")


def test_the_table_is_whole() -> None:
    """A table that is read wrongly would prove nothing."""
    assert len(CASES) >= 100
    assert all(c.said for c in CASES)
    assert len({c.changes for c in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_wrong_spec_is_refused_in_these_words(case: Case, tmp_path: Path) -> None:
    """What is wrong, how to mend it, where it stands; one finding for one mistake."""
    specs, findings = load_specs(write(tmp_path, *case.changes))
    assert specs is None
    assert case.seen(findings) == case.said
    assert len(findings) == 1


def test_the_right_folder_is_right(tmp_path: Path) -> None:
    """So that every finding above comes from its exchange."""
    specs, findings = load_specs(write(tmp_path))
    assert specs is not None
    assert findings == ()


NAMES = [
    (
        "teams/search.yml",
        FILES["teams/search.yaml"],
        "is not read: its name does not end in .yaml",
        "rename it to search.yaml",
    ),
    ("teams/notes.md", "", "is no spec: teams/ holds .yaml files only", "move it elsewhere"),
    ("clusters/old/a.yaml", "", "is a folder", "put spec files directly into clusters/"),
    ("teams/x.json", "{}", "is not read: its name does not end in .yaml", "rename it to x.yaml"),
    ("teams/empty.yaml", "", "holds nothing", "write a spec, or delete the file"),
    ("teams/list.yaml", "- a", "is a list, not a mapping", "write keys and values, kind first"),
]


@pytest.mark.parametrize(("name", "text", "what", "fix"), NAMES)
def test_a_file_that_is_no_spec_is_refused(name: str, text: str, what: str, fix: str, tmp_path: Path) -> None:
    """A spec that would silently not be read is the worst of mistakes."""
    _, (finding,) = load_specs(write(tmp_path, files={name: text}))
    assert (finding.what, finding.fix, finding.severity) == (what, fix, Severity.ERROR)
    assert finding.position is not None
    assert finding.position.file == (name if name.count("/") == 1 else "clusters/old")


def test_hidden_files_are_left_alone(tmp_path: Path) -> None:
    """Editors and git put them there."""
    assert load_specs(write(tmp_path, files={"teams/.gitkeep": "", "clusters/.east.yaml.swp": "x"}))[1] == ()


def test_links_are_not_followed(tmp_path: Path) -> None:
    """Neither files nor folders."""
    folder = write(tmp_path / "specs")
    (folder / "teams/linked.yaml").symlink_to(folder / "teams/search.yaml")
    assert [str(f) for f in load_specs(folder)[1]] == [
        "teams/linked.yaml:1:1: error TN002: the file: is a symbolic link; put the file itself there"
    ]
    (folder / "teams").rename(tmp_path / "away")
    (folder / "teams").symlink_to(tmp_path / "away")
    assert [str(f) for f in load_specs(folder)[1]] == [
        "error TN002: teams: is a symbolic link; put the folder itself there"
    ]


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_a_folder_without_clusters_is_a_finding(name: str, tmp_path: Path) -> None:
    """With the way out."""
    (tmp_path / "empty").mkdir()
    specs, (finding,) = load_specs(tmp_path / name, "stacks/")
    assert specs is None
    assert (
        str(finding)
        == "error TN101: stacks/clusters: holds no cluster; add clusters/<name>.yaml, one file for each cluster"
    )


def test_ten_unlike_mistakes_are_ten_findings(tmp_path: Path) -> None:
    """In one run, over all files, each once; the text of a file's syntax error hides no other file."""
    broken = FILES["clusters/west.yaml"].replace("name: west", "name: south").replace("[us-west-2a]", "[us-west-2a")
    folder = write(
        tmp_path,
        ("clusters/east.yaml", "platform: eks", "platform: ekss"),
        ("clusters/east.yaml", "gpus: 96", "gpus: -1"),
        ("clusters/east.yaml", "queueing: kueue", "queueing: kueue\nqueueing: none"),
        ("clusters/west.yaml", "zones:", "zone:"),
        ("teams/search.yaml", "60000 USD/month", "60000"),
        ("teams/search.yaml", "  east: {}", "  eastt: {}"),
        ("teams/search.yaml", "    chat:\n", "    chad:\n"),
        ("teams/search.yaml", "enable-prefix-caching: true", "enable-prefix-caching: yes"),
        ("teams/search.yaml", "[h100-sxm, l40s]", "*both"),
        files={"clusters/south.yaml": broken},
    )
    assert [str(f) for f in load_specs(folder)[1]] == [
        "clusters/east.yaml:3:11: error TN114: platform: 'ekss' is not known here; did you mean 'eks'?",
        (
            "clusters/east.yaml:16:18: error TN121: nodePools.limits.gpus: -1 is under 0; "
            "write a whole number from 0 to 1,000,000"
        ),
        "clusters/east.yaml:18:1: error TN012: queueing: is given twice, first in line 17; keep one of the two",
        (
            "clusters/south.yaml:5:8: error TN007: the file: "
            "opens a [ that is never closed, or lacks a comma; close it with ]"
        ),
        "clusters/west.yaml:5:1: error TN110: zone: is not known; did you mean 'zones'?",
        "teams/search.yaml:4:9: error TN123: budget: 60000 has no unit; write it like 60000 USD/month or 31.40 USD/h",
        "teams/search.yaml:7:3: error TN131: clusters.eastt: there is no cluster 'eastt'; did you mean 'east'?",
        "teams/search.yaml:9:5: error TN130: clusters.west.chad: the team has no workload 'chad'; did you mean 'chat'?",
        (
            "teams/search.yaml:15:41: error TN014: serving[0].engineArgs.enable-prefix-caching: "
            'yes is true to some readers and text to others; write true, or "yes" for text'
        ),
        (
            "teams/search.yaml:21:19: error TN011: serving[0].accelerators: "
            "is an alias (*both), which specs do not use; write the value out"
        ),
    ]
