"""Write docs/specs.md, every key of the spec files, from the JSON Schema that the models give.

python tools/spec_reference.py > docs/specs.md
"""

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from tonnage.spec.keys import form_of, left_out
from tonnage.spec.schema import json_schema

HEAD = """# Spec files

Every key of the files in `clusters/` and `teams/`. Quantities are text with a unit. Keys that are read and checked but
change nothing yet say "not planned yet". Made from the models by `tools/spec_reference.py`.

An editor completes and checks the files by their JSON Schema, which `tonnage schema cluster` and `tonnage schema team`
print. Kept beside the specs (`tonnage schema team > schema/team.json`), it is named by the first line of a file:

```yaml
# yaml-language-server: $schema=../schema/team.json
```

`tonnage explain serving.slo.ttftP95` says of one key what stands here.
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
    for key, field in schema["properties"].items():
        default = left_out(field, required=key in schema.get("required", []))
        meaning = field.get("description", "").replace("<", "&lt;")
        form = form_of(field, lambda name: f"[{name}](#{own}-{name.lower()})")
        cells = (f"`{key}`", form, default, meaning)
        yield "| " + " | ".join(c.replace("|", "\\|").replace("\n", " ") for c in cells) + " |"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(page())
