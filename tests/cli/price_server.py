"""A loopback server that answers as the clouds' price lists do. The answers are authored for these tests."""

import csv
import io
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True)
class Answer:
    """What the server says to one request."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0
    """Seconds of silence first."""
    promised: int | None = None
    """A length that is announced instead of the true one."""


@dataclass
class Prices:
    """The running server: answers in order, and what was asked."""

    url: str
    answers: list[Answer]
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    """Path with query, decoded, and headers."""

    def query(self, number: int) -> dict[str, list[str]]:
        """The query of a request."""
        return parse_qs(urlsplit(self.asked[number][0]).query)


@contextmanager
def serving(*answers: Answer) -> Iterator[Prices]:
    """A server that gives these answers, one after the other."""
    state = Prices("", list(answers))

    class Handler(BaseHTTPRequestHandler):
        """One request."""

        def do_GET(self) -> None:
            state.asked.append((unquote(self.path), dict(self.headers)))
            answer = state.answers.pop(0) if state.answers else Answer(status=500)
            time.sleep(answer.wait)
            self.send_response(answer.status)
            for key, value in answer.headers.items():
                self.send_header(key, value.replace("{url}", state.url))
            body = answer.body.replace(b"{url}", state.url.encode())
            self.send_header("Content-Length", str(answer.promised or len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Tests have nothing to read there."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def as_json(tree: object, **more: Any) -> Answer:
    """An answer of JSON."""
    return Answer(json.dumps(tree).encode(), **more)


AWS_COLUMNS = (
    "SKU",
    "TermType",
    "Unit",
    "PricePerUnit",
    "Currency",
    "Instance Type",
    "Tenancy",
    "Operating System",
    "CapacityStatus",
    "MarketOption",
    "Pre Installed S/W",
)
AWS_ROW = {
    "SKU": "X",
    "TermType": "OnDemand",
    "Unit": "Hrs",
    "PricePerUnit": "55.0400000000",
    "Currency": "USD",
    "Instance Type": "p5.48xlarge",
    "Tenancy": "Shared",
    "Operating System": "Linux",
    "CapacityStatus": "Used",
    "MarketOption": "OnDemand",
    "Pre Installed S/W": "NA",
}


def aws(*rows: Mapping[str, str], published: str = "2026-11-20T19:23:39Z", without: str = "") -> Answer:
    """An offer file: a preface of five lines, columns, rows. `without`: a column that it lacks."""
    columns = [c for c in AWS_COLUMNS if c != without]
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(["FormatVersion", "v1.0"])
    writer.writerow(["Disclaimer", "Authored for a test, not a price list"])
    writer.writerow(["Publication Date", published])
    writer.writerow(["Version", "20261120192339"])
    writer.writerow(["OfferCode", "AmazonEC2"])
    writer.writerow(columns)
    writer.writerows([{**AWS_ROW, **row}[c] for c in columns] for row in rows)
    return Answer(text.getvalue().encode())


AZURE_ITEM = {
    "currencyCode": "USD",
    "retailPrice": 98.32,
    "armRegionName": "eastus",
    "productName": "Virtual Machines NDsr H100 v5 Series",
    "skuName": "Standard_ND96isr_H100_v5",
    "serviceName": "Virtual Machines",
    "unitOfMeasure": "1 Hour",
    "type": "Consumption",
    "armSkuName": "Standard_ND96isr_H100_v5",
}
DAY = {"Date": "Tue, 24 Nov 2026 10:00:00 GMT"}


def azure(*items: Mapping[str, object], more: str | None = None) -> Answer:
    """One page of retail prices; `more`: where the next one is."""
    page = {"BillingCurrency": "USD", "Items": [AZURE_ITEM | dict(i) for i in items], "NextPageLink": more}
    return as_json(page)


def sku(description: str, dollars: float, region: str = "us-central1", **other: Any) -> dict[str, Any]:
    """One SKU of the billing catalogue."""
    units, nanos = divmod(round(dollars * 10**9), 10**9)
    price = {"currencyCode": other.get("currency", "USD"), "units": str(units), "nanos": nanos}
    rates = [{"startUsageAmount": 0, "unitPrice": price}] * other.get("steps", 1)
    unit = other.get("unit", "GiBy.h" if " Ram " in description else "h")
    return {
        "description": description,
        "category": {"usageType": "Preemptible" if "Preemptible" in description else "OnDemand"},
        "serviceRegions": [region],
        "pricingInfo": [{"pricingExpression": {"usageUnit": unit, "tieredRates": rates}}],
    }


def gcp(*skus: Mapping[str, Any], more: str = "") -> Answer:
    """One page of SKUs."""
    return as_json({"skus": list(skus), "nextPageToken": more})
