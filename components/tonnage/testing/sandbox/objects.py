"""Objects on their way to the server: their names in findings, their order, and the definitions that they need."""

import json
from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from tonnage.manifests.declared import Declared, Manifest

_SERVERS_OWN = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid")
DEFINITION = "CustomResourceDefinition"


def kind_of(manifest: Manifest) -> str:
    """The kind."""
    return str(manifest["kind"])


def named(manifest: Manifest) -> str:
    """What a finding calls an object: Deployment team-search/chat."""
    metadata = manifest["metadata"]
    space = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
    return f"{manifest['kind']} {space}{metadata.get('name') or metadata.get('generateName')}"


def in_order(objects: Iterable[Declared | Manifest]) -> tuple[Manifest, ...]:
    """Kubernetes objects, each after what it depends on; plain manifests first, in the order given.

    Stacks are taken in the order given, as they are applied one after the other.
    """
    given = tuple(objects)
    plain = [o for o in given if not isinstance(o, Declared)]
    stacks: dict[str, list[Declared]] = {}
    for resource in given:
        if isinstance(resource, Declared):
            stacks.setdefault(resource.stack, []).append(resource)
    return (*plain, *(o for declared in stacks.values() for o in _ordered(declared)))


def definitions_of(source: Path | Iterable[Manifest]) -> tuple[Manifest, ...]:
    """Definitions by name, without what a server has added to them. A folder is read with all below it."""
    if isinstance(source, Path):
        read = [json.loads(file.read_bytes()) for file in sorted(source.rglob("*.json"))]
        found = [o for tree in read if isinstance(tree, dict) for o in tree.get("items", [tree])]
    else:
        found = list(source)
    return tuple(sorted(map(_clean, filter(_is_definition, found)), key=lambda o: str(o["metadata"]["name"])))


def needed(definitions: Iterable[Manifest], objects: Iterable[Manifest]) -> tuple[Manifest, ...]:
    """Those definitions whose kind any of the objects has."""
    used = {(str(o["apiVersion"]).split("/")[0], kind_of(o)) for o in objects}
    return tuple(d for d in definitions if (d["spec"]["group"], d["spec"]["names"]["kind"]) in used)


def _ordered(declared: list[Declared]) -> list[Manifest]:
    by_key = {d.key: d for d in declared}
    graph = {key: [a for a in (*d.depends_on, d.parent) if a in by_key] for key, d in sorted(by_key.items())}
    return [by_key[key].inputs for key in TopologicalSorter(graph).static_order() if by_key[key].is_object]  # type: ignore[misc] # an object's inputs are its manifest


def _is_definition(tree: object) -> bool:
    return isinstance(tree, Mapping) and tree.get("kind") == DEFINITION


def _clean(definition: Mapping[str, Any]) -> Manifest:
    metadata = {k: v for k, v in definition["metadata"].items() if k not in _SERVERS_OWN}
    return {**{k: v for k, v in definition.items() if k != "status"}, "metadata": metadata}
