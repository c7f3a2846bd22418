"""A user's own rows add to the shipped ones or change what they name, and every mistake is found at its place."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonnage.catalog.allocatable import Room, room_of
from tonnage.catalog.catalog import Catalog
from tonnage.catalog.load import load_catalog
from tonnage.catalog.shipped import shipped_catalog
from tonnage.catalog.user import with_user_rows
from tonnage.files.plain import Path as Place
from tonnage.files.yaml import Document, read_yaml
from tonnage.findings import Finding
from tonnage.units import Cpu, Memory, MoneyRate

EXAMPLE = Path(__file__).parent / "example.yaml"
SHIPPED = shipped_catalog()
CITED = "source: a sheet, checked: 2026-11-20"


@pytest.fixture(scope="module")
def own() -> Catalog:
    """The catalogue with the example's rows."""
    found, findings = load_catalog(EXAMPLE, "catalog.yaml")
    assert not findings
    assert found is not None
    return found


def test_a_row_is_added(own: Catalog) -> None:
    """With what it leaves out unknown."""
    added = own.accelerators["own-accelerator"]
    assert (added.memory, added.link, added.source.checked) == (Memory.gib(64), None, date(2026, 11, 20))
    node = own.node_types["own.8xlarge"]
    assert (node.accelerator, node.gpus, node.max_pods, node.rdma) == ("own-accelerator", 8, None, None)
    assert set(own.accelerators) == {*SHIPPED.accelerators, "own-accelerator"}


def test_a_row_changes_only_the_keys_that_it_states(own: Catalog) -> None:
    """The measured allocatable is taken, the rest is as shipped; the source is that of the change."""
    node, shipped = own.node_types["p5.48xlarge"], SHIPPED.node_types["p5.48xlarge"]
    assert node.allocatable_memory == Memory.gib(1960)
    assert (node.cpu, node.rdma, node.max_pods) == (shipped.cpu, shipped.rdma, shipped.max_pods)
    assert node.source.title == "kubectl get node, our fleet"
    found = room_of(node, own, "eks")
    assert isinstance(found, Room)
    assert "1960.0 - 1.2 GiB" in found.words


def test_a_price_replaces_the_shipped_one_of_its_market_and_region(own: Catalog) -> None:
    """Others stay; its date is that of the price."""
    price = own.node_types["p5.48xlarge"].price("onDemand", "us-east-1")
    assert price is not None
    assert (price.rate, price.as_of, price.source.title) == (
        MoneyRate.parse("40.5 USD/h"),
        date(2026, 11, 1),
        "enterprise agreement",
    )
    assert own.node_types["own.8xlarge"].price("spot", "lab") is not None
    assert own.node_types["p5.48xlarge"].price("spot", "lab") is None
    assert own.node_types["g6e.12xlarge"].prices == SHIPPED.node_types["g6e.12xlarge"].prices


def test_a_model_is_counted_from_its_shape(own: Catalog) -> None:
    """As the shipped ones are; this is the shape of Llama 3.1 8B, so both ways of stating it agree."""
    shaped, totals = own.models["example/own-8b"], own.models["example/by-totals"]
    assert shaped.total_parameters == totals.total_parameters == 8_030_261_248
    assert shaped.active_parameters == totals.active_parameters
    assert totals.moe is None


def test_a_release_and_a_daemon_set(own: Catalog) -> None:
    """An image of one's own, and an agent that takes room on every node."""
    assert own.releases["vllm"].reference == "registry.example.com/vllm-openai:v0.33.0"
    assert own.releases["vllm"].version == SHIPPED.releases["vllm"].version
    assert own.daemon_sets[:-1] == SHIPPED.daemon_sets
    assert (own.daemon_sets[-1].name, own.daemon_sets[-1].cpu) == ("log-shipper", Cpu.parse("200m"))


def test_the_shipped_catalogue_is_not_touched(own: Catalog) -> None:
    """A process may hold both."""
    assert own.version != SHIPPED.version
    assert "own-accelerator" not in SHIPPED.accelerators


def written(tmp_path: Path, text: str) -> Path:
    """A catalogue file with that text under its first line."""
    file = tmp_path / "catalog.yaml"
    file.write_text(f"kind: Catalog\n{text}", encoding="utf-8")
    return file


def found_in(tmp_path: Path, text: str) -> tuple[Finding, ...]:
    """What is wrong with a file."""
    catalog, findings = load_catalog(written(tmp_path, text), "catalog.yaml")
    assert (catalog is None) == bool(findings)
    return findings


MISTAKES = [
    (f"accelerators:\n  h100-sxm: {{memory: 80, {CITED}}}", "3:22", "'80' has no unit"),
    (f"accelerators:\n  h100-sxm: {{memory: 0B, {CITED}}}", "3:22", "is 0"),
    (f"accelerators:\n  h100-sxm: {{peak: {{bf17: 1TFLOP/s}}, {CITED}}}", "3:", "'bf17' is no precision"),
    (f"accelerators:\n  h100-sxm: {{bandwith: 3TB/s, {CITED}}}", "3:14", "'bandwith' is no key"),
    (f"accelerators:\n  h100-sxm: {{peak: {{bf16: 1979TFLOP/s}}, {CITED}}}", "3:27", "a sparse figure"),
    (f"accelerators:\n  h100-sxm: {{peak: {{bf16: 900TFLOP/s, fp8: 900TFLOP/s}}, {CITED}}}", "3:44", "not twice"),
    (f"nodeTypes:\n  p5.48xlarge: {{markets: [weekly], {CITED}}}", "3:27", "'weekly' is no market"),
    (f"accelerators:\n  h100-sxm: {{resource: gpu, {CITED}}}", "3:24", "'gpu' is no extended resource"),
    ("accelerators:\n  h100-sxm: {memory: 80GiB, checked: 2026-11-20}", "3:", "lacks source"),
    ("accelerators:\n  h100-sxm: {memory: 80GiB, source: a sheet}", "3:", "lacks checked"),
    (f"accelerators:\n  My_GPU: {{memory: 8GiB, {CITED}}}", "3:", "lacks vendor"),
    ("accelerators: [h100-sxm]", "2:15", "is not a mapping"),
    ("accelerators:\n  h100-sxm: 80GiB", "3:13", "is not a row"),
    (f"nodeTypes:\n  p5.48xlarge: {{accelerator: h10, {CITED}}}", "3:30", "unknown accelerator 'h10'"),
    (f"nodeTypes:\n  p5.48xlarge: {{gpus: 0, {CITED}}}", "3:23", "0 GPUs"),
    (f"nodeTypes:\n  p5.48xlarge: {{gpus: -8, {CITED}}}", "3:23", "-8 is less than 0"),
    (f"nodeTypes:\n  p5.48xlarge: {{maxPods: 0, {CITED}}}", "3:26", "0 is less than 1"),
    (f"nodeTypes:\n  p5.48xlarge: {{gpus: '8', {CITED}}}", "3:23", "is not int"),
    (f"nodeTypes:\n  p5.48xlarge: {{arch: riscv, {CITED}}}", "3:23", "'riscv' is no architecture"),
    (f"nodeTypes:\n  p5.48xlarge: {{allocatableMemory: 3TiB, {CITED}}}", "3:36", "3TiB of 2TiB memory"),
    (f"nodeTypes:\n  p5.48xlarge: {{prices: [], {CITED}}}", "3:17", "'prices' is no key"),
    (f"models:\n  Qwen/Qwen3-8B: {{precision: fp7, {CITED}}}", "3:30", "'fp7' is no weight format"),
    (
        f"models:\n  Qwen/Qwen3-8B: {{activeParameters: 99000000000, {CITED}}}",
        "3:37",
        "99,000,000,000 of 8,190,735,360",
    ),
    (f"models:\n  Qwen/Qwen3-8B: {{layers: 8, {CITED}}}", "3:27", "8 layers, but more"),
    (
        f"models:\n  a/b: {{shape: {{hiddenSize: 8}}, maxContext: 1, precision: bf16, {CITED}}}",
        "3:",
        "lacks vocabulary",
    ),
    (f"releases:\n  vlm: {{reference: x, {CITED}}}", "3:3", "nothing uses a release 'vlm'"),
    (f'daemonSets:\n  agent: {{"on": some, cpu: 1, memory: 1GiB, {CITED}}}', "3:17", "'some' is none of gpu, all"),
    ("prices: {}", "2:9", "is not a list"),
    ("prices:\n  - 12 USD/h", "3:5", "is not a price"),
    (
        "prices:\n  - {instanceType: p5.48xlarg, market: spot, region: r, rate: 1 USD/h, asOf: 2026-11-01, source: s}",
        "3:20",
        "unknown instance type 'p5.48xlarg'",
    ),
    (
        "prices:\n  - {instanceType: p5.48xlarge, market: spot, region: r, rate: 1 USD/h, source: s}",
        "3:5",
        "lacks asOf",
    ),
    (
        "prices:\n  - {instanceType: p5.48xlarge, market: spot, region: r, rate: 0 USD/h, asOf: 2026-11-01, source: s}",
        "3:64",
        "is 0",
    ),
    (
        "prices:\n  - {instanceType: p5.48xlarge, market: rent, region: r, rate: 1 USD/h, asOf: 2026-11-01, source: s}",
        "3:41",
        "'rent' is no market",
    ),
    ("prises: []", "2:1", "'prises' is no section"),
    ("nodeTypes:\n  a: {}\n  a: {}", "4:3", ""),
]


@pytest.mark.parametrize(("text", "place", "what"), MISTAKES, ids=[m[2] or "duplicate" for m in MISTAKES])
def test_a_mistake_is_found_where_it_stands(tmp_path: Path, text: str, place: str, what: str) -> None:
    """With file, line and column, and a way to mend it."""
    findings = found_in(tmp_path, text)

    near = [f for f in findings if what in f.what and f"catalog.yaml:{place}" in str(f.position)]
    assert near, findings
    assert all(f.fix and f.position for f in findings)


def test_all_mistakes_of_a_file_are_found_at_once(tmp_path: Path) -> None:
    """In every section."""
    text = f"""accelerators:
  h100-sxm: {{memory: 80, link: fast, {CITED}}}
nodeTypes:
  p5.48xlarge: {{cpu: many}}
models:
  Qwen/Qwen3-8B: {{heads: 0, {CITED}}}
prices:
  - {{instanceType: p9, market: rent, region: r, rate: 0 USD/h, asOf: 2026-11-01, source: s}}
releases:
  vlm: {{}}
"""
    findings = found_in(tmp_path, text)
    lines = {f.position.line for f in findings if f.position}
    assert lines == {3, 5, 7, 9, 11}
    assert len(findings) >= 10


def test_a_wrong_name_is_met_with_the_nearest_right_one(tmp_path: Path) -> None:
    """Of keys, sections, accelerators and types alike."""
    text = f"nodeTypes:\n  p5.48xlarge: {{accelerator: h100-sxn, {CITED}}}\nprises: []"
    fixes = {f.fix for f in found_in(tmp_path, text)}
    assert fixes == {"did you mean 'h100-sxm'?", "did you mean 'prices'?"}


def test_the_kind_is_asked_for(tmp_path: Path) -> None:
    """A file of another kind is not read as a catalogue."""
    file = tmp_path / "catalog.yaml"
    file.write_text("kind: Cluster\n", encoding="utf-8")
    _, findings = load_catalog(file, "catalog.yaml")
    assert [str(f.position) for f in findings] == ["catalog.yaml:1:7"]


def test_two_prices_of_one_type_market_and_region_are_refused(tmp_path: Path) -> None:
    """Which of them holds cannot be told."""
    row = "  - {instanceType: p5.48xlarge, market: spot, region: r, rate: 1 USD/h, asOf: 2026-11-01, source: s}\n"
    assert ["second price" in f.what for f in found_in(tmp_path, f"prices:\n{row}{row}")] == [True]


@pytest.mark.parametrize("text", ["", "accelerators: {}\n", "prices: []\n"])
def test_an_empty_file_changes_nothing(tmp_path: Path, text: str) -> None:
    """Not even the version."""
    found, findings = load_catalog(written(tmp_path, text))
    assert not findings
    assert found is not None
    assert found.version == SHIPPED.version
    assert found.models == SHIPPED.models


def test_the_order_of_rows_does_not_change_the_version(tmp_path: Path) -> None:
    """It is a digest of meaning."""
    one = f"  l4: {{memory: 22GiB, {CITED}}}\n"
    two = f"  t4: {{memory: 14GiB, {CITED}}}\n"
    versions = []
    for text in (one + two, two + one, (one + two).replace("22GiB", "22528MiB")):
        found, _ = load_catalog(written(tmp_path, f"accelerators:\n{text}"))
        assert found is not None
        versions.append(found.version)
    assert len(set(versions)) == 1
    assert versions[0] != SHIPPED.version


def example() -> Document:
    """The example as read."""
    found, _ = read_yaml(EXAMPLE, "catalog.yaml")
    assert found is not None
    return found


def places(tree: Any, path: Place = ()) -> Iterator[Place]:
    """Every place of a tree but the top."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def replaced(tree: Any, path: Place, junk: object) -> Any:
    """A copy with something else at a place."""
    if not path:
        return junk
    if isinstance(tree, dict):
        return {key: replaced(value, path[1:], junk) if key == path[0] else value for key, value in tree.items()}
    return [replaced(value, path[1:], junk) if i == path[0] else value for i, value in enumerate(tree)]


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 10**20)
    | st.text(max_size=20)
    | st.dates()
    | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(place=st.sampled_from(list(places(example().value))), junk=JUNK)
def test_whatever_stands_anywhere_is_read_or_found_wrong(place: Place, junk: object) -> None:
    """Never an exception, and never half a catalogue."""
    document = Document("catalog.yaml", replaced(example().value, place, junk), example().positions)

    catalog, findings = with_user_rows(SHIPPED, document)
    assert (catalog is None) == bool(findings)
    assert all(f.what and f.fix and f.position for f in findings)
