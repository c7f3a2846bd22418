"""Whatever is in the folder: findings with places, never an exception, never a long wait."""

import random
import time
from pathlib import Path

import pytest

from spec.folders import FILES
from spec.mutations import folder
from tonnage.catalog.load import load_catalog
from tonnage.check import check
from tonnage.findings import errors
from tonnage.spec.load import load_specs, load_what_can_be

INPUTS = 2000
SLOWEST = 2.0  # seconds


@pytest.mark.parametrize("part", range(10))
def test_mutated_specs_give_findings_and_nothing_else(part: int, tmp_path: Path) -> None:
    """Two hundred folders each: no exception, none over two seconds, a place for every finding of a file."""
    catalog, _ = load_catalog()
    assert catalog is not None
    chance = random.Random(part)  # noqa: S311 the same inputs in every run
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
    refused = 0
    for _ in range(INPUTS // 10):
        for name, data in folder(chance).items():
            (tmp_path / name).write_bytes(data)
        began = time.perf_counter()
        specs, findings = load_what_can_be(tmp_path)
        later = check(specs, catalog)
        assert time.perf_counter() - began < SLOWEST
        assert all(f.position is not None and f.what and f.fix for f in (*findings, *later))
        assert all("\n" not in str(f) and str(f).isprintable() for f in (*findings, *later))
        assert len({(f.position, f.where, f.what) for f in findings}) == len(findings)
        refused += bool(errors(findings))
    assert refused > INPUTS // 20  # the mutations are no harmless ones


def test_huge_files_are_refused_quickly(tmp_path: Path) -> None:
    """Deep, wide and long ones, each a finding."""
    for name in ("clusters", "teams"):
        (tmp_path / name).mkdir()
    huge = {
        "deep": "[" * 1_000_000,
        "keys": "".join(f"k{i}: 1\n" for i in range(90_000)),
        "same": "a: b\n" * 200_000,
        "wide": "serving: [" + "{}," * 200_000 + "]",
        "workloads": "kind: Team\nname: workloads\nserving:\n" + "  - {name: a}\n" * 12_000,
        "long": "a: " + "b" * 1_000_000,
        "larger": "#" * 1_100_000,
    }
    for name, text in huge.items():
        (tmp_path / "teams" / f"{name}.yaml").write_text(text)
    began = time.perf_counter()
    specs, findings = load_specs(tmp_path)
    assert specs is None
    assert time.perf_counter() - began < SLOWEST * len(huge)
    assert len(findings) <= 102 * len(huge)
    assert {f.position.file.partition("/")[2].partition(".")[0] for f in findings if f.position} == set(huge)
