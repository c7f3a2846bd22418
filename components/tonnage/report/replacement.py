"""Which changed fields make the engine replace a resource instead of changing it in place."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from tonnage.manifests.declared import Declared
from tonnage.report.fields import FieldChange, Path

_KUBERNETES = "kubernetes:"


def causes(
    before: Declared, after: Declared, provider: Declared | None, changed: Sequence[FieldChange]
) -> tuple[str, ...]:
    """Paths among `changed` that force a replacement; none means an update in place.

    Two sources: what the program itself asked for (`replace_on_changes`), and the Kubernetes provider's own
    table (`data/replaced.json`, with source and date). `provider` is the one of `after`.
    """
    patterns = [_steps(p) for p in (*after.replace_on_changes, *_of_provider(before.token, provider))]
    return tuple(dict.fromkeys(c.shown_path for c in changed if any(_meets(p, c.path) for p in patterns)))


def _of_provider(token: str, provider: Declared | None) -> tuple[str, ...]:
    if not token.startswith(_KUBERNETES):
        return ()
    table = _table()
    kind = token.removeprefix(_KUBERNETES)
    switch = table["mutable"].get(kind)
    if switch and provider is not None and str(provider.inputs.get(switch, "")).lower() == "true":
        return tuple(table["every"])
    return (*table["every"], *table["kinds"].get(kind, ()))


@cache
def _table() -> Mapping[str, Any]:
    text = files("tonnage.report").joinpath("data/replaced.json").read_text("utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def _steps(pattern: str) -> tuple[str, ...]:
    """spec.containers[*].image -> spec, containers, *, image"""
    return tuple(s.strip("\"'") for s in re.split(r"\.|\[|\]", pattern) if s)


def _meets(pattern: tuple[str, ...], path: Path) -> bool:
    """Whether the changed field lies in what the pattern covers, or holds it whole."""
    return all(_fits(want, step) for want, step in zip(pattern, path, strict=False))


def _fits(want: str, step: str | int) -> bool:
    if want == "*":
        return True
    in_list = isinstance(step, int) or step.startswith("[")
    return want.isdigit() if in_list else want == step
