"""Schemas of what is no spec: the user's own catalogue, and plan files. They take what the readers take."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from cli.invoke import Tonnage, reference
from tonnage.capacity.plan_schema import pools_schema, team_plan_schema
from tonnage.catalog.user_schema import catalog_schema
from tonnage.files.yaml import read_yaml

EXAMPLE = Path(__file__).parents[1] / "catalog" / "example.yaml"


def tree_of(file: Path) -> Any:
    """What an editor sees: days are text there."""
    document, findings = read_yaml(file, file.name)
    assert document is not None, findings
    return json.loads(json.dumps(document.value, default=str))


def refusals(schema: dict[str, Any], tree: Any) -> list[str]:
    """What a schema has against a file."""
    return sorted(e.message for e in Draft202012Validator(schema).iter_errors(tree))


@pytest.mark.parametrize("schema", [catalog_schema(), pools_schema(), team_plan_schema()], ids=lambda s: s["title"])
def test_each_is_a_schema_whose_parts_are_all_there(schema: dict[str, Any]) -> None:
    """No reference leads nowhere."""
    Draft202012Validator.check_schema(schema)
    text = json.dumps(schema)
    named = {part.split('"')[0] for part in text.split("#/$defs/")[1:]}
    assert named == set(schema["$defs"])


def test_the_example_of_a_catalogue_is_accepted() -> None:
    """Rows that add, rows that change single keys, models by totals and by shape."""
    assert refusals(catalog_schema(), tree_of(EXAMPLE)) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("kind",), "Catalogue"),
        (("acelerators",), {}),
        (("accelerators", "own-accelerator", "memroy"), "64GiB"),
        (("accelerators", "own-accelerator", "memory"), 64),
        (("nodeTypes", "own.8xlarge", "gpus"), "8"),
        (("prices", 0, "market"), "reserved"),
        (("releases", "vllm", "checked"), 5),
        (("daemonSets", "log-shipper", "on"), "some"),
    ],
)
def test_a_wrong_catalogue_is_refused(path: tuple[str | int, ...], value: object) -> None:
    """For its shape; what needs the shipped rows, only the reader can tell."""
    tree = place = tree_of(EXAMPLE)
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value

    assert refusals(catalog_schema(), tree)


def test_a_row_must_say_where_it_comes_from() -> None:
    """Facts without a source are opinions."""
    tree = tree_of(EXAMPLE)
    del tree["accelerators"]["own-accelerator"]["source"]

    assert refusals(catalog_schema(), tree) == ["'source' is a required property"]


def test_written_plan_files_are_accepted_and_strange_keys_are_not(tonnage: Tonnage, tmp_path: Path) -> None:
    """The schema follows from the values that are written, so it cannot fall behind them."""
    specs = reference(tmp_path / "specs")
    assert tonnage(specs, "plan", "--write").code == 0
    files = sorted((specs / "plan").glob("*/*.yaml"))
    assert len(files) >= 5
    for file in files:
        schema = pools_schema() if file.stem == "pools" else team_plan_schema()
        assert refusals(schema, tree_of(file)) == []
        assert refusals(schema, tree_of(file) | {"strange": 1})
