"""Small programs for tests of components: one provider, one component, recorded."""

from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
from pulumi.provider.experimental.component import ComponentProvider

from tonnage.manifests.declared import Declared
from tonnage.preview import Recording, record
from tonnage.resources.base import Component

Declares = Callable[[pulumi.ResourceOptions], object]


def recorded(declares: Declares) -> Recording:
    """Record a program that is handed options with a provider."""

    def program() -> None:
        declares(pulumi.ResourceOptions(provider=k8s.Provider("cluster", context="example")))

    return record(program, "platform", "example")


def declared(declares: Declares) -> tuple[Declared, ...]:
    """What such a program declares; it must be sound."""
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


def in_floats(value: Any) -> Any:
    """Arguments as another language sends them: its wire knows no integers."""
    if isinstance(value, Mapping):
        return {key: in_floats(v) for key, v in value.items()}
    if isinstance(value, list):
        return [in_floats(v) for v in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def from_another_language(component: type[Component], inputs: Mapping[str, Any]) -> Declares:
    """Construct a component as Pulumi's engine does for a program in another language: names in camelCase."""
    provider = ComponentProvider([component], "tonnage", version="0.1.0")
    token = f"tonnage:index:{component.__name__}"
    return lambda options: provider.construct("made", token, in_floats(inputs), options)
