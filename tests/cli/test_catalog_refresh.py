"""`tonnage catalog refresh` against authored answers of the three price lists, served on loopback."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from cli.invoke import Tonnage, reference
from cli.price_server import Answer, Prices, as_json, aws, azure, gcp, serving, sku
from tonnage.catalog.load import load_catalog
from tonnage.units import MoneyRate


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    """An API key that must never be shown."""
    monkeypatch.setenv("GOOGLE_API_KEY", "CANARY-key")
    return "CANARY-key"


REGIONS = {"aws": "us-east-1", "azure": "eastus", "gcp": "us-central1"}


def refresh(tonnage: Tonnage, folder: Path, cloud: str, server: Prices, *more: str) -> Any:
    """The command, against that server."""
    args = ("catalog", "refresh", cloud, "--region", REGIONS[cloud], "--base-url", server.url, "--timeout", "2")
    return tonnage(folder, *args, *more)


def rates(text: str) -> dict[tuple[str, str], MoneyRate]:
    """Rates by type and market of a JSON answer."""
    tree = json.loads(text)
    assert tree["kind"] == "Catalog"
    return {(p["instanceType"], p["market"]): MoneyRate.parse(p["rate"]) for p in tree["prices"]}


def usd(amount: str) -> MoneyRate:
    """Dollars per hour."""
    return MoneyRate.parse(f"{amount} USD/h")


def test_aws_on_demand_linux_prices_alone_are_taken(tonnage: Tonnage, tmp_path: Path) -> None:
    """Of known types; Windows, dedicated hosts, capacity blocks, reservations and unknown types are passed over."""
    others = [
        {"Operating System": "Windows", "PricePerUnit": "60"},
        {"Tenancy": "Dedicated", "PricePerUnit": "61"},
        {"MarketOption": "CapacityBlock", "PricePerUnit": "0"},
        {"TermType": "Reserved", "PricePerUnit": "30"},
        {"CapacityStatus": "UnusedCapacityReservation"},
        {"Pre Installed S/W": "SQL Std", "PricePerUnit": "70"},
        {"Instance Type": "x99.huge", "PricePerUnit": "1"},
    ]
    with serving(aws({}, *others, {"Instance Type": "g6e.12xlarge", "PricePerUnit": "10.49264"})) as server:
        done = refresh(tonnage, tmp_path, "aws", server, "--format", "json")

    assert done.code == 0, done.err
    assert rates(done.out) == {("p5.48xlarge", "onDemand"): usd("55.04"), ("g6e.12xlarge", "onDemand"): usd("10.49264")}
    assert server.asked[0][0] == "/offers/v1.0/aws/AmazonEC2/current/us-east-1/index.csv"
    assert {p["asOf"] for p in json.loads(done.out)["prices"]} == {"2026-11-20"}
    assert "not in the list: " in done.err


def test_what_is_printed_is_a_catalogue_file(tonnage: Tonnage, tmp_path: Path) -> None:
    """Ready to be laid beside the specs; the result is alone on stdout."""
    with serving(aws({})) as server:
        done = refresh(tonnage, tmp_path, "aws", server)
    file = tmp_path / "catalog.yaml"
    file.write_text(done.out, encoding="utf-8")
    catalog, findings = load_catalog(file)

    assert not findings
    assert catalog is not None
    price = catalog.node_types["p5.48xlarge"].price("onDemand", "us-east-1")
    assert price is not None
    assert (str(price.as_of), price.source.title) == ("2026-11-20", "AWS price list, AmazonEC2 offer file")


def test_azure_pages_are_followed_to_the_end(tonnage: Tonnage, tmp_path: Path) -> None:
    """On demand and spot; Windows, low priority and other measures are passed over."""
    sold = "Standard_ND96isr_H100_v5"
    pages = [
        azure(
            {}, {"productName": "NDsr Series Windows", "retailPrice": 102.7}, more="{url}/api/retail/prices?$skip=1000"
        ),
        azure(
            {"skuName": f"{sold} Spot", "retailPrice": 31.5},
            {"skuName": f"{sold} Low Priority", "retailPrice": 20},
            {"unitOfMeasure": "1/Month", "retailPrice": 7},
            {"armSkuName": "Standard_Unknown", "retailPrice": 1},
        ),
    ]
    with serving(*pages) as server:
        done = refresh(tonnage, tmp_path, "azure", server, "--format", "json")

    assert done.code == 0, done.err
    assert rates(done.out) == {(sold, "onDemand"): usd("98.32"), (sold, "spot"): usd("31.5")}
    assert server.query(0)["$filter"][0].count("armRegionName eq 'eastus'") == 1
    assert server.asked[1][0] == "/api/retail/prices?$skip=1000"


def test_decimal_prices_stay_exact(tonnage: Tonnage, tmp_path: Path) -> None:
    """0.1 is a tenth, whatever binary numbers make of it."""
    with serving(azure({"retailPrice": 0.1})) as server:
        done = refresh(tonnage, tmp_path, "azure", server, "--format", "json")
    assert list(rates(done.out).values()) == [usd("0.1")]


A2 = (
    sku("A2 Instance Core running in Americas", 0.031611),
    sku("A2 Instance Ram running in Americas", 0.004237),
    sku("Nvidia Tesla A100 GPU running in Americas", 2.933908),
)
A2_SPOT = (
    sku("Spot Preemptible A2 Instance Core running in Americas", 0.01),
    sku("Spot Preemptible A2 Instance Ram running in Americas", 0.002),
    sku("Nvidia Tesla A100 GPU attached to Spot Preemptible VMs running in Americas", 1.5),
)


def test_gcp_types_are_put_together_from_their_parts(tonnage: Tonnage, tmp_path: Path) -> None:
    """12 cores, 85 GiB, one GPU; another card of a like name and another region do not count."""
    others = (
        sku("Nvidia Tesla A100 80GB GPU running in Americas", 9),
        sku("A2 Instance Core running in Tokyo", 9, region="asia-northeast1"),
        sku("Commitment v1: A2 Cpu in Americas for 1 Year", 0.5),
    )
    with serving(gcp(*A2[:2], *others, more="page 2/x"), gcp(A2[2], *A2_SPOT)) as server:
        done = refresh(tonnage, tmp_path, "gcp", server, "--format", "json")

    assert done.code == 0, done.err
    found = rates(done.out)
    assert found["a2-highgpu-1g", "onDemand"] == usd("3.673385")
    assert found["a2-highgpu-1g", "spot"] == usd("1.79")
    assert {name.partition("-")[0] for name, _ in found} == {"a2"}
    assert server.query(1)["pageToken"] == ["page 2/x"]


def test_a_type_of_which_a_part_is_unknown_has_no_price(tonnage: Tonnage, tmp_path: Path) -> None:
    """Never the price of its cores alone."""
    with serving(
        gcp(*A2[:2], sku("N2 Instance Core running in X", 1), sku("N2 Instance Ram running in X", 1))
    ) as server:
        done = refresh(tonnage, tmp_path, "gcp", server, "--format", "json")
    assert {name.partition("-")[0] for name, _ in rates(done.out)} == {"n2"}


def test_the_key_travels_in_a_header_and_is_never_shown(tonnage: Tonnage, tmp_path: Path, key: str) -> None:
    """Neither in an address, which servers log, nor in a message."""
    with serving(Answer(status=403)) as server:
        done = refresh(tonnage, tmp_path, "gcp", server)

    path, headers = server.asked[0]
    assert headers["X-Goog-Api-Key"] == key
    assert "CANARY" not in path + done.out + done.err
    assert "403 Forbidden; check the key" in done.err


def test_without_a_key_nothing_is_asked(tonnage: Tonnage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong use, with the way out."""
    monkeypatch.delenv("GOOGLE_API_KEY")
    with serving() as server:
        done = refresh(tonnage, tmp_path, "gcp", server)
    assert (done.code, done.out, server.asked) == (2, "", [])
    assert "GOOGLE_API_KEY is not set" in done.err


FAULTS: list[tuple[str, Answer, str]] = [
    ("aws", Answer(status=404), "answers 404 Not Found; check the region's name"),
    ("aws", Answer(status=503), "answers 503 Service Unavailable; try again later"),
    ("aws", Answer(wait=3), "was silent for 2 s"),
    ("aws", Answer(b"<html>"), "does not answer with a price list"),
    ("aws", Answer(b"x" * 200_000), "does not answer with CSV"),
    ("aws", aws({}, without="Tenancy"), "lacks the column Tenancy"),
    ("aws", aws({"Currency": "CNY"}), "answers in 'CNY', not in USD"),
    ("aws", aws({"PricePerUnit": "free"}), "gives 'free' for a price"),
    ("aws", aws({"Instance Type": "x99.huge"}), "holds no price of a known type in us-east-1"),
    ("aws", aws({}, published="yesterday"), "does not say of which day its prices are"),
    ("aws", aws({"PricePerUnit": "0.0000000000"}), "holds no price of a known type"),
    ("azure", azure({"currencyCode": "EUR"}), "answers in 'EUR', not in USD"),
    ("azure", azure({"retailPrice": "98"}), "gives '98' for a price"),
    ("azure", azure({"retailPrice": -1}), "gives '-1' for a price"),
    ("azure", azure({}, more="https://prices.example.com/next"), "sends on to another host"),
    ("azure", Answer(b'{"Items": 1}'), "does not answer with prices"),
    ("azure", Answer(b"[" * 100_000), "does not answer with JSON"),
    ("azure", Answer(b'{"Items": [', promised=5000), "broke off after 11 of 5,000 bytes"),
    ("aws", Answer(aws({}).body, promised=9_000), "broke off after"),
    ("azure", azure(), "holds no price of a known type in eastus"),
    ("azure", Answer(status=302, headers={"Location": "https://prices.example.com/"}), "answers 302"),
    ("gcp", as_json({"skus": None}), "does not answer with SKUs"),
    ("gcp", gcp(sku("A2 Instance Core running in X", 1, currency="EUR")), "answers in 'EUR', not in USD"),
    ("gcp", gcp(sku("A2 Instance Core running in X", 1, unit="mo")), "per mo, in 1 steps"),
    ("gcp", gcp(sku("A2 Instance Core running in X", 1, steps=2)), "per h, in 2 steps"),
    ("gcp", gcp({**A2[0], "pricingInfo": []}), "gives no price of 'A2 Instance Core"),
    ("gcp", gcp(), "holds no price of a known type in us-central1"),
]


@pytest.mark.parametrize(("cloud", "answer", "what"), FAULTS, ids=[f"{c}: {w}" for c, _, w in FAULTS])
def test_a_list_that_cannot_be_trusted_gives_no_price(
    tonnage: Tonnage, tmp_path: Path, cloud: str, answer: Answer, what: str
) -> None:
    """One finding with the reason, nothing on stdout, exit code 1."""
    with serving(answer) as server:
        done = refresh(tonnage, tmp_path, cloud, server)

    assert (done.code, done.out) == (1, "")
    assert what in done.err
    assert done.err.startswith(f"error TN404: price list of {cloud}: ")
    assert len(server.asked) == 1


def test_a_server_that_does_not_exist_is_said(tonnage: Tonnage, tmp_path: Path) -> None:
    """No traceback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    args = ("catalog", "refresh", "aws", "--region", "us-east-1", "--base-url", f"http://127.0.0.1:{port}")
    done = tonnage(tmp_path, *args)
    assert (done.code, done.out) == (1, "")
    assert "cannot be read: ConnectionRefusedError" in done.err


@pytest.mark.parametrize("url", ["http://prices.example.com", "file:///etc/passwd", "prices.example.com"])
def test_only_https_leaves_the_machine(tonnage: Tonnage, tmp_path: Path, url: str) -> None:
    """Prices decide about money, and a key goes along."""
    done = tonnage(tmp_path, "catalog", "refresh", "gcp", "--region", "us-central1", "--base-url", url)
    assert done.code == 1
    assert "is no https address" in done.err


@pytest.mark.parametrize("region", ["../../x", "us east", "eastus' or '1' eq '1"])
def test_a_region_cannot_change_the_question(tonnage: Tonnage, tmp_path: Path, region: str) -> None:
    """It is part of a path or a filter."""
    with serving() as server:
        done = tonnage(tmp_path, "catalog", "refresh", "azure", "--region", region, "--base-url", server.url)
    assert (done.code, server.asked) == (2, [])
    assert "is no region" in done.err


def test_prices_that_contradict_each_other_are_not_chosen_from(tonnage: Tonnage, tmp_path: Path) -> None:
    """The type is left out, and it is said."""
    with serving(aws({}, {"PricePerUnit": "50"}, {"Instance Type": "m7i.large", "PricePerUnit": "0.1"})) as server:
        done = refresh(tonnage, tmp_path, "aws", server, "--format", "json")
    assert set(rates(done.out)) == {("m7i.large", "onDemand")}
    assert "p5.48xlarge onDemand: 2 prices, none taken" in done.err


OWN = """# our own facts
kind: Catalog
prices:
  # negotiated
  - {instanceType: p5.48xlarge, market: onDemand, region: us-east-1, rate: 40.5 USD/h, asOf: 2026-11-01,
     source: contract}
# nodes that we measured
nodeTypes:
  g6e.12xlarge: {allocatableMemory: 350GiB, source: our fleet, checked: 2026-11-20}  # by kubectl
"""


def test_a_contracts_price_is_never_overwritten(tonnage: Tonnage, tmp_path: Path) -> None:
    """List prices are added beside it; comments outside of the section stay; a second run replaces the first's rows."""
    specs = reference(tmp_path / "specs")
    file = specs / "catalog.yaml"
    file.write_text(OWN, encoding="utf-8")
    other = {"Instance Type": "g6e.12xlarge", "PricePerUnit": "10.5"}
    for rate in ("10.5", "11.5"):
        with serving(aws({}, other | {"PricePerUnit": rate})) as server:
            done = refresh(tonnage, specs, "aws", server, "--out", "catalog.yaml")
        assert (done.code, done.out) == (0, ""), done.err
        assert "kept your price of p5.48xlarge onDemand us-east-1 (contract)" in done.err
    catalog, findings = load_catalog(file)

    assert not findings
    assert catalog is not None
    kept, fresh = (catalog.node_types[n].price("onDemand", "us-east-1") for n in ("p5.48xlarge", "g6e.12xlarge"))
    assert kept is not None
    assert fresh is not None
    assert (kept.rate, fresh.rate) == (usd("40.5"), usd("11.5"))
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# our own facts\nkind: Catalog\nprices:\n")
    assert text.endswith(OWN[OWN.index("# nodes that we measured") :])
    assert not list(specs.glob(".*.new"))


def test_a_new_file_is_made(tonnage: Tonnage, tmp_path: Path) -> None:
    """And the plan then uses it: the age of its prices is no longer said."""
    specs = reference(tmp_path / "specs")
    types = ["g6e.12xlarge", "g6e.48xlarge", "p5.48xlarge", "g6.12xlarge", "m7i.4xlarge", "m7i.8xlarge"]
    before = tonnage(specs, "check").out
    assert before.count("TN260") == 2
    with serving(aws(*({"Instance Type": t, "PricePerUnit": "3.5"} for t in types))) as server:
        assert refresh(tonnage, specs, "aws", server, "--out", "catalog.yaml").code == 0
    listed = json.loads(tonnage(specs, "catalog", "list", "prices", "--cloud", "aws", "--format", "json").out)["rows"]
    assert {p["asOf"] for p in listed if p["instanceType"] in types} == {"2026-11-20"}


@pytest.mark.parametrize(
    "text", ["{kind: Catalog, prices: []}\n", "kind: Team\n", "kind: Catalog\nprizes: []\n", "a: [\n"]
)
def test_a_file_that_is_no_lawful_catalogue_is_left_alone(tonnage: Tonnage, tmp_path: Path, text: str) -> None:
    """Nothing of it is lost."""
    file = tmp_path / "catalog.yaml"
    file.write_text(text, encoding="utf-8")
    with serving(aws({})) as server:
        done = refresh(tonnage, tmp_path, "aws", server, "--out", "catalog.yaml")
    assert done.code == 1
    assert file.read_text(encoding="utf-8") == text


def test_planning_opens_no_connection(tonnage: Tonnage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prices come from files alone."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    specs = reference(tmp_path / "specs")
    for command in ("plan", "check", "preview"):
        assert tonnage(specs, command).code == 0
