"""A user's own `catalog.yaml`: rows that add to the shipped catalogue, or change the keys that they name.

Strict: every row states `source` and `checked`, what is unknown is left out and never 0, and each problem is a
finding at its place in the file.
"""

import json
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar, cast

from tonnage.catalog.accelerators import Accelerator
from tonnage.catalog.catalog import Catalog, DaemonSetRequest, Release, version_with
from tonnage.catalog.doubts import doubts_of, figure_doubts
from tonnage.catalog.from_shape import ShapedModel, model_of
from tonnage.catalog.models import Model
from tonnage.catalog.node_types import NodeType
from tonnage.catalog.prices import read_prices
from tonnage.catalog.rows import closest, keys_of, mended, read_row
from tonnage.files.plain import Path, to_plain
from tonnage.files.yaml import Document
from tonnage.findings import Finding

T = TypeVar("T")
Rows: TypeAlias = dict[str, Any]
NAME_KEYS: Mapping[type, str] = {Model: "id"}


@dataclass
class UserRows:
    """The catalogue while a file's rows are laid over it."""

    document: Document
    accelerators: dict[str, Accelerator]
    node_types: dict[str, NodeType]
    models: MutableMapping[str, Model]
    daemon_sets: dict[str, DaemonSetRequest]
    releases: dict[str, Release]
    findings: list[Finding] = field(default_factory=list)
    changed: list[object] = field(default_factory=list)
    """Values that are not as shipped."""

    def found(self, path: Path, what: str, fix: str, *, key: bool = False) -> None:
        """Note a problem at a path of the file."""
        where = ".".join(map(str, path)) or "catalog"
        place = self.document.key(path) if key else self.document.at(path)
        self.findings.append(Finding(where, what, fix, position=place, code="TN401"))


def with_user_rows(shipped: Catalog, document: Document) -> tuple[Catalog | None, tuple[Finding, ...]]:
    """The catalogue with a file's rows in their places, or None and every problem of the file."""
    rows = UserRows(
        document,
        dict(shipped.accelerators),
        dict(shipped.node_types),
        ChainMap({}, cast("dict[str, Model]", shipped.models)),
        {d.name: d for d in shipped.daemon_sets},
        dict(shipped.releases),
    )
    for section, tree in _sections(rows):
        _SECTIONS[section](rows, tree)
    if rows.findings:
        return None, tuple(rows.findings)
    dates = [p.as_of for n in rows.node_types.values() for p in n.prices]
    catalog = Catalog(
        accelerators=rows.accelerators,
        node_types=rows.node_types,
        models=rows.models,
        daemon_sets=tuple(rows.daemon_sets.values()),
        releases=rows.releases,
        version=_version(shipped.version, rows.changed),
        prices_as_of=min(dates, default=None),
    )
    return catalog, ()


def _version(shipped: str, changed: list[object]) -> str:
    if not changed:
        return shipped
    rows = sorted(json.dumps([type(value).__name__, to_plain(value)], sort_keys=True) for value in changed)
    return version_with(shipped, rows)


def _sections(rows: UserRows) -> Iterator[tuple[str, Any]]:
    """Sections in our order: node types name accelerators, prices name node types."""
    tree = rows.document.value
    if not isinstance(tree, Mapping):
        rows.found((), "is not a mapping", "begin with: kind: Catalog")
        return
    if tree.get("kind") != "Catalog":
        rows.found(("kind",), f"kind is {tree.get('kind')!r}", "write kind: Catalog")
    for key in tree:
        if key not in {"kind", *_SECTIONS}:
            rows.found((key,), f"{key!r} is no section of a catalogue", closest(str(key), _SECTIONS), key=True)
    yield from ((section, tree[section]) for section in _SECTIONS if section in tree)


def _named(rows: UserRows, section: str, tree: Any) -> Iterator[tuple[str, Rows]]:
    """The rows of a section that are mappings, by name."""
    if not isinstance(tree, Mapping):
        rows.found((section,), "is not a mapping", "write one key per row: its name")
        return
    for name in sorted(tree, key=str):
        if isinstance(name, str) and isinstance(tree[name], Mapping):
            yield name, dict(tree[name])
        else:
            rows.found((section, name), "is not a row", "write the row's keys under its name")


def _read(rows: UserRows, kind: type[T], at: tuple[str, str], row: Rows, base: T | None = None) -> T | None:
    """A value of `kind`: the row at a path, over the values of `base`. None: there are findings."""
    given_by_name = NAME_KEYS.get(kind, "name")
    known = [key for key in keys_of(kind) if key not in {given_by_name, "prices"}]
    strange = [key for key in row if key not in known]
    for key in strange:
        rows.found((*at, key), f"{key!r} is no key of this row", closest(str(key), known), key=True)
    given = {key: value for key, value in row.items() if key in known}
    shipped = cast("Rows", to_plain(base)) if base is not None else {}
    stated = {key: value for key, value in shipped.items() if key in known and key != "source"} | given
    name = {} if kind is ShapedModel else {given_by_name: at[1]}
    value, problems = read_row(kind, stated, **name)
    for path, what in problems:
        rows.found((*at, *path), *mended(what))
    doubts = [*figure_doubts(given), *(doubts_of(at[1], value) if value is not None else ())]
    for path, what, fix in doubts:
        rows.found((*at, *path), what, fix)
    return None if problems or strange or doubts else value


def _accelerators(rows: UserRows, tree: Any) -> None:
    for name, row in _named(rows, "accelerators", tree):
        base = rows.accelerators.get(name)
        value = _read(rows, Accelerator, ("accelerators", name), row, base)
        for precision, peak in sorted(value.peak.items() if value and base else ()):
            known = base.peak.get(precision) if base else None
            if known and 1.95 <= peak / known <= 2.05:
                what = f"{peak} is twice the {known} known to be dense: a sparse figure"
                rows.found(("accelerators", name, "peak", precision), what, "state the dense peak")
        _keep(rows, rows.accelerators, name, value)


def _node_types(rows: UserRows, tree: Any) -> None:
    for name, row in _named(rows, "nodeTypes", tree):
        base = rows.node_types.get(name)
        value = _read(rows, NodeType, ("nodeTypes", name), row, base)
        if value is None:
            continue
        if value.accelerator is not None and value.accelerator not in rows.accelerators:
            what = f"unknown accelerator {value.accelerator!r}"
            rows.found(("nodeTypes", name, "accelerator"), what, closest(value.accelerator, rows.accelerators))
            continue
        _keep(rows, rows.node_types, name, replace(value, prices=base.prices if base else ()))


def _models(rows: UserRows, tree: Any) -> None:
    for name, row in _named(rows, "models", tree):
        if "shape" not in row:
            _keep(rows, rows.models, name, _read(rows, Model, ("models", name), row, rows.models.get(name)))
            continue
        shaped = _read(rows, ShapedModel, ("models", name), row)
        model = model_of(name, shaped) if shaped else None
        if isinstance(model, str):
            rows.found(("models", name, "shape"), model, "state totals instead of a shape")
        else:
            _keep(rows, rows.models, name, model)


def _daemon_sets(rows: UserRows, tree: Any) -> None:
    for name, row in _named(rows, "daemonSets", tree):
        value = _read(rows, DaemonSetRequest, ("daemonSets", name), row, rows.daemon_sets.get(name))
        _keep(rows, rows.daemon_sets, name, value)


def _releases(rows: UserRows, tree: Any) -> None:
    for name, row in _named(rows, "releases", tree):
        if name in rows.releases:
            _keep(rows, rows.releases, name, _read(rows, Release, ("releases", name), row, rows.releases[name]))
        else:
            what = f"nothing uses a release {name!r}"
            rows.found(("releases", name), what, closest(name, rows.releases), key=True)


def _prices(rows: UserRows, tree: Any) -> None:
    for name, price, path, problem in read_prices(tree, rows.node_types):
        if price is None:
            rows.found(("prices", *path), *problem)
            continue
        node = rows.node_types[name]
        others = (p for p in node.prices if (p.market, p.region) != (price.market, price.region))
        prices = tuple(sorted((*others, price), key=lambda p: (p.market, p.region)))
        rows.node_types[name] = replace(node, prices=prices)
        rows.changed.append((name, price))


def _keep(rows: UserRows, table: MutableMapping[str, Any], name: str, value: Any) -> None:
    if value is not None and value != table.get(name):
        table[name] = value
        rows.changed.append(value)


_SECTIONS: Mapping[str, Callable[[UserRows, Any], None]] = {
    "accelerators": _accelerators,
    "nodeTypes": _node_types,
    "models": _models,
    "daemonSets": _daemon_sets,
    "releases": _releases,
    "prices": _prices,
}
