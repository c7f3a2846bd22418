"""Programs for the tests of components: recorded with an explicit provider."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
from pulumi.provider.experimental.component import ComponentProvider

from tonnage.findings import Finding, SpecError, errors
from tonnage.manifests.declared import Declared
from tonnage.preview import Recording, record


def recorded(program: Callable[[pulumi.ResourceOptions], object]) -> Recording:
    """What a program declares that is handed options with a provider."""

    def run() -> None:
        program(pulumi.ResourceOptions(provider=k8s.Provider("cluster", context="example")))

    return record(run, "platform", "example")


def objects(program: Callable[[pulumi.ResourceOptions], object]) -> dict[str, Declared]:
    """The Kubernetes objects of a program without errors, by logical name."""
    recording = recorded(program)
    assert not errors(recording.findings), recording.findings
    return {d.name: d for d in recording.resources if d.is_object}


def refusals(program: Callable[[pulumi.ResourceOptions], object]) -> list[str]:
    """Where the program's errors are; nothing may be declared besides the provider."""
    seen: list[Finding] = []

    def run(opts: pulumi.ResourceOptions) -> None:
        try:
            program(opts)
        except SpecError as refused:
            seen.extend(refused.findings)

    declared = [d.name for d in recorded(run).resources]
    assert declared == ["cluster"], "nothing is declared beside a mistake"
    return [str(f) for f in seen]


def as_floats(value: Any) -> Any:
    """The same arguments as they come from another language: every integer is a float."""
    if isinstance(value, Mapping):
        return {key: as_floats(v) for key, v in value.items()}
    if isinstance(value, list):
        return [as_floats(v) for v in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def schema_of(component: type[pulumi.ComponentResource]) -> dict[str, Any]:
    """The package schema that other languages see, of one component."""
    text = ComponentProvider([component], "tonnage", version="0.0.0").schema
    assert text is not None
    schema: dict[str, Any] = json.loads(text)
    return schema


def signature(component: type[pulumi.ComponentResource]) -> dict[str, str]:
    """Arguments and outputs of a component, and fields of their types, as other languages see them.

    `?` marks what may be left out, `=` an output, `{...}` a map, `[...]` a list, `<` what must be known at once.
    """
    schema = schema_of(component)
    (resource,) = schema["resources"].values()
    found = dict(_fields("", resource["inputProperties"], resource["requiredInputs"]))
    found |= {f"={name}": _type(of) for name, of in resource.get("properties", {}).items()}
    for token, of in schema["types"].items():
        short = token.rpartition(":")[2]
        if "enum" in of:
            found[short] = " | ".join(str(e["value"]) for e in of["enum"])
        else:
            assert of.get("properties"), f"{short} became an empty object"
            found |= dict(_fields(f"{short}.", of["properties"], of.get("required", [])))
    return found


def _fields(prefix: str, properties: Mapping[str, Any], required: Collection[str]) -> Iterator[tuple[str, str]]:
    for name, of in sorted(properties.items()):
        yield f"{prefix}{name}{'' if name in required else '?'}", _type(of)


def _type(of: Mapping[str, Any]) -> str:
    if "$ref" in of:
        inner = of["$ref"].rpartition("#/")[2].rpartition(":")[2]
    elif of["type"] == "array":
        inner = f"[{_type(of['items'])}]"
    elif of["type"] == "object":
        inner = f"{{{_type(of['additionalProperties'])}}}"
    else:
        inner = of["type"]
    return inner if of.get("plain") is None else f"<{inner}"
