"""From what a program sent to the engine to `Declared` values."""

from collections.abc import Mapping

from pulumi.runtime.proto import alias_pb2, resource_pb2

from tonnage.manifests.declared import Declared
from tonnage.preview.wire import Plain, key_of, provider_key

Requests = Mapping[str, resource_pb2.RegisterResourceRequest]


def declared_of(stack: str, requests: Requests, plain: Plain) -> tuple[Declared, ...]:
    """Resources of a stack from its requests by URN, sorted by key. The stack itself is nobody's parent here."""
    aliases: dict[str, tuple[str, ...]] = {}
    for urn in requests:
        _aliases(urn, requests, aliases)
    found = [_declared(stack, r, requests, plain, aliases[urn]) for urn, r in requests.items()]
    return tuple(sorted(found, key=lambda d: d.key))


def _declared(
    stack: str,
    request: resource_pb2.RegisterResourceRequest,
    requests: Requests,
    plain: Plain,
    aliases: tuple[str, ...],
) -> Declared:
    by_property = {
        name: tuple(sorted(key_of(urn) for urn in sent.urns))
        for name, sent in sorted(request.propertyDependencies.items())
        if sent.urns
    }
    return Declared(
        stack=stack,
        token=request.type,
        name=request.name,
        parent=key_of(request.parent) if request.parent in requests else None,
        inputs=plain.inputs(request.type, request.object),
        depends_on=tuple(sorted({key_of(urn) for urn in request.dependencies})),
        property_depends_on=by_property,
        provider=provider_key(request.provider),
        protect=request.protect,
        retain_on_delete=request.retainOnDelete,
        delete_before_replace=request.deleteBeforeReplace,
        replace_on_changes=tuple(sorted(request.replaceOnChanges)),
        ignore_changes=tuple(sorted(request.ignoreChanges)),
        aliases=aliases,
    )


def _aliases(urn: str, requests: Requests, known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Former keys of a resource: its own aliases, and those that follow from a renamed parent, as the engine does.

    A child whose name starts with its parent's is looked for under the parent's former name.
    """
    if urn not in requests:
        return ()
    if urn not in known:
        request = requests[urn]
        own = [_former(alias, request) for alias in request.aliases]
        parent = requests.get(request.parent)
        inherited = [
            f"{request.type}::{_renamed(request.name, parent.name, former.partition('::')[2])}"
            for former in _aliases(request.parent, requests, known)
            if parent is not None
        ]
        here = f"{request.type}::{request.name}"
        known[urn] = tuple(dict.fromkeys(key for key in (*own, *inherited) if key != here))
    return known[urn]


def _former(alias: alias_pb2.Alias, request: resource_pb2.RegisterResourceRequest) -> str:
    if alias.WhichOneof("alias") == "urn":
        return key_of(alias.urn)
    return f"{alias.spec.type or request.type}::{alias.spec.name or request.name}"


def _renamed(child: str, parent: str, former: str) -> str:
    return former + child.removeprefix(parent) if child.startswith(parent) else child
