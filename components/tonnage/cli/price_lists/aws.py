"""On-demand Linux prices of EC2, from the public offer file of a region: CSV, read line by line for it is large."""

import csv
import re
from collections.abc import Iterator
from datetime import date

from tonnage.cli.price_lists.fetched import Fetched, PriceList, Wanted, dollars, listed
from tonnage.cli.price_lists.http import PriceListError
from tonnage.units import MoneyRate, UnitError

_HEAD = "SKU"
_PREFACE = 20
_PUBLISHED = "Publication Date"
_NEEDED = ("Instance Type", "PricePerUnit", "Currency")
_OPTIONAL = {"MarketOption"}


def fetch(wanted: Wanted) -> PriceList:
    """The prices of a region. Raises PriceListError."""
    path = wanted.facts["path"].replace("{region}", wanted.region)
    rows = csv.reader(wanted.server.lines(f"{wanted.server.base}{path}"))
    try:
        published, head = _preface(rows, wanted)
        return listed(_prices(rows, head, wanted), published, wanted)
    except csv.Error:
        raise PriceListError(f"{wanted.server.host} does not answer with CSV", "try again later") from None


def _preface(rows: Iterator[list[str]], wanted: Wanted) -> tuple[date | None, list[str]]:
    """The day of publication, and the columns, which follow it."""
    published = None
    for _, row in zip(range(_PREFACE), rows, strict=False):
        if row[:1] == [_PUBLISHED] and len(row) > 1:
            published = _day(row[1])
        if row[:1] == [_HEAD]:
            lacking = sorted({*wanted.facts["keep"], *_NEEDED} - _OPTIONAL - set(row))
            if lacking:
                what = f"the list of {wanted.server.host} lacks the column {lacking[0]}"
                raise PriceListError(what, "its form has changed: please report it")
            return published, row
    raise PriceListError(f"{wanted.server.host} does not answer with a price list", "check the region's name")


def _prices(rows: Iterator[list[str]], head: list[str], wanted: Wanted) -> Iterator[Fetched]:
    at = {name: index for index, name in enumerate(head)}
    keep = {at[column]: value for column, value in wanted.facts["keep"].items() if column in at}
    for row in rows:
        if len(row) < len(head) or row[at["Instance Type"]] not in wanted.types:
            continue
        if all(row[index] == value for index, value in keep.items()):
            dollars(row[at["Currency"]], wanted.server.host)
            yield Fetched(row[at["Instance Type"]], "onDemand", _rate(row[at["PricePerUnit"]], wanted))


def _rate(text: str, wanted: Wanted) -> MoneyRate:
    try:
        return MoneyRate.parse(f"{text} USD/h")
    except UnitError:
        what = f"{wanted.server.host} gives {text[:20]!r} for a price"
        raise PriceListError(what, "its form has changed: please report it") from None


def _day(text: str) -> date | None:
    found = re.match(r"\d{4}-\d{2}-\d{2}", text)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None
