"""What a program declares, as plain values: the same for a manifest, a recording and a report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Manifest = dict[str, Any]
"""A Kubernetes object exactly as `kubectl apply` takes it: camelCase, plain data."""


@dataclass(frozen=True)
class Declared:
    """One resource that a Pulumi program registered.

    `parent` and `depends_on` hold keys of other resources of the same stack. `inputs` are plain data;
    secrets and values not known before apply appear as `SECRET` and `UNKNOWN`.
    """

    stack: str
    token: str
    """kubernetes:apps/v1:Deployment, tonnage:index:ModelServer, pulumi:providers:kubernetes"""
    name: str
    """Logical name."""
    parent: str | None
    inputs: Mapping[str, Any]
    depends_on: tuple[str, ...] = ()
    provider: str | None = None
    """Key of the provider resource; None is the default provider."""
    protect: bool = False
    retain_on_delete: bool = False
    delete_before_replace: bool = False
    replace_on_changes: tuple[str, ...] = ()
    ignore_changes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    """Former keys, those that follow from a renamed parent included."""
    property_depends_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys of resources whose values stand in an input, by the input's name. All are in `depends_on` too."""

    @property
    def key(self) -> str:
        """Unique in its stack."""
        return f"{self.token}::{self.name}"

    @property
    def is_object(self) -> bool:
        """Whether it is a Kubernetes object, and not a component or provider."""
        return self.token.startswith("kubernetes:")


SECRET = "[secret]"  # noqa: S105 what stands in a report instead of a secret
UNKNOWN = "[unknown until apply]"
