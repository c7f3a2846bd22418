"""The build refuses a row that cannot be trusted: shown by defects that are put in on purpose."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tonnage.catalog.audit import faults
from tonnage.catalog.mig import load_mig, mig_variants
from tonnage.catalog.shipped import catalog_of, shipped_catalog, shipped_texts

TEXTS = shipped_texts()


def test_nothing_is_wrong_with_what_is_shipped() -> None:
    """So every defect below is the one that was put in."""
    assert faults(shipped_catalog(), load_mig()) == ()


def in_json(file: str, change: Callable[[dict[str, Any]], object]) -> dict[str, str]:
    """The shipped files with a change in one of them."""
    tree = json.loads(TEXTS[file])
    change(tree)
    return TEXTS | {file: json.dumps(tree)}


def in_csv(file: str, name: str, **cells: str) -> dict[str, str]:
    """The shipped files with other cells in the first row of a name."""
    rows = list(csv.DictReader(TEXTS[file].splitlines()))
    next(r for r in rows if r["name"] == name).update(cells)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return TEXTS | {file: text.getvalue()}


def judged(texts: dict[str, str]) -> str:
    """All faults of the files as one text."""
    return "\n".join(faults(catalog_of(texts), mig_variants(texts["mig.json"])))


DEFECTS = [
    (in_json("accelerators.json", lambda t: t["l4"].update(source=" ")), "l4: names no source"),
    (in_json("models.json", lambda t: t["Qwen/Qwen3-8B"].update(source="")), "Qwen/Qwen3-8B: names no source"),
    (in_json("releases.json", lambda t: t["vllm"].update(licence="")), "vllm: does not say under which licence"),
    (in_json("mig.json", lambda t: t["A30"].update(source="")), "A30: names no source"),
    (in_csv("node-types.csv", "p5.48xlarge", source=""), "p5.48xlarge: names no source"),
    (in_csv("prices.csv", "m7i.large", source=""), "m7i.large, onDemand in us-east-1: names no source"),
    (in_csv("prices.csv", "m7i.large", as_of="2026-12-24"), "is of 2026-12-24, but was read on 2026-11-23"),
    (in_csv("prices.csv", "m7i.large", usd_per_hour="0"), "m7i.large, onDemand in us-east-1: costs nothing"),
    (
        in_json("accelerators.json", lambda t: t["h100-sxm"]["peak"].update(bf16="1979TFLOP/s")),
        "fp8 is 1.00 times bf16, not twice: one of them is a sparse figure",
    ),
    (
        in_json("accelerators.json", lambda t: t["b200-sxm"]["peak"].update(fp8="9000TFLOP/s")),
        "fp8 is 4.00 times bf16, not twice: one of them is a sparse figure",
    ),
    (in_json("accelerators.json", lambda t: t["l4"].update(memory="0B")), "is 0"),
    (in_csv("node-types.csv", "p5.48xlarge", accelerator="h10"), "there is no accelerator 'h10'"),
    (in_csv("node-types.csv", "p5.48xlarge", markets="weekly"), "'weekly' is no market"),
    (in_json("mig.json", lambda t: t["A30"].update(accelerators=["a31"])), "A30: there is no accelerator 'a31'"),
    (in_json("mig.json", lambda t: t["A30"].update(accelerators=["a40", "a100-40-sxm"])), "is A100-40 already"),
    (
        in_json("mig.json", lambda t: t["A30"]["profiles"][0].update(memory="9GiB")),
        "4 times 1g.6gb hold more than a30 has",
    ),
]


@pytest.mark.parametrize(("texts", "fault"), DEFECTS, ids=[fault for _, fault in DEFECTS])
def test_a_defect_is_named(texts: dict[str, str], fault: str) -> None:
    """Row and reason."""
    assert fault in judged(texts)


UNREADABLE = [
    (in_csv("prices.csv", "m7i.large", as_of=""), "price of m7i.large .* has no date"),
    (in_csv("prices.csv", "m7i.large", checked=""), "price of m7i.large .* has no date"),
    (in_json("accelerators.json", lambda t: t["l4"].pop("source")), "l4 is broken.*lacks source"),
    (in_json("accelerators.json", lambda t: t["l4"].pop("checked")), "l4 is broken.*lacks checked"),
    (in_json("mig.json", lambda t: t["A30"].pop("checked")), "A30 .* is broken.*lacks checked"),
]


@pytest.mark.parametrize(("texts", "why"), UNREADABLE, ids=[why for _, why in UNREADABLE])
def test_a_row_without_source_or_date_does_not_even_load(texts: dict[str, str], why: str) -> None:
    """The package would not start."""
    with pytest.raises(ValueError, match=why):
        judged(texts)


def test_the_converter_writes_nothing_where_a_row_is_faulty(data: Path, root: Path, tmp_path: Path) -> None:
    """A sparse figure in the outside table ends the build, by name."""
    facts, made = tmp_path / "facts", tmp_path / "made"
    made.mkdir()
    for folder in ("catalog", "models"):
        (facts / folder).mkdir(parents=True)
        for file in sorted((data / folder).iterdir()):
            (facts / folder / file.name).write_bytes(file.read_bytes())
    table = facts / "catalog" / "accelerators.csv"
    text = table.read_text(encoding="utf-8")
    assert text.count(",121,121,242,") == 1
    table.write_text(text.replace(",121,121,242,", ",242,242,242,"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, root / "tools" / "catalogue", facts, made], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "l4.peak.fp8" in done.stderr
    assert "sparse" in done.stderr
    assert not list(made.iterdir())
