"""`tonnage schema`: JSON Schema of files, for editors."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tonnage.capacity.plan_schema import pools_schema, team_plan_schema
from tonnage.catalog.user_schema import catalog_schema
from tonnage.cli.screen import FINE, result
from tonnage.spec.schema import json_schema

SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "cluster": lambda: json_schema("cluster"),
    "team": lambda: json_schema("team"),
    "catalog": catalog_schema,
    "pools-plan": pools_schema,
    "team-plan": team_plan_schema,
}
"""By kind of file."""


def run(kind: str) -> int:
    """Print the schema. The exit code."""
    result(text_of(kind))
    return FINE


def text_of(kind: str) -> str:
    """The schema as it is printed, and as the file that specs name."""
    return json.dumps(SCHEMAS[kind](), indent=2, ensure_ascii=False) + "\n"
