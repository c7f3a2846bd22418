"""`tonnage catalog list`, `show` and `check`."""

import json
from pathlib import Path

import pytest

from cli.invoke import Tonnage, reference
from tonnage.catalog.shipped import shipped_catalog

TABLES = ("accelerators", "node-types", "models", "prices", "releases", "mig")


def test_without_a_table_the_sizes_of_all_are_listed(tonnage: Tonnage, tmp_path: Path) -> None:
    """No specs are needed."""
    done = tonnage(tmp_path, "catalog", "list")
    assert done.code == 0
    assert [line.split() for line in done.out.splitlines()[1:]] == [
        ["accelerators", "43"],
        ["node-types", str(len(shipped_catalog().node_types))],
        ["models", "130"],
        ["prices", "213"],
        ["releases", "4"],
        ["mig", "12"],
    ]


@pytest.mark.parametrize("table", TABLES)
def test_every_row_of_a_table_is_listed_with_its_source(tonnage: Tonnage, tmp_path: Path, table: str) -> None:
    """In short for people, whole for programs, in one order."""
    shown = tonnage(tmp_path, "catalog", "list", table)
    tree = json.loads(tonnage(tmp_path, "catalog", "list", table, "--format", "json").out)

    assert shown.code == 0
    assert (tree["kind"], tree["table"]) == ("CatalogList", table)
    assert all(row["source"]["title"] and row["source"]["checked"] for row in tree["rows"])
    names = [row.get("name") or row["instanceType"] for row in tree["rows"]]
    assert names == sorted(names)
    assert not [name for name in names if name not in shown.out]


def test_a_cloud_narrows_node_types_and_prices(tonnage: Tonnage, tmp_path: Path) -> None:
    """And nothing else."""
    rows = json.loads(
        tonnage(tmp_path, "catalog", "list", "node-types", "--cloud", "coreweave", "--format", "json").out
    )
    assert {row["cloud"] for row in rows["rows"]} == {"coreweave"}
    wrong = tonnage(tmp_path, "catalog", "list", "models", "--cloud", "aws")
    assert (wrong.code, wrong.out) == (2, "")
    unknown = tonnage(tmp_path, "catalog", "list", "prices", "--cloud", "asw")
    assert unknown.code == 2
    assert "did you mean 'aws'?" in unknown.err


SHOWN = {
    "h100-sxm": [
        "81559MiB (79.65 GiB)",
        "bf16 989TFLOP/s",
        "MIG variant",
        "placements 0:4 4:4",
        "fitted",
        "Apache-2.0",
    ],
    "mi325x": ["nominal memory", "256GB", "unknown         memory", "nothing is sized on it"],
    "p5.48xlarge": ["onDemand in us-east-1: 55.04 USD/h, as of 2026-07-20", "onDemand, reserved", "191.45 - 0.6 CPU"],
    "Standard_ND96isr_H100_v5": ["unknown", "rdma"],
    "b200-8x": ["unknown", "prices, markets"],
    "Qwen/Qwen3-30B-A3B": ["experts per token 8", "30,532,122,624"],
    "vllm": ["vllm/vllm-openai:v0.33.0", "inferred"],
    "A100-80": ["1g.10gb+me", "a100-80-pcie"],
}


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_show_says_all_facts_their_source_and_what_is_unknown(tonnage: Tonnage, tmp_path: Path, name: str) -> None:
    """Every row has source, date and licence; unknown is a word, not an empty place."""
    done = tonnage(tmp_path, "catalog", "show", name)
    assert done.code == 0
    words = [word for word in SHOWN[name] if word not in done.out]
    assert not words
    for key in ("source", "checked", "licence"):
        assert any(line.startswith(key) for line in done.out.splitlines())


def test_every_name_can_be_shown_in_both_forms(tonnage: Tonnage, tmp_path: Path) -> None:
    """A sample of each table, and none fails."""
    catalog = shipped_catalog()
    tables = (catalog.accelerators, catalog.node_types, catalog.models)
    for name in [n for table in tables for n in sorted(table)[::17]]:
        tree = json.loads(tonnage(tmp_path, "catalog", "show", name, "--format", "json").out)
        assert next(row["name"] for row in tree["rows"]) == name
        assert tonnage(tmp_path, "catalog", "show", name).code == 0


def test_an_unknown_name_is_answered_with_the_nearest(tonnage: Tonnage, tmp_path: Path) -> None:
    """A wrong use, exit code 2."""
    done = tonnage(tmp_path, "catalog", "show", "h10-sxm")
    assert (done.code, done.out) == (2, "")
    assert "did you mean 'h100-sxm'?" in done.err


ROW = "kind: Catalog\naccelerators:\n  mi325x: {memory: 255GiB, source: rocm-smi on our nodes, checked: 2026-11-20}\n"


def test_the_specs_own_rows_are_listed_and_shown(tonnage: Tonnage, tmp_path: Path) -> None:
    """Their source tells them from the shipped ones."""
    specs = reference(tmp_path / "specs")
    (specs / "catalog.yaml").write_text(ROW, encoding="utf-8")
    done = tonnage(specs, "catalog", "show", "mi325x")

    assert "255GiB" in done.out
    assert "rocm-smi on our nodes" in done.out
    assert "unknown         memory" not in done.out


def test_check_names_each_mistake_of_a_file_at_its_place(tonnage: Tonnage, tmp_path: Path) -> None:
    """On stdout, as findings are its result."""
    (tmp_path / "own.yaml").write_text(ROW.replace("255GiB", "255"), encoding="utf-8")
    done = tonnage(tmp_path, "catalog", "check", "own.yaml")

    assert done.code == 1
    assert done.out.startswith("own.yaml:3:20: error")
    assert "has no unit" in done.out


def test_check_says_how_old_prices_are(tonnage: Tonnage, tmp_path: Path) -> None:
    """One line a cloud, by the day that is named; old prices are no error."""
    fresh = tonnage(tmp_path, "catalog", "check", "--as-of", "2026-07-21")
    old = tonnage(tmp_path, "catalog", "check", "--as-of", "2026-12-24")

    assert (fresh.code, old.code) == (0, 0)
    assert "prices of aws" not in fresh.out
    assert [line.partition("prices of ")[2].partition(":")[0] for line in old.out.splitlines()] == [
        "aws",
        "azure",
        "gcp",
    ]
    tree = json.loads(tonnage(tmp_path, "catalog", "check", "--as-of", "2026-12-24", "--format", "json").out)
    assert [f["severity"] for f in tree["findings"]] == ["warning"] * 3


def test_check_of_a_file_that_does_not_exist_is_a_wrong_use(tonnage: Tonnage, tmp_path: Path) -> None:
    """It is not taken for an empty one."""
    assert tonnage(tmp_path, "catalog", "check", "gone.yaml").code == 2


@pytest.mark.parametrize("command", ["list", "show", "check", "refresh"])
def test_every_command_has_a_help_with_examples(tonnage: Tonnage, tmp_path: Path, command: str) -> None:
    """What it does, and lines to copy."""
    done = tonnage(tmp_path, "catalog", command, "--help")
    assert done.code == 0
    assert f"tonnage catalog {command}" in done.out.split("Examples:")[1]
