"""The one seam to Pulumi: a Kubernetes object becomes a resource, with its fields exactly as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from tonnage.manifests.declared import Manifest

_HOLDS_STATE = frozenset({
    ("", "Namespace"),
    ("", "PersistentVolume"),
    ("", "PersistentVolumeClaim"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apps", "StatefulSet"),
})  # fmt: skip
"""Group and kind of objects whose deletion takes data with it."""


@dataclass(frozen=True)
class Child:
    """One object of a component."""

    name: str
    """What people call it inside the component: `deployment`. The logical name is `<component>-<name>`."""
    manifest: Manifest
    after: tuple[str, ...] = ()
    """Names of other children that must exist first."""
    former: tuple[str, ...] = ()
    """Names that earlier releases gave it."""


def token_of(manifest: Mapping[str, Any]) -> str:
    """The resource type of an object: `kubernetes:apps/v1:Deployment`, `kubernetes:core/v1:Namespace`.

    The form is that of pulumi-kubernetes, whose provider takes it for custom resources of any group too.
    """
    group, _, version = str(manifest["apiVersion"]).rpartition("/")
    return f"kubernetes:{group or 'core'}/{version}:{manifest['kind']}"


def holds_state(manifest: Mapping[str, Any]) -> bool:
    """Whether deleting the object loses data."""
    return (str(manifest["apiVersion"]).rpartition("/")[0], manifest["kind"]) in _HOLDS_STATE


def resource_of(
    component: str, child: Child, immutable: Sequence[str], opts: pulumi.ResourceOptions
) -> pulumi.CustomResource:
    """Declare one object. `immutable` are its fields that the API server does not let change.

    Where such a field changes, the object is replaced: the old one first, because both have one name. Objects that
    hold state are protected and stay in the cluster when the program drops them, unless `opts` says otherwise.
    """
    state = True if holds_state(child.manifest) else None
    own = pulumi.ResourceOptions(
        protect=state if opts.protect is None else opts.protect,
        retain_on_delete=state if opts.retain_on_delete is None else opts.retain_on_delete,
        replace_on_changes=list(immutable) or None,
        delete_before_replace=True if immutable else None,
        aliases=[pulumi.Alias(name=f"{component}-{former}") for former in child.former] or None,
    )
    merged = pulumi.ResourceOptions.merge(opts, own)
    return pulumi.CustomResource(token_of(child.manifest), f"{component}-{child.name}", child.manifest, merged)
