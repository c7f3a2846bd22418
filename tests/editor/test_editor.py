"""What an editor does with the reference specs: nothing to configure, keys completed, described and checked."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli.invoke import Tonnage
from editor.language_server import LanguageServer
from tonnage.files.yaml import read_yaml

ROOT = Path(__file__).parents[2]
STACKS = ROOT / "stacks"
SPECS = sorted([*STACKS.glob("clusters/*.yaml"), *STACKS.glob("teams/*.yaml")])
CLUSTER, TEAM = STACKS / "clusters/prod-east.yaml", STACKS / "teams/search.yaml"
KINDS = ("cluster", "team", "catalog")


def exchanged(file: Path, old: str, new: str) -> str:
    """The text of a file with one piece exchanged."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new, 1)


def cursor(text: str) -> tuple[str, int, int]:
    """The text without its `|`, and the line and column where that stood."""
    before, after = text.split("|")
    return before + after, before.count("\n"), len(before) - before.rfind("\n") - 1


def labels(editor: LanguageServer, file: Path, text: str) -> list[str]:
    """What is offered where the `|` stands."""
    found: dict[str, Any] = editor.at("completion", file, *cursor(text))
    return [item["label"] for item in found["items"]]


def hover(editor: LanguageServer, file: Path, text: str) -> str:
    """What is said of the place where the `|` stands, without the escapes of Markdown."""
    found: dict[str, Any] = editor.at("hover", file, *cursor(text))
    return re.sub(r"\\(.)", r"\1", found["contents"]["value"])


@pytest.mark.parametrize("kind", KINDS)
def test_the_schemas_beside_the_specs_are_those_of_this_release(tonnage: Tonnage, tmp_path: Path, kind: str) -> None:
    """Made, not written."""
    made = tonnage(tmp_path, "schema", kind).out

    assert (STACKS / f"schema/{kind}.json").read_text(encoding="utf-8") == made, (
        f"run tonnage schema {kind} > stacks/schema/{kind}.json"
    )


@pytest.mark.parametrize("file", SPECS, ids=lambda f: f.stem)
def test_every_spec_names_its_schema_in_its_first_line(file: Path) -> None:
    """Relative to itself, so that every clone finds it; to the loader it is a comment."""
    first = file.read_text(encoding="utf-8").partition("\n")[0]
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    document, _ = read_yaml(file, file.name)

    assert named is not None
    assert document is not None
    assert isinstance(document.value, dict)
    schema = json.loads((file.parent / named[1]).read_text(encoding="utf-8"))
    assert schema["properties"]["kind"]["const"] == document.value["kind"]


@pytest.mark.parametrize("file", SPECS, ids=lambda f: f.stem)
def test_an_editor_marks_nothing_in_right_specs(editor: LanguageServer, file: Path) -> None:
    """No warning either."""
    assert editor.open(file, file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (CLUSTER, "platform: eks", "platform: ekss", "Value is not accepted"),
        (CLUSTER, "region: us-east-1\n", "", 'Missing property "region"'),
        (CLUSTER, "gpus: 96", "gpus: -1", "Value is below the minimum of 0"),
        (CLUSTER, "queueing: kueue", "queuing: kueue", "Property queuing is not allowed"),
        (TEAM, "requests: 12/s", "requests: 12/day", "String does not match the pattern"),
        (TEAM, "ttftP95: 2s", "ttft: 2s", "Property ttft is not allowed"),
    ],
)
def test_an_editor_marks_what_the_loader_would_refuse(
    editor: LanguageServer, file: Path, old: str, new: str, said: str
) -> None:
    """While it is typed, in the line where it stands."""
    text = exchanged(file, old, new)
    problems = editor.open(file, text)

    assert problems
    assert any(p["message"].startswith(said) for p in problems), problems
    if new:
        line = text[: text.index(new)].count("\n")
        assert line in {p["range"]["start"]["line"] for p in problems}


def test_keys_are_completed_where_they_may_stand(editor: LanguageServer) -> None:
    """Those that are not there yet."""
    offered = labels(editor, CLUSTER, exchanged(CLUSTER, "nodePools:\n", "nodePools:\n  |\n"))

    assert {"spot", "nodes", "aws"} <= set(offered)
    assert "limits" not in offered


def test_values_are_completed_from_the_choices(editor: LanguageServer) -> None:
    """All of them, and nothing else."""
    offered = labels(editor, CLUSTER, exchanged(CLUSTER, "platform: eks", "platform: |"))

    assert offered == ["eks", "gke", "aks", "coreweave", "cluster-api", "existing"]


def test_keys_of_a_workload_are_completed_in_its_list(editor: LanguageServer) -> None:
    """Deep inside a team's file."""
    offered = labels(editor, TEAM, exchanged(TEAM, "    survive: node\n", "    survive: node\n    |\n"))

    assert {"tensorParallel", "replicas", "adapters"} <= set(offered)


def test_hovering_over_a_key_tells_what_it_means_with_unit_and_example(editor: LanguageServer) -> None:
    """The words of `tonnage explain serving.slo.ttftP95`."""
    said = hover(editor, TEAM, exchanged(TEAM, "ttftP95:", "ttft|P95:"))

    assert "Time to first token. From 1ms to 3660d, in ms, s, m, h, d." in said
    assert "40ms" in said


def test_hovering_tells_what_is_not_planned_yet(editor: LanguageServer) -> None:
    """Before anybody rests on it."""
    said = hover(editor, CLUSTER, exchanged(CLUSTER, "platform:", "plat|form:"))

    assert "Not planned yet (gke, aks, coreweave, cluster-api)" in said
