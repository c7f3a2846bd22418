"""Consumption prices of Azure's virtual machines, page by page; on demand and spot, Linux."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tonnage.cli.price_lists.fetched import Fetched, PriceList, Wanted, dollars, listed
from tonnage.cli.price_lists.http import PriceListError
from tonnage.units import MoneyRate

_MOST_PAGES = 2_000
_LEAST, _MOST = Decimal(0), Decimal(1_000_000)


def fetch(wanted: Wanted) -> PriceList:
    """The prices of a region. Raises PriceListError."""
    server, found = wanted.server, list[Fetched]()
    url: str | None = f"{server.base}{wanted.facts['path'].replace('{region}', wanted.region)}"
    day: date | None = None
    for _ in range(_MOST_PAGES):
        if url is None:
            return listed(found, day, wanted)
        page, day = server.pages(url)
        if not isinstance(page, Mapping) or not isinstance(page.get("Items"), list):
            raise PriceListError(f"{server.host} does not answer with prices", "name the right --base-url")
        found += _prices(page["Items"], wanted)
        url = page.get("NextPageLink") or None
        if url is not None and not (isinstance(url, str) and server.same_host(url)):
            raise PriceListError(f"{server.host} sends on to another host", "nothing was asked of it")
    raise PriceListError(f"{server.host} never ends its list", "try again later")


def _prices(items: list[Any], wanted: Wanted) -> Iterator[Fetched]:
    for item in items:
        if not isinstance(item, Mapping) or item.get("armSkuName") not in wanted.types:
            continue
        product, sku = str(item.get("productName")), str(item.get("skuName"))
        if any(word in product for word in wanted.facts["not"]) or "Low Priority" in sku:
            continue
        if any(item.get(key) != value for key, value in wanted.facts["keep"].items()):
            continue
        dollars(item.get("currencyCode"), wanted.server.host)
        price = item.get("retailPrice")
        if not isinstance(price, int | Decimal) or isinstance(price, bool) or not _LEAST <= price <= _MOST:
            what = f"{wanted.server.host} gives {str(price)[:20]!r} for a price"
            raise PriceListError(what, "its form has changed: please report it")
        market = "spot" if sku.endswith("Spot") else "onDemand"
        yield Fetched(str(item["armSkuName"]), market, MoneyRate(Fraction(price)))
