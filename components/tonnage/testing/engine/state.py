"""What a stack's state holds after a crash, and how a refresh is told about it.

The form is that of `pulumi stack export`: pulumi/pulumi, sdk/go/common/apitype/core.go, version 3.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tonnage.manifests.declared import Manifest
from tonnage.preview.engine_reading import shaped
from tonnage.preview.engine_steps import State

_CREATING = "creating"


@dataclass(frozen=True)
class Pending:
    """An operation that was begun: nobody knows whether it was done."""

    kind: str
    """creating, updating, deleting, reading or importing."""
    resource: State


@dataclass(frozen=True)
class StackState:
    """Resources of a stack, and what was under way when it was last written."""

    resources: tuple[State, ...]
    pending: tuple[Pending, ...] = ()

    @property
    def twice(self) -> tuple[str, ...]:
        """URNs of resources that are held more than once, those that wait to be deleted left out."""
        living = [r.urn or "" for r in self.resources if not r.delete]
        return tuple(sorted({urn for urn in living if living.count(urn) > 1}))

    @property
    def objects(self) -> tuple[Manifest, ...]:
        """Kubernetes objects that it holds, by their inputs."""
        return tuple(m for r in self.resources if (m := manifest_of(r)) is not None)


def stack_state(tree: Mapping[str, Any]) -> StackState:
    """Read what `pulumi stack export` gives, or its `deployment` alone, as the Automation API has it."""
    deployment = tree.get("deployment", tree) or {}
    resources = tuple(shaped(State, r) for r in deployment.get("resources") or ())
    pending = tuple(
        Pending(str(p["type"]), shaped(State, p["resource"])) for p in deployment.get("pending_operations") or ()
    )
    return StackState(resources, pending)


def manifest_of(resource: State) -> Manifest | None:
    """The Kubernetes object that a resource is; None for components, providers and resources of other clouds."""
    inputs = resource.inputs or {}
    is_object = {"apiVersion", "kind", "metadata"} <= inputs.keys() and isinstance(inputs["metadata"], Mapping)
    return dict(inputs) if is_object and inputs["metadata"].get("name") else None


def recovery(state: StackState, exists: Callable[[Manifest], bool]) -> tuple[str, ...]:
    """Arguments of `pulumi refresh` after a crash.

    Whether a pending create has made its object is asked of the cluster: then it is imported under its id, and an
    update goes on from it; else it is dropped. Clearing them blindly would leave orphans, which the next update would
    run into as "already exists". Without pending creates a plain refresh is enough.
    """
    creating = [p.resource for p in state.pending if p.kind == _CREATING]
    there = {str(r.urn): id_of(m) for r in creating if (m := manifest_of(r)) is not None and exists(m)}
    imports = [part for urn, name in sorted(there.items()) for part in (*_IMPORT, urn, *_IMPORT, name)]
    return (*imports, "--clear-pending-creates") if len(there) < len(creating) else tuple(imports)


_IMPORT = ("--import-pending-creates",)  # takes URN and id in turns


def id_of(manifest: Manifest) -> str:
    """The id that the Kubernetes provider gives an object: namespace/name, or the name alone."""
    metadata = manifest["metadata"]
    return f"{metadata['namespace']}/{metadata['name']}" if metadata.get("namespace") else str(metadata["name"])
