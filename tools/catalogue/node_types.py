"""Rows of node-types.csv and prices.csv: types whose every field has an Apache-2.0 source.

AWS, GCP, Azure, and those of CoreWeave whose GPU their name tells. Oracle, Nebius and Lambda have none: their only
list found has no licence.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

Row = Mapping[str, str]

CLOUDS = ("aws", "azure", "coreweave", "gcp")
AWS_SHAPES = "aws/karpenter-provider-aws@1d927085:website/content/en/v1.14/reference/instance-types.md"
COREWEAVE = "kubernetes/autoscaler@01ff7b68:cluster-autoscaler/cloudprovider/coreweave/coreweave_instance_types.go"
BY_NAME = "the GPU is that of the type's name, in its form for nodes of 8; the number of RDMA interfaces was not found"
PRICES = {
    "aws": "aws/karpenter-provider-aws@1d927085:pkg/providers/pricing/zz_generated.pricing_aws.go",
    "gcp": "cloudpilot-ai/karpenter-provider-gcp@417f047b:pkg/providers/pricing/initial-prices.json",
    "azure": "Azure/karpenter-provider-azure@352646f5:pkg/providers/pricing/zz_generated.pricing.go",
}
ACCELERATORS = {
    ("aws", "t4", "16.0"): "t4",
    ("aws", "a10g", "22.4"): "a10g",
    ("aws", "l4", "22.4"): "l4",
    ("aws", "l40s", "44.7"): "l40s",
    ("aws", "rtx-pro-server-6000", "96.0"): "rtx-pro-6000-server",
    ("aws", "v100", "32.0"): "v100-sxm2-32",
    ("aws", "a100", "40.0"): "a100-40-sxm",
    ("aws", "a100", "80.0"): "a100-80-sxm",
    ("aws", "h100", "80.0"): "h100-sxm",
    ("aws", "h200", "141.0"): "h200-sxm",
    ("aws", "b200", "179.1"): "b200-sxm",
    ("aws", "b300", "268.6"): "b300-sxm",
    ("gcp", "A100", "40"): "a100-40-sxm",
    ("gcp", "L4", "24"): "l4",
    ("azure", "T4", "16"): "t4",
    ("azure", "A10", "24"): "a10",
    ("azure", "A100", "40"): "a100-40-sxm",
    ("azure", "A100", "80"): "a100-80-sxm",
    ("azure", "H100", "80"): "h100-sxm",
    ("azure", "H100 NVL", "94"): "h100-nvl",
    ("azure", "H200", "141"): "h200-sxm",
    ("azure", "MI300X", "192"): "mi300x",
    ("coreweave", "B200", "180"): "b200-sxm",
    ("coreweave", "H100", "80"): "h100-sxm",
    ("coreweave", "H200", "141"): "h200-sxm",
    ("coreweave", "L40", "48"): "l40",
    ("coreweave", "L40S", "48"): "l40s",
    ("coreweave", "RTX PRO 6000", "96"): "rtx-pro-6000-server",
}
"""By cloud, the source's name of the GPU and its label of memory."""
PCIE = {"Standard_NC24ads_A100_v4", "Standard_NC48ads_A100_v4", "Standard_NC96ads_A100_v4"}
WINDOWS = {"Standard_NCC40ads_H100_v5"}
ARM = ("m8g.", "g5g.")
BLOCKS = "EC2 User Guide, page Capacity Blocks for ML, read 2026-11-25"
BLOCKS_BY_FAMILY = "AWS PCS User Guide, page Capacity Blocks, P6 families, read 2026-11-25"
RESERVED = {
    "p4d.24xlarge": BLOCKS,
    "p5.48xlarge": BLOCKS,
    "p5e.48xlarge": BLOCKS,
    "p5en.48xlarge": BLOCKS,
    "p6-b200.48xlarge": BLOCKS_BY_FAMILY,
    "p6-b300.48xlarge": BLOCKS_BY_FAMILY,
}
"""Types that a source says can be reserved ahead. A listed price says the same of on demand and spot."""
HEAD = ("name", "cloud", "accelerator", "gpus", "cpu", "memory", "local_disk", "rdma", "max_pods", "arch",
        "allocatable_cpu", "allocatable_gib", "markets", "source", "licence", "checked", "note")  # fmt: skip
PRICE_HEAD = ("name", "market", "region", "usd_per_hour", "as_of", "source", "licence", "checked")
CHECKED, LICENCE = "2026-11-23", "Apache-2.0"
FIELDS = ("vcpu", "memory_gib", "gpu_count")


def build(data: Path) -> tuple[str, str]:
    """The texts of node-types.csv and prices.csv."""
    confirmed = _confirmed(data)
    kept: list[tuple[Row, str, str]] = []
    for row in _rows(data / "catalog" / "gpu-instances.csv"):
        found = _gpu_source(row, confirmed)
        if found:
            kept.append((row, *found))
    kept += [(row, row["source"], "") for row in _rows(data / "catalog" / "cpu-instances.csv")]
    kept.sort(key=lambda entry: (entry[0]["cloud"], entry[0]["instance_type"]))
    shapes = (_node_type(row, source, note, confirmed) for row, source, note in kept)
    prices = (price for row, _, _ in kept for price in _prices(row))
    return _csv(HEAD, shapes), _csv(PRICE_HEAD, prices)


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["cloud"] in CLOUDS]


def _confirmed(data: Path) -> dict[str, dict[str, Row]]:
    """By type and field: the first comparison with an Apache-2.0 source that agreed."""
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    with (data / "catalog" / "confirmed-gpu-types.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["agrees"] == "yes" and row["licence"] == LICENCE:
                found[row["instance_type"]].setdefault(row["field"], row)
    return found


def _gpu_source(row: Row, confirmed: Mapping[str, Mapping[str, Row]]) -> tuple[str, str] | None:
    """Source and note of a GPU type; None: a field of it has no source that may be shipped."""
    if _accelerator(row) is None:
        return None
    if row["cloud"] == "aws":
        return AWS_SHAPES, ""
    if row["cloud"] == "coreweave":
        return COREWEAVE, BY_NAME
    own = confirmed.get(row["instance_type"], {})
    series = row["instance_type"].rpartition("-")[0]
    twins = (c["gpu_model"] for t, c in sorted(confirmed.items()) if t.startswith(f"{series}-") and "gpu_model" in c)
    model = own.get("gpu_model") or (next(twins, None) if row["cloud"] == "gcp" else None)
    if model is None or any(field not in own for field in FIELDS):
        return None
    sources = dict.fromkeys([*(own[field]["source"] for field in FIELDS), model["source"]])
    how = [own["vcpu"]["how"]] if own["vcpu"]["how"] != "listed" else []
    how += ["the GPU is that of another size of the series"] if "gpu_model" not in own else []
    how += [model["how"]] if "not stated" in model["how"] else []
    return "; ".join(sources), "; ".join(how)


def _accelerator(row: Row) -> str | None:
    if row["instance_type"] in PCIE:
        return "a100-80-pcie"
    return ACCELERATORS.get((row["cloud"], row["gpu_model"], row["gpu_mem_gib_each"]))


def _node_type(row: Row, source: str, note: str, confirmed: Mapping[str, Mapping[str, Row]]) -> Iterable[str]:
    name, aws = row["instance_type"], row["cloud"] == "aws"
    own = confirmed.get(name, {})
    told = aws or row["cloud"] == "coreweave"
    disk = (f"{row['local_nvme_gb']}GB" if row["local_nvme_gb"] else "0B") if told else ""
    reserved = RESERVED.get(name)
    rdma = row["rdma_nics"] if aws or "rdma_nics" in own else ""
    if name in WINDOWS:
        note = "; ".join(filter(None, [note, "its listed price is probably that of Windows: left out"]))
    return (
        name,
        row["cloud"],
        _accelerator(row) or "",
        row["gpu_count"] or "0",
        row["vcpu"],
        _memory(row["memory_gib"]),
        disk,
        rdma,
        row["max_pods"],
        "arm64" if name.startswith(ARM) else "amd64",
        row["alloc_cpu"],
        row["alloc_mem_gib"],
        "reserved" if reserved else "",
        f"{source}; markets: {reserved}" if reserved else source,
        f"{LICENCE}; markets: facts of a public page" if reserved else LICENCE,
        CHECKED,
        note,
    )


def _memory(gib: str) -> str:
    """As the source has it; rounded figures of nodes become whole MiB, never more than they have."""
    whole = float(gib) * 2**30 == int(float(gib) * 2**30)
    return f"{gib}GiB" if whole else f"{int(float(gib) * 1024)}MiB"


def _prices(row: Row) -> Iterator[Iterable[str]]:
    """On-demand and spot, where the list may be shipped; AWS spot is of an unlicensed list."""
    name, cloud = row["instance_type"], row["cloud"]
    spot = row["spot_usd_h"] if cloud != "aws" else ""
    if not row["price_date"] or name in WINDOWS:
        return
    for market, price in (("onDemand", row["od_usd_h"]), ("spot", spot)):
        if price:
            yield name, market, row["region"], price, row["price_date"], PRICES[cloud], LICENCE, CHECKED


def _csv(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()
