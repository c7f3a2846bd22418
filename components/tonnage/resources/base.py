"""What all components share: checks first, then one parent and its objects, in order."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

import pulumi

from tonnage.findings import Finding, SpecError
from tonnage.resources.immutable import immutable_fields
from tonnage.resources.seam import Child, resource_of

_ANY_OBJECT = "kubernetes:core/v1:ConfigMap"


class Component(pulumi.ComponentResource):
    """A component of tonnage: a parent with the type `tonnage:index:<class>` and its Kubernetes objects.

    Its arguments are recorded as its properties, so they show in state and diffs. The provider must be given, by
    `provider`, `providers` or a parent that has one. The component's own `depends_on`, `protect` and
    `retain_on_delete` hold for its objects too; transforms reach them as they do in Pulumi.
    """

    def __init__(
        self,
        name: str,
        args: Mapping[str, Any],
        children: Sequence[Child],
        opts: pulumi.ResourceOptions | None = None,
        outputs: Mapping[str, Any] | None = None,
    ) -> None:
        """Declare parent and children, in their order. Raises SpecError before that where no provider is given."""
        opts = opts or pulumi.ResourceOptions()
        token = f"tonnage:index:{type(self).__name__}"
        if found := _no_provider(name, opts):
            raise SpecError(found)
        super().__init__(token, name, _told(args), opts)
        self.children: dict[str, pulumi.CustomResource] = {}
        for child in children:
            self.children[child.name] = self._declare(name, child, opts)
        for output, value in (outputs or {}).items():
            setattr(self, output, pulumi.Output.from_input(value))
        self.register_outputs(dict(outputs or {}))

    def _declare(self, name: str, child: Child, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
        shared = pulumi.ResourceOptions(
            parent=self, depends_on=opts.depends_on, protect=opts.protect, retain_on_delete=opts.retain_on_delete
        )
        earlier = pulumi.ResourceOptions(depends_on=[self.children[other] for other in child.after])
        return resource_of(name, child, immutable_fields(child.manifest), pulumi.ResourceOptions.merge(shared, earlier))


def _told(value: Any) -> Any:
    """Arguments as properties: Pulumi takes no Enum, but makes them of a program's text in another language."""
    if isinstance(value, Mapping):
        return {key: _told(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_told(v) for v in value]
    return value.value if isinstance(value, Enum) else value


def _no_provider(name: str, opts: pulumi.ResourceOptions) -> list[Finding]:
    """A default provider would apply to whatever cluster the machine's kubeconfig happens to name."""
    given = opts.providers or ()
    listed = given.values() if isinstance(given, Mapping) else given
    explicit = [*listed, *([opts.provider] if opts.provider else [])]
    if any(p.package == "kubernetes" for p in explicit):
        return []
    if opts.parent is not None and opts.parent.get_provider(_ANY_OBJECT) is not None:
        return []
    fix = "pass pulumi.ResourceOptions(provider=pulumi_kubernetes.Provider(...))"
    return [Finding(name, "no Kubernetes provider is given", fix, code="TN503")]
