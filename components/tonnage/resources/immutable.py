"""Fields that the API server does not let change: where one does, the object is replaced instead.

The engine knows such fields of built-in kinds, but not of custom resources: without this table a preview fails, and an
update stops half-way. Checked by tests against the transition rules in the definitions of the kinds.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


def immutable_fields(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Property paths of the object's fields whose change must replace it, as Pulumi's replace_on_changes takes them."""
    group = str(manifest["apiVersion"]).rpartition("/")[0]
    rows = _table().get((group, str(manifest["kind"])), ())
    return tuple(r["field"] for r in rows if "keep" not in r and ("if" not in r or _holds(manifest, r["if"])))


def _holds(manifest: Mapping[str, Any], path: str) -> bool:
    here: Any = manifest
    for key in path.split("."):
        if not isinstance(here, Mapping) or key not in here:
            return False
        here = here[key]
    return True


@cache
def _table() -> Mapping[tuple[str, str], tuple[Mapping[str, str], ...]]:
    read = json.loads(files("tonnage.resources").joinpath("data/immutable.json").read_text("utf-8"))
    return {(row["group"], row["kind"]): tuple(row["fields"]) for row in read["kinds"]}
