"""JSON Schema of plan files. They are written by `tonnage plan --write`; the schema is for whoever reads them."""

from typing import Any

from tonnage.capacity.stored import POOLS_KIND, TEAM_KIND, PoolsFile, TeamFile
from tonnage.files.plain_schema import Schema, plain_schema
from tonnage.spec.schema import DIALECT


def pools_schema() -> dict[str, Any]:
    """Of plan/<cluster>/pools.yaml."""
    return _schema(PoolsFile, POOLS_KIND, "tonnage pools plan")


def team_plan_schema() -> dict[str, Any]:
    """Of plan/<cluster>/<team>.yaml."""
    return _schema(TeamFile, TEAM_KIND, "tonnage team plan")


def _schema(file: type, kind: str, title: str) -> dict[str, Any]:
    definitions: Schema = {}
    schema = plain_schema(file, definitions)
    schema["properties"]["kind"] = {"const": kind, "description": "What the file describes."}
    return {"$schema": DIALECT, "title": title, **schema, "$defs": dict(sorted(definitions.items()))}
