"""The way out: changes of single fields that a component does not offer, each with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, TypedDict

from tonnage.findings import Finding
from tonnage.resources.seam import Child

_FIXED = ("apiVersion", "kind")


class Override(TypedDict):
    """A change of one object of a component."""

    because: str
    """Why it is needed; without a reason the next reader cannot tell whether it still is."""
    merge: dict[str, Any]
    """Fields as in the object's manifest; maps are merged, lists and values replaced, null removes."""


def overridden(
    component: str, children: Sequence[Child], overrides: Mapping[str, Mapping[str, Any]]
) -> tuple[tuple[Child, ...], tuple[Finding, ...]]:
    """The children with their overrides in place, and what is wrong with those."""
    found = tuple(
        f for name, o in sorted(overrides.items()) for f in _wrong(f"{component}.overrides.{name}", name, o, children)
    )
    if found:
        return tuple(children), found
    return tuple(
        replace(c, manifest=merged(c.manifest, overrides[c.name]["merge"])) if c.name in overrides else c
        for c in children
    ), ()


def merged(into: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A deep merge: maps by key, everything else replaced, None removes the key. Neither argument is changed."""
    result = dict(into)
    for key, value in change.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            former = result.get(key)
            result[key] = merged(former if isinstance(former, Mapping) else {}, value)
        else:
            result[key] = value
    return result


def _wrong(where: str, name: str, override: Mapping[str, Any], children: Sequence[Child]) -> list[Finding]:
    found = []
    known = [c.name for c in children]
    if name not in known:
        close = get_close_matches(name, known, n=1)
        fix = f"did you mean {close[0]!r}?" if close else f"name one of {', '.join(known)}"
        found.append(Finding(where, f"there is no object {name!r}", fix, code="TN502"))
    if not str(override.get("because") or "").strip():
        found.append(Finding(f"{where}.because", "no reason is given", "say why the object must differ", code="TN502"))
    change = override.get("merge")
    if not isinstance(change, Mapping) or not change:
        found.append(
            Finding(
                f"{where}.merge", "changes nothing", "give the fields to change, or drop the override", code="TN502"
            )
        )
    elif fixed := sorted({*_FIXED} & change.keys()):
        found.append(
            Finding(f"{where}.merge", f"{', '.join(fixed)} cannot be changed", "declare another object", code="TN502")
        )
    return found
