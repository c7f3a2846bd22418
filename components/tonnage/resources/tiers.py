"""Tiers: the three PriorityClasses of a cluster."""

from typing import NotRequired, TypedDict

import pulumi

from tonnage.manifests.contracts import PRIORITY_CLASSES
from tonnage.manifests.tiers import priority_class
from tonnage.resources.arguments import read
from tonnage.resources.base import Component
from tonnage.resources.overrides import Override, overridden
from tonnage.resources.seam import Child
from tonnage.resources.verdict import settle

_CHILDREN = {"production": "production", "standard": "standard", "bestEffort": "best-effort"}


class TiersArgs(TypedDict):
    """Nothing needs to be said: plan and pods rest on these classes as they are."""

    overrides: NotRequired[dict[str, Override]]
    """Changes of single fields, by object: production, standard, best-effort."""


class Tiers(Component):
    """The PriorityClasses of the tiers production, standard and best effort. One per cluster, before all pods."""

    classes: pulumi.Output[dict[str, str]]
    """Name of the PriorityClass by tier."""

    def __init__(self, name: str, args: TiersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the classes. Raises SpecError with everything that is wrong, before anything is declared."""
        given, found = read(name, args, TiersArgs)
        settle(found)
        children = [Child(child, priority_class(tier)) for tier, child in _CHILDREN.items()]
        changed, misled = overridden(name, children, given.values.get("overrides", {}))
        settle(misled)
        super().__init__(name, args, changed, opts, {"classes": dict(PRIORITY_CLASSES)})
