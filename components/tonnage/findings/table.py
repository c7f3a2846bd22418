"""The table of kinds of findings: what a code such as TN123 means, and how to mend what it names.

Codes are stable: a kind that is no longer found keeps its number for ever, and no number is used again.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

TABLES = ("files", "spec", "check", "capacity", "catalog", "engine", "components", "stacks")
"""Parts of the table, in the order of their codes."""


@dataclass(frozen=True)
class Example:
    """One way to make the mistake: what stands in a file, and what would be right there."""

    file: str
    wrong: str
    right: str
    """Empty where nothing should stand there; so is `wrong` where something is missing."""


@dataclass(frozen=True)
class Kind:
    """One kind of finding."""

    code: str
    table: str
    """One of `TABLES`."""
    title: str
    meaning: str
    """What it says of the file, and why it matters."""
    fix: str
    example: Example | None = None


@cache
def kinds() -> Mapping[str, Kind]:
    """All kinds by code, in the order of the codes."""
    found: dict[str, Kind] = {}
    for table in TABLES:
        rows = tomllib.loads(files(__package__).joinpath("codes", f"{table}.toml").read_text("utf-8"))
        for code, row in rows.items():
            found[code] = Kind(code, table, row["title"], row["meaning"], row["fix"], _example(row))
    return dict(sorted(found.items()))


def _example(row: Mapping[str, str]) -> Example | None:
    return Example(row["file"], row["wrong"], row["right"]) if "file" in row else None
