"""The catalogue for people: tables in short, and every fact of one row with its source and what is unknown."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tonnage.catalog.accelerators import Accelerator, Source
from tonnage.catalog.allocatable import Room, room_of
from tonnage.catalog.catalog import Catalog, Release
from tonnage.catalog.doubts import PEAKS
from tonnage.catalog.mig import MigVariant, Placement, load_mig, mig_of
from tonnage.catalog.models import Model
from tonnage.catalog.node_types import NodeType, Price
from tonnage.check.rule import CLOUD_OF
from tonnage.report.json import plain
from tonnage.report.words import DASH
from tonnage.units import Memory, Quantity

TABLES = ("accelerators", "node-types", "models", "prices", "releases", "mig")
WITH_CLOUD = ("node-types", "prices")


@dataclass(frozen=True)
class Listing:
    """One table: short cells for people, whole rows for programs."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    values: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Entry:
    """One row that was asked for."""

    table: str
    name: str
    value: object


def overview(catalog: Catalog) -> Listing:
    """How many rows each table holds."""
    sizes = {name: len(listing(catalog, name).rows) for name in TABLES}
    rows = tuple((name, str(size)) for name, size in sizes.items())
    return Listing(("table", "rows>"), rows, tuple({"table": n, "rows": s} for n, s in sizes.items()))


def listing(catalog: Catalog, table: str, cloud: str | None = None) -> Listing:
    """A table by name; of one cloud only, where its rows are of clouds."""
    nodes = {n: t for n, t in sorted(catalog.node_types.items()) if cloud in {None, t.cloud}}
    match table:
        case "accelerators":
            return _of(_ACCELERATOR, catalog.accelerators, _accelerator)
        case "node-types":
            return _of(_NODE, nodes, _node)
        case "models":
            return _of(_MODEL, catalog.models, _model)
        case "prices":
            prices = {(n, p.market, p.region): p for n, t in nodes.items() for p in t.prices}
            rows = tuple((name, *_price(p)) for (name, _, _), p in prices.items())
            values = tuple({"instanceType": name, **plain(p)} for (name, _, _), p in prices.items())
            return Listing(_PRICE, rows, values)
        case "releases":
            return _of(("release", "version", "reference", "checked"), catalog.releases, _release)
    return _of(("variant", "accelerators", "slices", "profiles", "placements"), load_mig(), _mig)


def found(catalog: Catalog, name: str) -> tuple[Entry, ...]:
    """Every row of that name; a MIG variant comes with the accelerators that it covers too."""
    tables: dict[str, Mapping[str, object]] = {
        "accelerator": catalog.accelerators,
        "node type": catalog.node_types,
        "model": catalog.models,
        "release": catalog.releases,
        "MIG variant": load_mig(),
    }
    entries = [Entry(table, name, rows[name]) for table, rows in tables.items() if name in rows]
    variant = mig_of(name) if name in catalog.accelerators else None
    return (*entries, *([Entry("MIG variant", variant.name, variant)] if variant else []))


def names(catalog: Catalog) -> tuple[str, ...]:
    """All names that `found` knows."""
    tables = (catalog.accelerators, catalog.node_types, catalog.models, catalog.releases, load_mig())
    return tuple(sorted({name for table in tables for name in table}))


def unknown_of(entry: Entry) -> tuple[str, ...]:
    """What the row does not say, as keys."""
    value: Any = entry.value
    bare = [f.name for f in dataclasses.fields(value) if getattr(value, f.name) is None]
    if isinstance(value, Accelerator):
        bare += [f"peak {p} (or not native)" for p in PEAKS if p not in value.peak and p != "fp32"]
    if isinstance(value, NodeType):
        bare += [] if value.prices else ["prices"]
        bare += [] if value.known_markets else ["markets"]
    if isinstance(value, Model):
        bare = []  # None says there that the model has no such part
    return tuple(name.replace("_", " ") for name in bare)


def lines_of(entry: Entry, catalog: Catalog) -> Iterator[tuple[str, str]]:
    """Key and text of every fact that the row states, its source last."""
    value: Any = entry.value
    yield entry.table, entry.name
    for f in dataclasses.fields(value):
        fact = getattr(value, f.name)
        if f.name in {"name", "id", "source", "note"} or fact is None or fact == ():
            continue
        if f.name == "markets":
            yield "markets known", ", ".join(value.known_markets)
        elif f.name in {"prices", "profiles"}:
            yield from ((f.name.removesuffix("s"), _row(part)) for part in fact)
        else:
            yield f.name.replace("_", " "), _text(fact)
    if isinstance(value, NodeType):
        yield from _room(value, catalog)
    unknown = unknown_of(entry)
    if unknown:
        yield "unknown", ", ".join(unknown)
    if getattr(value, "note", ""):
        yield "note", value.note
    yield from _source(value.source)


def _room(node: NodeType, catalog: Catalog) -> Iterator[tuple[str, str]]:
    platform = next((p for p, cloud in CLOUD_OF.items() if cloud == node.cloud), None)
    room = room_of(node, catalog, platform) if platform else None
    if isinstance(room, Room):
        yield f"for pods on {platform}", room.words


def _source(source: Source) -> Iterator[tuple[str, str]]:
    yield "source", source.title
    yield "checked", source.checked.isoformat()
    if source.licence:
        yield "licence", source.licence


def _row(value: Any) -> str:
    """A part of a row on one line."""
    if isinstance(value, Price):
        rate = f"{value.market} in {value.region}: {value.rate}, as of {value.as_of}"
        return f"{rate}; {value.source.title}"
    facts = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    name = f"{facts.pop('name')}: " if "name" in facts else ""
    return name + ", ".join(f"{k.replace('_', ' ')} {_text(v)}" for k, v in facts.items() if v is not None and v != ())


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_text(value[k])}" for k in sorted(value)) or "none"
    if isinstance(value, tuple | list):
        return (" " if isinstance(next(iter(value), None), Placement) else ", ").join(map(_text, value))
    if isinstance(value, Placement):
        return f"{value.start}:{value.size}"
    if dataclasses.is_dataclass(value) and not isinstance(value, Quantity):
        return _row(value)
    return _plain_text(value)


def _plain_text(value: object) -> str:
    if isinstance(value, Memory):
        return f"{value} ({value.in_gib:.2f} GiB)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _of(head: tuple[str, ...], table: Mapping[str, Any], cells: Callable[[Any], tuple[str, ...]]) -> Listing:
    kept = sorted(table.items())
    rows = tuple((name, *cells(row)) for name, row in kept)
    return Listing(head, rows, tuple({"name": name, **plain(row)} for name, row in kept))


_ACCELERATOR = ("accelerator", "vendor", "memory>", "bandwidth>", "bf16>", "fp8>", "link>", "MIG", "checked")
_NODE = ("type", "cloud", "accelerator", "GPUs>", "CPU>", "memory>", "markets known", "on demand, USD/h>", "as of")
_MODEL = ("model", "layers>", "parameters>", "active>", "format", "context>", "checked")
_PRICE = ("type", "market", "region", "rate>", "as of", "source")


def _accelerator(a: Accelerator) -> tuple[str, ...]:
    memory = f"{a.memory.in_gib:.1f} GiB" if a.memory else f"{a.nominal_memory or ''} label".strip()
    peaks = (str(a.peak.get(p) or DASH) for p in ("bf16", "fp8"))
    mig = "yes" if mig_of(a.name) else DASH
    return a.vendor, memory, str(a.bandwidth or DASH), *peaks, str(a.link or DASH), mig, str(a.source.checked)


def _node(n: NodeType) -> tuple[str, ...]:
    prices = sorted((p for p in n.prices if p.market == "onDemand"), key=lambda p: (p.rate, p.region))
    cheapest = (f"{float(prices[0].rate):.4g} ({prices[0].region})", str(prices[0].as_of)) if prices else (DASH, DASH)
    markets = ", ".join(n.known_markets) or DASH
    return n.cloud, n.accelerator or DASH, str(n.gpus), str(n.cpu), f"{n.memory.in_gib:g} GiB", markets, *cheapest


def _model(m: Model) -> tuple[str, ...]:
    counts = (f"{m.total_parameters / 1e9:.4g}e9", f"{m.active_parameters / 1e9:.4g}e9")
    return str(m.layers), *counts, m.precision, f"{m.max_context:,}", str(m.source.checked)


def _price(p: Price) -> tuple[str, ...]:
    return p.market, p.region, str(p.rate), str(p.as_of), p.source.title


def _release(r: Release) -> tuple[str, ...]:
    return r.version, r.reference, str(r.source.checked)


def _mig(v: MigVariant) -> tuple[str, ...]:
    placed = "yes" if any(p.placements for p in v.profiles) else DASH
    slices = f"{v.compute_slices} compute, {v.memory_slices} memory"
    return ", ".join(v.accelerators), slices, str(len(v.profiles)), placed
