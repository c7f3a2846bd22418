"""What a node's label calls a GPU, and the catalogue's name for it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tonnage.catalog.accelerators import Source
from tonnage.catalog.rows import sourced
from tonnage.files.plain import from_plain

FILE = "gpu-products.json"


@dataclass(frozen=True)
class Products:
    """Values of one label. Names that several products share are left out: nothing is guessed."""

    label: str
    products: Mapping[str, str]
    """Accelerator by value of the label."""
    source: Source


@cache
def load_products() -> Products:
    """The shipped names. Raises ValueError if the package's own file is broken."""
    tree = json.loads(files("tonnage.catalog").joinpath("data", FILE).read_text(encoding="utf-8"))
    found, problems = from_plain(Products, sourced(tree))
    if found is None:
        raise ValueError(f"{FILE} is broken: {problems}")
    return found
