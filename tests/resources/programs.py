"""What a program with one component declares, told in more ways than `stacked` does; and Pulumi's way to make one."""

from collections.abc import Callable, Mapping
from typing import Any

import pulumi
from pulumi.provider.experimental.component import ComponentProvider

from resources.stacked import as_floats, recorded
from tonnage.manifests.declared import Declared
from tonnage.resources.base import Component

Declares = Callable[[pulumi.ResourceOptions], object]


def declared(declares: Declares) -> tuple[Declared, ...]:
    """Everything that a program declares; it must be sound."""
    recording = recorded(declares)
    assert not recording.findings, recording.findings
    return recording.resources


def manifests(declares: Declares) -> dict[str, Mapping[str, Any]]:
    """Objects of such a program by logical name."""
    return {d.name: d.inputs for d in declared(declares) if d.is_object}


def problems(declares: Declares) -> list[str]:
    """Where something is wrong with a program that is refused; nothing may be declared then."""
    recording = recorded(declares)
    assert recording.findings
    assert recording.resources == ()
    return sorted(f.where for f in recording.findings)


def from_another_language(component: type[Component], inputs: Mapping[str, Any]) -> Declares:
    """Construct a component as Pulumi's engine does for a program in another language: names in camelCase."""
    provider = ComponentProvider([component], "tonnage", version="0.1.0")
    token = f"tonnage:index:{component.__name__}"
    return lambda options: provider.construct("made", token, as_floats(inputs), options)
