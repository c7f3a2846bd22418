"""Rebuilds the generated data files of the catalogue from the outside facts.

Run `python tools/catalogue DATA TARGET`: DATA is the folder of outside facts (TONNAGE_DATA of the tests), TARGET
the folder to write to, such as components/tonnage/catalog/data. The same facts give the same bytes. What is left
out, and why, stands in each module; daemon-sets.json, releases.json and reserves.json are written by hand.
Nothing is written, and every fault is named, where a row could not be trusted: no source, no date, a sparse peak.
"""

import sys
from pathlib import Path

import accelerators
import mig
import models
import node_types

from tonnage.catalog.audit import faults
from tonnage.catalog.mig import mig_variants
from tonnage.catalog.shipped import catalog_of, shipped_texts


def texts(data: Path) -> dict[str, str]:
    """Every generated file by name."""
    types, prices = node_types.build(data)
    return {
        "accelerators.json": accelerators.build(data),
        "mig.json": mig.build(data),
        "models.json": models.build(data),
        "node-types.csv": types,
        "prices.csv": prices,
    }


if __name__ == "__main__":
    facts, target = (Path(argument) for argument in sys.argv[1:])
    made = texts(facts)
    found = faults(catalog_of(shipped_texts() | made), mig_variants(made["mig.json"]))
    if found:
        sys.exit("\n".join(found))
    for name, text in made.items():
        (target / name).write_text(text, encoding="utf-8", newline="\n")
