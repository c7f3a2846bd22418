"""The catalogue that the package ships: its data files as one value, read once in a process."""

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeVar

from tonnage.catalog.accelerators import Accelerator, Source
from tonnage.catalog.catalog import Catalog, DaemonSetRequest, Release
from tonnage.catalog.from_shape import ShapedModel, model_of
from tonnage.catalog.models import Model
from tonnage.catalog.node_types import NodeType, Price
from tonnage.catalog.rows import read_row
from tonnage.units import Cpu, Memory, MoneyRate, Quantity

FILES = (
    "accelerators.json",
    "daemon-sets.json",
    "mig.json",
    "models.json",
    "node-types.csv",
    "prices.csv",
    "releases.json",
    "reserves.json",
)
Q = TypeVar("Q", bound=Quantity)
T = TypeVar("T")
_PARSED: dict[tuple[type[Quantity], str], Quantity] = {}


@cache
def shipped_catalog() -> Catalog:
    """All shipped rows. Raises ValueError if a data file of the package is broken."""
    return catalog_of(shipped_texts())


def shipped_texts() -> dict[str, str]:
    """The package's own data files, by name."""
    return {name: files("tonnage.catalog").joinpath("data", name).read_text(encoding="utf-8") for name in FILES}


def catalog_of(texts: Mapping[str, str]) -> Catalog:
    """The catalogue of data files, by name. Raises ValueError, with the row, if one of them is broken."""
    prices = _prices(texts["prices.csv"])
    return Catalog(
        accelerators=_table(Accelerator, texts["accelerators.json"], "name"),
        node_types=MappingProxyType({n.name: n for n in _node_types(texts["node-types.csv"], prices)}),
        models=_Models(json.loads(texts["models.json"])),
        daemon_sets=tuple(_table(DaemonSetRequest, texts["daemon-sets.json"], "name").values()),
        releases=_table(Release, texts["releases.json"], "name"),
        version=hashlib.sha256("\0".join(texts[name] for name in FILES).encode()).hexdigest()[:16],
        prices_as_of=min(p.as_of for of_one in prices.values() for p in of_one),
    )


def _table(kind: type[T], text: str, name_key: str) -> Mapping[str, T]:
    return MappingProxyType({name: _row(kind, row, name_key, name) for name, row in json.loads(text).items()})


def _row(kind: type[T], row: Mapping[str, Any], name_key: str, name: str) -> T:
    value, problems = read_row(kind, row, **({name_key: name} if name_key else {}))
    if value is None:
        raise ValueError(f"the shipped row {name} is broken: {problems}")
    return value


class _Models(Mapping[str, Model]):
    """Models by name, each counted when it is first asked for: a run uses few of many."""

    def __init__(self, rows: Mapping[str, Mapping[str, Any]]) -> None:
        self._rows = rows
        self._counted: dict[str, Model] = {}

    def __getitem__(self, name: str) -> Model:
        if name not in self._counted:
            model = model_of(name, _row(ShapedModel, self._rows[name], "", name))
            if isinstance(model, str):
                raise ValueError(f"the shipped model {name} is broken: {model}")
            self._counted[name] = model
        return self._counted[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, name: object) -> bool:
        return name in self._rows


def _node_types(text: str, prices: Mapping[str, tuple[Price, ...]]) -> Iterator[NodeType]:
    for row in csv.DictReader(text.splitlines()):
        yield NodeType(
            name=row["name"],
            cloud=row["cloud"],
            accelerator=row["accelerator"] or None,
            gpus=int(row["gpus"]),
            cpu=_quantity(Cpu, row["cpu"]),
            memory=_quantity(Memory, row["memory"]),
            local_disk=_known(Memory, row["local_disk"]),
            rdma=int(row["rdma"]) if row["rdma"] else None,
            max_pods=int(row["max_pods"]) if row["max_pods"] else None,
            arch=row["arch"],
            allocatable_cpu=_known(Cpu, row["allocatable_cpu"]),
            allocatable_memory=Memory.gib(float(row["allocatable_gib"])) if row["allocatable_gib"] else None,
            source=_source(row["source"], row["checked"], row["licence"]),
            note=row["note"],
            prices=prices.get(row["name"], ()),
            markets=tuple(row["markets"].split()),
        )


def _prices(text: str) -> Mapping[str, tuple[Price, ...]]:
    found: dict[str, tuple[Price, ...]] = {}
    for row in csv.DictReader(text.splitlines()):
        if not row["as_of"] or not row["checked"]:
            raise ValueError(f"the shipped price of {row['name']} ({row['market']}, {row['region']}) has no date")
        price = Price(
            rate=_quantity(MoneyRate, f"{row['usd_per_hour']} USD/h"),
            market=row["market"],
            region=row["region"],
            as_of=_date(row["as_of"]),
            source=_source(row["source"], row["checked"], row["licence"]),
        )
        found[row["name"]] = (*found.get(row["name"], ()), price)
    return found


def _quantity(kind: type[Q], text: str) -> Q:
    """Parsed once per text: thousands of cells hold few values."""
    found = _PARSED.get((kind, text))
    if not isinstance(found, kind):
        found = _PARSED[kind, text] = kind.parse(text)
    return found


def _known(kind: type[Q], text: str) -> Q | None:
    return _quantity(kind, text) if text else None


@cache
def _date(text: str) -> date:
    return date.fromisoformat(text)


@cache
def _source(title: str, checked: str, licence: str) -> Source:
    return Source(title, _date(checked), licence)
