"""JSON Schema of a user's own `catalog.yaml`, made from the values that its rows become."""

from typing import Any

from tonnage.catalog.accelerators import Accelerator
from tonnage.catalog.catalog import DaemonSetRequest, Release
from tonnage.catalog.from_shape import ShapedModel
from tonnage.catalog.models import Model
from tonnage.catalog.node_types import NodeType, Price
from tonnage.catalog.prices import MARKETS
from tonnage.files.plain_schema import Schema, plain_schema
from tonnage.spec.schema import DIALECT

_SOURCE: Schema = {
    "source": {"type": "string", "description": "Where the figures come from: a document, or a repository and file."},
    "checked": {
        "type": "string",
        "format": "date",
        "description": "The day it was read.",
        "examples": ["2026-11-23"],
    },
    "licence": {"type": "string", "description": "Of the source."},
}
_TABLES = {
    "accelerators": ((Accelerator,), "Accelerators by name; of shipped ones, the keys that differ."),
    "nodeTypes": ((NodeType,), "Instance types by name; of shipped ones, the keys that differ."),
    "models": ((Model, ShapedModel), "Models by name, by their totals or by the shape of their layers."),
    "daemonSets": ((DaemonSetRequest,), "What DaemonSets of your own ask of every node, by name."),
    "releases": ((Release,), "Pinned images that replace shipped ones, by name."),
}


def catalog_schema() -> dict[str, Any]:
    """Draft 2020-12. That a new row is whole, it cannot tell: a row of a shipped name holds what differs."""
    definitions: Schema = {}
    tables = {name: _table(kinds, text, definitions) for name, (kinds, text) in _TABLES.items()}
    prices = {"type": "array", "items": _price(definitions), "description": "Prices of your own, each with its day."}
    kind = {"const": "Catalog", "description": "What the file describes."}
    return {
        "$schema": DIALECT,
        "title": "tonnage catalog",
        "description": "Facts of your own: rows that add to the shipped catalogue, or change keys of its rows.",
        "type": "object",
        "properties": {"kind": kind, **tables, "prices": prices},
        "required": ["kind"],
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }


def _table(kinds: tuple[type, ...], text: str, definitions: Schema) -> Schema:
    rows = [_row(kind, definitions) for kind in kinds]
    return {
        "type": "object",
        "description": text,
        "additionalProperties": rows[0] if len(rows) == 1 else {"anyOf": rows},
    }


def _row(kind: type, definitions: Schema) -> Schema:
    """A row as it is written: source flat beside the values, its name the key above it."""
    row = plain_schema(kind, definitions, without=("name", "id", "source", "prices"))
    return {**row, "properties": row["properties"] | _SOURCE, "required": ["source", "checked"]}


def _price(definitions: Schema) -> Schema:
    row = plain_schema(Price, definitions, without=("source",))
    name = {"type": "string", "description": "The type, as its row is named.", "examples": ["p5.48xlarge"]}
    market = row["properties"]["market"] | {"enum": list(MARKETS)}
    properties = {"instanceType": name, **row["properties"], "market": market, **_SOURCE}
    return {**row, "properties": properties, "required": ["instanceType", *row["required"], "source"]}
