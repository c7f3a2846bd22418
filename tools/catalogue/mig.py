"""Rows of mig.json: MIG profiles of `catalog/mig.csv`, gathered by GPU variant."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Row = Mapping[str, str]
FOUR_SLICES = {"A30", "RTX-PRO-6000"}
"""Variants of 4 compute and 4 memory slices; all others have 7 and 8."""
MEDIA = {"no": "plain", "yes": "extended", "none": "none"}
LOW_TRUST = {"H200-141", "B300-269"}


def build(data: Path) -> str:
    """The text of mig.json."""
    with (data / "catalog" / "mig.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    variants = dict.fromkeys(row["gpu"] for row in rows)
    tree = {name: variant_of(name, [r for r in rows if r["gpu"] == name]) for name in sorted(variants)}
    return json.dumps(tree, indent=1, ensure_ascii=False) + "\n"


def variant_of(name: str, rows: list[Row]) -> dict[str, Any]:
    """One variant with its profiles, in the order of the source."""
    note = "; ".join(_notes(name, rows))
    return {
        "accelerators": rows[0]["accelerators"].split(),
        "computeSlices": 4 if name in FOUR_SLICES else 7,
        "memorySlices": 4 if name in FOUR_SLICES else 8,
        "profiles": [_profile(row) for row in rows],
        "source": "; ".join(_sources(rows)),
        "checked": rows[0]["date"],
        "licence": rows[0]["licence"],
        **({"note": note} if note else {}),
    }


def _profile(row: Row) -> dict[str, Any]:
    media, gib = MEDIA[row["media_extensions"]], row["memory_gib_reported"]
    places = [dict(zip(("start", "size"), map(int, at.split(":")), strict=True)) for at in row["placements"].split()]
    return {
        "name": row["profile"],
        "computeSlices": int(row["compute_slices"]),
        "memorySlices": int(row["memory_slices"]) if row["memory_slices"] else None,
        "memory": f"{int(float(gib) * 1024)}MiB" if gib else None,
        "maxInstances": int(row["max_instances"]),
        "placements": places,
        "resource": row["resource_name"],
        **({} if media == "plain" else {"media": media}),
    }


def _sources(rows: list[Row]) -> list[str]:
    named = {"profiles": "profile_source", "memory": "memory_source", "placements": "placement_source"}
    found = []
    for what, column in named.items():
        titles = "; ".join(dict.fromkeys(row[column] for row in rows if row[column]))
        found += [f"{what}: {titles}"] if titles else []
    return found


def _notes(name: str, rows: list[Row]) -> list[str]:
    unknown = {
        "memory of instances": "memory_gib_reported",
        "memory slices": "memory_slices",
        "placements": "placements",
    }
    lacking = [what for what, column in unknown.items() if not any(row[column] for row in rows)]
    notes = [f"not found: {', '.join(lacking)}"] if lacking else []
    return notes + (["memory is that of test fixtures: low trust"] if name in LOW_TRUST else [])
