"""`tonnage schema`: JSON Schema of spec files, for editors."""

import json
from typing import Literal

from tonnage.cli.screen import FINE, result
from tonnage.spec.schema import json_schema


def run(kind: Literal["cluster", "team"]) -> int:
    """Print the schema. The exit code."""
    result(json.dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n")
    return FINE
