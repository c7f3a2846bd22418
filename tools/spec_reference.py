"""Write docs/specs.md, every key of the spec files, from the JSON Schema that the models give.

python tools/spec_reference.py > docs/specs.md
"""

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from tonnage.spec.schema import json_schema

HEAD = """# Spec files

Every key of the files in `clusters/` and `teams/`. Quantities are text with a unit. Keys that are read and checked but
change nothing yet say "not planned yet". Made from the models by `tools/spec_reference.py`.

An editor completes and checks the files by their JSON Schema, which `tonnage schema cluster` and `tonnage schema team`
print.
"""


def page() -> str:
    """The whole page."""
    lines = [HEAD]
    for kind in ("cluster", "team"):
        schema = json_schema("cluster" if kind == "cluster" else "team")
        lines.append(f"## The {kind} file\n")
        lines += _table(schema)
        for name, part in sorted(schema["$defs"].items()):
            if part.get("type") == "object" and "properties" in part:
                lines.append(f'### <a id="{kind}-{name.lower()}"></a>{name} ({kind} file)\n')
                lines.append(f"{part.get('description', '')}\n")
                lines += _table(part, kind)
    return "\n".join(lines).rstrip("\n") + "\n"


def _table(schema: Mapping[str, Any], kind: str | None = None) -> Iterator[str]:
    own = kind or ("cluster" if "nodePools" in schema["properties"] else "team")
    yield "| key | form | left out | meaning |"
    yield "| --- | --- | --- | --- |"
    required = schema.get("required", [])
    for key, field in schema["properties"].items():
        default = "must be given" if key in required else _default(field)
        meaning = field.get("description", "").replace("<", "&lt;")
        cells = (f"`{key}`", _form(field, own), default, meaning)
        yield "| " + " | ".join(c.replace("|", "\\|").replace("\n", " ") for c in cells) + " |"
    yield ""


def _default(field: Mapping[str, Any]) -> str:
    value = field.get("default")
    if value in (None, [], {}) or isinstance(value, Mapping):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _form(field: Mapping[str, Any], kind: str) -> str:
    if "$ref" in field:
        name = str(field["$ref"]).rsplit("/", 1)[-1]
        return f"[{name}](#{kind}-{name.lower()})"
    if "anyOf" in field:
        return " or ".join(dict.fromkeys(_form(f, kind) for f in field["anyOf"]))
    if "const" in field or "enum" in field:
        return ", ".join(f"`{v}`" for v in field.get("enum", [field.get("const")]))
    return _held(field, kind) or _simple(field)


def _held(field: Mapping[str, Any], kind: str) -> str | None:
    if field.get("type") == "array":
        return f"list of {_form(field.get('items', {}), kind)}"
    if field.get("type") != "object":
        return None
    inner: Any = field.get("additionalProperties") or next(iter(field.get("patternProperties", {}).values()), {})
    return f"by name: {_form(inner, kind)}" if isinstance(inner, Mapping) and inner else "by name"


def _simple(field: Mapping[str, Any]) -> str:
    low, high = field.get("minimum"), field.get("maximum")
    ranged = f", {low:,} to {high:,}" if low is not None and high is not None else ""
    examples = field.get("examples")
    shown = f" such as {', '.join(f'`{e}`' for e in examples)}" if examples else ""
    words = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    return f"{words.get(str(field.get('type')), 'value')}{ranged}{shown}"


if __name__ == "__main__":
    sys.stdout.write(page())
