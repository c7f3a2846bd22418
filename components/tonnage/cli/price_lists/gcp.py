"""Prices of Google Cloud's machine types, put together from parts: cores, memory and GPUs have a price each."""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any
from urllib.parse import quote

from tonnage.catalog.node_types import NodeType
from tonnage.cli.price_lists.fetched import Fetched, PriceList, Wanted, dollars, listed
from tonnage.cli.price_lists.http import PriceListError
from tonnage.units import MoneyRate

_MOST_PAGES = 200
_UNITS = {"h", "GiBy.h"}
_MARKETS = {"OnDemand": "onDemand", "Preemptible": "spot"}
_BILLION = 10**9


def fetch(wanted: Wanted) -> PriceList:
    """The prices of a region. Raises PriceListError."""
    server = wanted.server
    parts: dict[tuple[str, str], Fraction] = {}
    clash: set[tuple[str, str]] = set()
    token, day = "", None
    for _ in range(_MOST_PAGES):
        more = f"&pageToken={quote(token, safe='')}" if token else ""
        page, day = server.pages(f"{server.base}{wanted.facts['path']}{more}")
        if not isinstance(page, Mapping) or not isinstance(page.get("skus"), list):
            raise PriceListError(f"{server.host} does not answer with SKUs", "name the right --base-url")
        for part, rate in _parts(page["skus"], wanted):
            if parts.setdefault(part, rate) != rate:
                clash.add(part)
        token = page.get("nextPageToken") or ""
        if not isinstance(token, str):
            raise PriceListError(f"{server.host} does not say how its list goes on", "try again later")
        if not token:
            return _list(wanted, {p: r for p, r in parts.items() if p not in clash}, day)
    raise PriceListError(f"{server.host} never ends its list", "try again later")


def _list(wanted: Wanted, parts: Mapping[tuple[str, str], Fraction], day: date | None) -> PriceList:
    return listed((f for node in wanted.types.values() for f in _prices(node, parts, wanted)), day, wanted)


def _parts(skus: list[Any], wanted: Wanted) -> Iterator[tuple[tuple[str, str], Fraction]]:
    """Rate per hour of each part that is sought, by market and name."""
    sought = {*_families(wanted), *wanted.facts["gpus"].values()}
    for sku in skus:
        if not isinstance(sku, Mapping) or wanted.region not in (sku.get("serviceRegions") or []):
            continue
        category = sku.get("category")
        usage = category.get("usageType") if isinstance(category, Mapping) else None
        market = _MARKETS.get(str(usage))
        part = _part(str(sku.get("description")))
        if market is not None and part in sought:
            yield (market, part), _rate(sku, wanted)


def _families(wanted: Wanted) -> Iterator[str]:
    for family in wanted.facts["families"].values():
        yield from (f"{family} Core", f"{family} Ram")


def _part(description: str) -> str:
    """Spot Preemptible A2 Instance Core running in Americas: A2 Instance Core."""
    named = description.partition(" running in ")[0].removeprefix("Spot Preemptible ")
    return named.removesuffix(" attached to Spot Preemptible VMs")


def _rate(sku: Mapping[str, Any], wanted: Wanted) -> Fraction:
    host = wanted.server.host
    try:
        expression = sku["pricingInfo"][0]["pricingExpression"]
        tiers, unit = expression["tieredRates"], expression["usageUnit"]
        price = tiers[-1]["unitPrice"]
        amount = int(price.get("units", 0)) + Fraction(int(price.get("nanos", 0)), _BILLION)
        currency = price["currencyCode"]
    except (KeyError, IndexError, TypeError, ValueError):
        what = f"{host} gives no price of {str(sku.get('description'))[:60]!r} that can be read"
        raise PriceListError(what, "its form has changed: please report it") from None
    dollars(currency, host)
    if unit not in _UNITS or len(tiers) != 1:
        what = f"{host} prices {str(sku.get('description'))[:60]!r} per {str(unit)[:20]}, in {len(tiers)} steps"
        raise PriceListError(what, "its form has changed: please report it")
    return amount


def _prices(node: NodeType, parts: Mapping[tuple[str, str], Fraction], wanted: Wanted) -> Iterator[Fetched]:
    """What a type costs in each market of which every part is known."""
    family = next((f for start, f in wanted.facts["families"].items() if node.name.startswith(start)), None)
    if family is None:
        return
    amounts: dict[str, Fraction] = {f"{family} Core": node.cpu.amount, f"{family} Ram": Fraction(node.memory.in_gib)}
    if node.accelerator is not None:
        amounts[wanted.facts["gpus"].get(node.accelerator, node.accelerator)] = Fraction(node.gpus)
    for market in _MARKETS.values():
        if all((market, part) in parts for part in amounts):
            whole = sum((parts[market, part] * amount for part, amount in amounts.items()), Fraction(0))
            yield Fetched(node.name, market, MoneyRate(whole))
