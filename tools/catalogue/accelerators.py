"""Rows of accelerators.json, made of `catalog/accelerators.csv`; memory only where a driver has reported it."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PEAKS = {"bf16": "bf16_tflops", "fp16": "fp16_tflops", "fp8": "fp8_tflops", "int8": "int8_tops", "fp4": "fp4_tflops"}
FITTED = "the coefficients of the capacity model were fitted with this figure"
SETTLED: Mapping[str, tuple[Mapping[str, str], str]] = {
    "h100-sxm": ({"bf16_tflops": "989", "fp16_tflops": "989"}, f"bf16 989 or 989.5 TFLOP/s: 989 taken, {FITTED}"),
    "h200-sxm": ({"bf16_tflops": "989", "fp16_tflops": "989"}, f"bf16 989 or 989.5 TFLOP/s: 989 taken, {FITTED}"),
    "b200-sxm": ({"mem_bw_gbs": "8000"}, f"bandwidth 7.7 (HGX sheet) or 8.0 TB/s (DGX sheet): 8.0 taken, {FITTED}"),
}
"""Conflicts of sources, and why the row takes one of them."""
BINARY = {"trainium1", "trainium2", "inferentia2", "tpu-v5p", "tpu7x"}
"""Whose source means GiB by the label; the others print GB."""
DIES = {"mi250x": 2}
"""Modules that Kubernetes sees as several devices. A row says one device, so figures of the module are divided."""
PER_MODULE = ("memory_gb_nominal", "mem_bw_gbs", "fp64_tflops", *PEAKS.values())
DIVIDED = "figures are those of one of {} dies, as Kubernetes counts devices; the link of one die was not found"
LABEL_ONLY = "no driver's figure of the memory was found: nothing is sized on it until a row states memory"


def build(data: Path) -> str:
    """The text of accelerators.json."""
    with (data / "catalog" / "accelerators.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    tree = {row["name"]: row_of(row) for row in sorted(rows, key=lambda row: row["name"])}
    return json.dumps(tree, indent=2, ensure_ascii=False) + "\n"


def row_of(row: Mapping[str, str]) -> dict[str, Any]:
    """One catalogue row."""
    changed, settled = SETTLED.get(row["name"], ({}, ""))
    r = _one_device(dict(row) | dict(changed))
    dies, reported = DIES.get(r["name"]), r["memory_mib_reported"]
    own = (settled, DIVIDED.format(dies) if dies else "", "" if reported else LABEL_ONLY)
    notes = [n for n in (*own, r["notes"], _others(r, settled)) if n and not n.startswith("the fit of the capacity")]
    return {
        "vendor": r["vendor"].lower(),
        "memory": f"{reported}MiB" if reported else None,
        "nominalMemory": f"{r['memory_gb_nominal']}{'GiB' if r['name'] in BINARY else 'GB'}",
        "bandwidth": f"{r['mem_bw_gbs']}GB/s" if r["mem_bw_gbs"] else None,
        "peak": {ours: f"{r[theirs]}TFLOP/s" for ours, theirs in PEAKS.items() if r[theirs]},
        "link": f"{r['link_gbs_one_way']}GB/s" if r["link_gbs_one_way"] else None,
        "resource": r["k8s_resource"],
        "source": "; ".join(_sources(r)),
        "checked": r["date"],
        "licence": r["licence"],
        **({"note": "; ".join(notes)} if notes else {}),
    }


def _one_device(r: dict[str, str]) -> dict[str, str]:
    """The row with figures of one device where the source gives those of a module of several."""
    dies = DIES.get(r["name"])
    if dies is None:
        return r
    return r | {column: f"{float(r[column]) / dies:g}" for column in PER_MODULE if r[column]} | {"link_gbs_one_way": ""}


def _others(r: Mapping[str, str], settled: str) -> str:
    return f"others say: {r['other_values']}" if r["other_values"] and not settled.startswith("bandwidth") else ""


def _sources(r: Mapping[str, str]) -> list[str]:
    named = {"peaks": "peak_source", "memory": "memory_source", "link": "link_source"}
    return [f"{what}: {r[column]}" for what, column in named.items() if r[column]]
