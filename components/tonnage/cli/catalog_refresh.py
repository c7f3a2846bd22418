"""`tonnage catalog refresh`: list prices of known types, as rows of a catalogue file. Planning never comes here."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tonnage.catalog.catalog import Catalog
from tonnage.cli.catalog import catalog_of
from tonnage.cli.catalog_file import Rows, into_file, price_rows
from tonnage.cli.console import progress
from tonnage.cli.price_lists import aws, azure, gcp
from tonnage.cli.price_lists.fetched import PriceList, Wanted, facts
from tonnage.cli.price_lists.http import PriceListError, Server
from tonnage.cli.screen import FINE, note, result, tell
from tonnage.cli.usage import UsageError
from tonnage.files.yaml import write_yaml
from tonnage.findings import Finding
from tonnage.report.json import document

LISTS: Mapping[str, Callable[[Wanted], PriceList]] = {"aws": aws.fetch, "azure": azure.fetch, "gcp": gcp.fetch}
KEY = "GOOGLE_API_KEY"
_REGION = re.compile(r"[A-Za-z0-9-]{1,63}")


@dataclass(frozen=True)
class Asked:
    """What is wanted of which list."""

    cloud: str
    region: str
    base_url: str | None
    timeout: float
    out: Path | None


def run(specs: Path | None, asked: Asked, *, as_json: bool) -> int:
    """Fetch, and print or write the rows. The exit code."""
    if not _REGION.fullmatch(asked.region):
        raise UsageError(f"{asked.region!r} is no region", "write it like us-east-1")
    catalog, findings = catalog_of(specs)
    if catalog is None:
        return tell(findings)
    try:
        with progress(f"asking for prices of {asked.cloud} in {asked.region}"):
            made = LISTS[asked.cloud](_wanted(catalog, asked))
    except PriceListError as bad:
        return tell([Finding(f"price list of {asked.cloud}", bad.what, bad.fix, code="TN404")])
    for text in made.notes:
        note(f"tonnage: {text}")
    title = facts()[asked.cloud]["title"]
    rows = price_rows(made, asked.region, title)
    if asked.out is not None:
        return _written(asked.out, rows, title)
    result(_json(rows) if as_json else write_yaml({"kind": "Catalog", "prices": rows}, _head(asked)))
    return FINE


def _wanted(catalog: Catalog, asked: Asked) -> Wanted:
    entry = facts()[asked.cloud]
    headers = {"User-Agent": "tonnage"}
    if asked.cloud == "gcp":
        key = os.environ.get(KEY, "")
        if not key:
            raise UsageError(f"{KEY} is not set", "Google's price list wants an API key: set it in the environment")
        headers["X-Goog-Api-Key"] = key
    base = (asked.base_url or entry["base"]).rstrip("/")
    types = {n: t for n, t in catalog.node_types.items() if t.cloud == asked.cloud}
    return Wanted(Server(base, asked.timeout, headers), asked.region, types, entry)


def _written(out: Path, rows: Rows, title: str) -> int:
    findings, kept, count = into_file(out, rows, title)
    for text in kept:
        note(f"tonnage: {text}")
    if not findings:
        note(f"tonnage: {count} prices in {out}")
    return tell(findings)


def _head(asked: Asked) -> str:
    return f"List prices of {asked.cloud} in {asked.region}, fetched by tonnage catalog refresh."


def _json(rows: Rows) -> str:
    return document("Catalog", prices=[{**row, "asOf": str(row["asOf"])} for row in rows])
