"""Prices of a user's own file: per type, market and region, each with its date."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, TypeAlias

from tonnage.catalog.node_types import Price
from tonnage.catalog.rows import closest, keys_of, mended, read_row
from tonnage.files.plain import Path

MARKETS = ("onDemand", "spot")
Read: TypeAlias = tuple[str, Price | None, Path, tuple[str, str]]
"""Type and price; or no price, the path in the list, and what is wrong with its fix."""


def read_prices(tree: Any, node_types: Collection[str]) -> Iterator[Read]:
    """Every price of the list, and every problem of it. The day it was read is its date, unless stated."""
    if not isinstance(tree, list):
        yield "", None, (), ("is not a list", "begin each price with a dash")
        return
    seen: set[tuple[str, str, str]] = set()
    for index, row in enumerate(tree):
        if not isinstance(row, Mapping):
            yield "", None, (index,), ("is not a price", "state instanceType, market, region, rate, asOf and source")
            continue
        yield from ((name, price, (index, *path), why) for name, price, path, why in _price(row, node_types, seen))


def _price(row: Mapping[str, Any], node_types: Collection[str], seen: set[tuple[str, str, str]]) -> Iterator[Read]:
    known = ("instanceType", *keys_of(Price))
    problems: list[tuple[Path, tuple[str, str]]] = [
        ((key,), (f"{key!r} is no key of a price", closest(str(key), known))) for key in row if key not in known
    ]
    given = {key: value for key, value in row.items() if key in known}
    name = given.pop("instanceType", None)
    dates = {"checked": given["asOf"]} if "asOf" in given else {}
    price, wrong = read_row(Price, dates | given)
    problems += [(path, mended(what)) for path, what in wrong if what != "lacks checked"]
    if not isinstance(name, str) or name not in node_types:
        what = "lacks instanceType" if name is None else f"unknown instance type {name!r}"
        problems.append((("instanceType",), (what, closest(str(name), node_types))))
    if price is not None:
        problems += _doubts(price)
        key = (str(name), price.market, price.region)
        if key in seen:
            problems.append(((), (f"a second price of {' '.join(key)}", "keep one of them")))
        seen.add(key)
    if problems:
        yield from ((str(name), None, path, why) for path, why in problems)
    else:
        yield str(name), price, (), ("", "")


def _doubts(price: Price) -> Iterator[tuple[Path, tuple[str, str]]]:
    if price.market not in MARKETS:
        yield ("market",), (f"{price.market!r} is no market with a list price", f"use {' or '.join(MARKETS)}")
    if not price.rate:
        yield ("rate",), ("is 0", "leave the price out if it is unknown")
