"""Every shipped row can be trusted: it has a source and a date, and no figure of a kind that is known to mislead."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

import pytest

from tonnage.catalog.accelerators import Accelerator, Source
from tonnage.catalog.doubts import doubts_of
from tonnage.catalog.reserves import load_reserves
from tonnage.catalog.shipped import shipped_catalog
from tonnage.names import is_label
from tonnage.units import Bandwidth, Compute, Memory

CATALOG = shipped_catalog()
COLLECTED = date(2026, 11, 23)
FP8_IS_NOT_TWICE_BF16: set[str] = set()
"""NVIDIA accelerators whose vendor prints another ratio. None of those shipped does."""


def sources() -> Iterator[tuple[str, Source]]:
    """Every source of every table, named after its row."""
    tables = (CATALOG.accelerators, CATALOG.node_types, CATALOG.models, CATALOG.releases)
    for table in tables:
        yield from ((name, row.source) for name, row in table.items())
    yield from ((d.name, d.source) for d in CATALOG.daemon_sets)
    yield from ((f"price of {n.name}", p.source) for n in CATALOG.node_types.values() for p in n.prices)
    yield from ((f"reserves of {name}", rule.source) for name, rule in load_reserves().platforms.items())


def test_every_row_names_its_source_its_date_and_a_licence() -> None:
    """A fact that cannot be looked up again is no fact."""
    found = list(sources())
    assert len(found) > 500
    assert not [name for name, s in found if not s.title or not s.licence or s.checked < COLLECTED]


@pytest.mark.parametrize("trace", ["skypilot", "recalled", "name only", "stored copy", "the index"])
def test_no_row_rests_on_what_may_not_be_shipped(trace: str) -> None:
    """Unlicensed lists, figures from memory, and traces of how a copy was kept stay out."""
    assert not [name for name, s in sources() if trace in s.title]


def test_the_tables_are_as_large_as_promised() -> None:
    """Enough to plan with: accelerators from T4 to GB300, three clouds, families of CPU types."""
    assert len(CATALOG.accelerators) >= 25
    assert {"t4", "l4", "l40s", "a100-80-sxm", "h100-sxm", "h200-sxm", "b200-sxm", "gb300"} <= set(CATALOG.accelerators)
    assert {"rtx-pro-6000-server", "gh200-96", "mi300x", "mi355x"} <= set(CATALOG.accelerators)
    assert {n.cloud for n in CATALOG.node_types.values()} == {"aws", "azure", "coreweave", "gcp"}
    cpu_families = {n.name.partition(".")[0] for n in CATALOG.node_types.values() if n.cloud == "aws" and not n.gpus}
    assert cpu_families == {"m7i", "m7a", "m8g", "c7i", "r7i"}
    assert len(CATALOG.models) == 130


@pytest.mark.parametrize("table", ["accelerators", "node_types", "models"])
def test_no_shipped_row_is_doubtful_by_the_rules_for_users(table: str) -> None:
    """What is asked of a user's rows holds for ours."""
    rows = getattr(CATALOG, table)
    assert not [(name, list(doubts_of(name, row))) for name, row in rows.items() if list(doubts_of(name, row))]


def nvidia() -> list[Accelerator]:
    """All NVIDIA rows."""
    return [a for a in CATALOG.accelerators.values() if a.vendor == "nvidia"]


def ratio(a: Accelerator, over: str, under: str) -> Fraction | None:
    """Of two peaks; None where one is unknown."""
    top, bottom = a.peak.get(over), a.peak.get(under)
    return top / bottom if top and bottom else None


def test_peaks_are_dense() -> None:
    """A sparse figure is twice the dense one: fp8 is twice bf16 on NVIDIA, so a sparse value on either side shows."""
    ratios = {a.name: r for a in nvidia() if (r := ratio(a, "fp8", "bf16"))}
    assert len(ratios) >= 12
    assert {name for name, r in ratios.items() if not 1.95 <= r <= 2.05} == FP8_IS_NOT_TWICE_BF16
    assert {ratio(a, "fp16", "bf16") for a in nvidia()} == {None, Fraction(1)}


@pytest.mark.parametrize(
    ("name", "precision", "dense"),
    [
        ("l4", "bf16", 121),
        ("l40s", "bf16", 362.05),
        ("a100-80-sxm", "bf16", 312),
        ("h100-sxm", "bf16", 989),
        ("h100-sxm", "fp8", 1979),
        ("h200-sxm", "bf16", 989),
        ("b200-sxm", "fp4", 9000),
        ("b300-sxm", "int8", 153.5),
        ("mi300x", "fp8", 2614.9),
    ],
)
def test_known_dense_peaks(name: str, precision: str, dense: float) -> None:
    """TFLOP/s of data sheets, in places where other tables print the sparse figure."""
    assert CATALOG.accelerators[name].peak[precision] == Compute.parse(f"{dense}TFLOP/s")


def test_conflicts_are_settled_with_what_the_coefficients_were_fitted_with() -> None:
    """The smaller bandwidth of B200 would make every prediction on it wrong; the row says so."""
    b200 = CATALOG.accelerators["b200-sxm"]
    assert b200.bandwidth == Bandwidth.parse("8TB/s")
    assert "fitted" in b200.note
    assert "fitted" in CATALOG.accelerators["h100-sxm"].note


def test_memory_is_what_the_driver_reports() -> None:
    """Not the label: an 80 GB H100 has 79.65 GiB, a 180 GB B200 has 179.06 GiB."""
    known = {name: a.memory for name, a in CATALOG.accelerators.items() if a.memory}
    found = {name: round(known[name].in_gib, 2) for name in ("h100-sxm", "h200-sxm", "b200-sxm")}
    assert found == {"h100-sxm": 79.65, "h200-sxm": 140.4, "b200-sxm": 179.06}


def test_a_label_is_no_memory() -> None:
    """Where no driver's figure was found the label is told apart, and the row says that nothing is sized by it."""
    bare = {a.name: a for a in CATALOG.accelerators.values() if a.memory is None}
    assert {"mi250x", "mi325x", "gaudi3", "trainium2", "inferentia2"} <= set(bare)
    assert all(a.nominal_memory and "nothing is sized on it" in a.note for a in bare.values())
    assert all(a.nominal_memory for a in CATALOG.accelerators.values())
    # within 8 % above (a label in GB) and 6 % below (ECC and firmware) of what drivers report
    assert all(
        0.94 < a.memory / a.nominal_memory < 1.08
        for a in CATALOG.accelerators.values()
        if a.memory and a.nominal_memory
    )


def test_a_module_of_two_devices_is_counted_as_kubernetes_counts_it() -> None:
    """MI250X: 64 GB and half of the module's 383 TFLOP/s each."""
    one = CATALOG.accelerators["mi250x"]
    assert (one.nominal_memory, one.peak["bf16"], one.link) == (
        Memory.parse("64GB"),
        Compute.parse("191.5TFLOP/s"),
        None,
    )


def test_markets_are_those_that_a_source_shows() -> None:
    """A listed price, or the provider's page; p5e has no on-demand price in any list."""
    found = {
        n: CATALOG.node_types[n].known_markets for n in ("p5.48xlarge", "p5e.48xlarge", "a2-highgpu-1g", "m7i.large")
    }
    assert found == {
        "p5.48xlarge": ("onDemand", "reserved"),
        "p5e.48xlarge": ("reserved",),
        "a2-highgpu-1g": ("onDemand", "spot"),
        "m7i.large": ("onDemand",),
    }
    assert CATALOG.node_types["b200-8x"].known_markets == ()


def test_unknown_stays_unknown() -> None:
    """A10G has no data sheet, GH200 144G a disputed bandwidth: neither gets a figure."""
    a10g = CATALOG.accelerators["a10g"]
    assert (dict(a10g.peak), a10g.bandwidth, a10g.link) == ({}, None, None)
    assert CATALOG.accelerators["gh200-144"].bandwidth is None
    assert CATALOG.node_types["p5e.48xlarge"].prices == ()
    assert CATALOG.node_types["Standard_ND96isr_H100_v5"].rdma is None


def test_every_price_has_a_date_a_region_and_a_market() -> None:
    """And is no price of nothing; the book's age is that of its oldest."""
    prices = [p for n in CATALOG.node_types.values() for p in n.prices]
    assert len(prices) > 200
    assert not [p for p in prices if not p.rate or not p.region or p.market not in {"onDemand", "spot"}]
    assert min(p.as_of for p in prices) == CATALOG.prices_as_of == date(2026, 6, 18)


def test_spot_prices_are_no_placeholders() -> None:
    """Some lists print the on-demand price, or a tenth of it, where they know none."""
    pairs = [
        (n.price("spot", p.region), p) for n in CATALOG.node_types.values() for p in n.prices if p.market == "onDemand"
    ]
    shares = [float(spot.rate / p.rate) for spot, p in pairs if spot]
    assert len(shares) > 20
    assert all(0.11 < share < 0.95 for share in shares)


def test_no_linux_price_is_that_of_windows() -> None:
    """Within a family the price per vCPU varies little; the Windows meter adds 0.046 USD to each."""
    for family in ("Standard_D", "Standard_E", "m7i.", "c7i.", "r7i.", "n2-standard", "e2-standard"):
        per_cpu = [
            float(p.rate / type(p.rate)(n.cpu.amount))
            for n in CATALOG.node_types.values()
            for p in n.prices
            if n.name.startswith(family) and not n.gpus and p.market == "onDemand"
        ]
        assert per_cpu
        assert max(per_cpu) < 1.4 * min(per_cpu), family


def test_the_h100_price_of_a_confidential_type_is_left_out() -> None:
    """It is its twin's price plus the Windows surcharge, and its GPU has no source."""
    assert "Standard_NCC40ads_H100_v5" not in CATALOG.node_types


def test_node_types_name_accelerators_of_the_table() -> None:
    """Cloud names differ and mix cards; ours is by card, form and memory."""
    named = {n.name: n.accelerator for n in CATALOG.node_types.values() if n.accelerator}
    assert set(named.values()) <= set(CATALOG.accelerators)
    assert named["p4d.24xlarge"] == "a100-40-sxm"
    assert named["p4de.24xlarge"] == "a100-80-sxm"
    assert named["g7e.48xlarge"] == "rtx-pro-6000-server"
    assert named["Standard_NC24ads_A100_v4"] == "a100-80-pcie"
    assert named["a2-highgpu-8g"] == "a100-40-sxm"


def test_arm_types_are_told_apart() -> None:
    """Images must match."""
    assert {n.name.partition(".")[0] for n in CATALOG.node_types.values() if n.arch == "arm64"} == {"m8g"}


def test_names_become_labels() -> None:
    """Accelerators stand in node labels, DaemonSets and releases in Kubernetes names."""
    names = [*CATALOG.accelerators, *CATALOG.releases, *(d.name for d in CATALOG.daemon_sets)]
    assert not [name for name in names if not is_label(name)]


def test_releases_are_pinned() -> None:
    """No `latest`: what runs tomorrow is what was reviewed today."""
    found = {name: r.reference for name, r in CATALOG.releases.items()}
    assert set(found) == {"vllm", "device-plugin", "nfd", "ami-al2023"}
    assert all(r.version in r.reference and "latest" not in r.reference for r in CATALOG.releases.values())
    assert found["ami-al2023"].startswith("al2023@v2026")
