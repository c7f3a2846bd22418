"""What a price list gave: prices of known types, and in words what it did not."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from tonnage.catalog.node_types import NodeType
from tonnage.cli.price_lists.http import PriceListError, Server
from tonnage.units import MoneyRate


@dataclass(frozen=True)
class Wanted:
    """What is asked of a list."""

    server: Server
    region: str
    types: Mapping[str, NodeType]
    """Types of the cloud, by name."""
    facts: Mapping[str, Any]
    """The cloud's entry of the data file."""


@dataclass(frozen=True, order=True)
class Fetched:
    """One price of a list."""

    instance_type: str
    market: str
    rate: MoneyRate


@dataclass(frozen=True)
class PriceList:
    """Prices in order, the day of the list, and notes for people."""

    prices: tuple[Fetched, ...]
    as_of: date
    notes: tuple[str, ...] = ()


@cache
def facts() -> Mapping[str, Any]:
    """Addresses and columns of the lists, by cloud: data with source and date."""
    tree: Mapping[str, Any] = json.loads(
        files("tonnage.cli").joinpath("data", "price-lists.json").read_text(encoding="utf-8")
    )
    return tree


def listed(found: Iterable[Fetched], as_of: date | None, wanted: Wanted) -> PriceList:
    """The list without prices that contradict each other or are 0. Raises PriceListError where nothing is left."""
    kept = sorted(set(found))
    rates: dict[tuple[str, str], set[MoneyRate]] = {}
    for price in kept:
        rates.setdefault((price.instance_type, price.market), set()).add(price.rate)
    doubtful = {key: len(each) for key, each in rates.items() if len(each) > 1}
    notes = [f"{name} {market}: {count} prices, none taken" for (name, market), count in sorted(doubtful.items())]
    free = sorted((p.instance_type, p.market) for p in kept if not p.rate)
    notes += [f"{name} {market}: a price of 0, not taken" for name, market in free]
    good = tuple(p for p in kept if p.rate and (p.instance_type, p.market) not in doubtful)
    if not good:
        what = f"the list of {wanted.server.host} holds no price of a known type in {wanted.region}"
        raise PriceListError(what, "check the region's name")
    if as_of is None:
        raise PriceListError(f"{wanted.server.host} does not say of which day its prices are", "try again later")
    absent = sorted(set(wanted.types) - {p.instance_type for p in good})
    notes += [f"not in the list: {', '.join(absent)}"] if absent else []
    return PriceList(good, as_of, tuple(notes))


def dollars(currency: object, host: str) -> None:
    """Raises PriceListError for any other currency: there is no exchange rate here."""
    if currency != "USD":
        raise PriceListError(f"{host} answers in {str(currency)[:10]!r}, not in USD", "ask for a list in USD")
