"""What differs between two sets of declared resources, stack by stack, field by field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from tonnage.manifests.declared import SECRET, Declared
from tonnage.report.fields import ABSENT, FieldChange, Path, field_changes
from tonnage.report.replacement import causes

Kind = Literal["added", "deleted", "changed", "replaced"]
OPTIONS = ("protect", "retain_on_delete")
"""Options of a resource whose change is news by itself."""
_MASKED_KIND = "kubernetes:core/v1:Secret"


@dataclass(frozen=True)
class ObjectChange:
    """One resource that differs. `fields` is empty for added and deleted ones."""

    kind: Kind
    before: Declared | None
    after: Declared | None
    fields: tuple[FieldChange, ...] = ()
    """Secrets are masked."""
    replaced_by: tuple[str, ...] = ()
    """Fields, or `parent`, that force the replacement."""

    @property
    def resource(self) -> Declared:
        """The resource as it will be, or was."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a change has at least one side")
        return found

    @property
    def stack(self) -> str:
        """Stack that holds it."""
        return self.resource.stack

    @property
    def title(self) -> str:
        """Deployment search/chat, as people name it."""
        return title(self.resource)


def title(declared: Declared) -> str:
    """Kind, then namespace and name of a Kubernetes object, or the logical name of another resource."""
    kind = declared.token.rsplit(":", 1)[-1]
    meta = declared.inputs.get("metadata")
    if not declared.is_object or not isinstance(meta, Mapping) or "name" not in meta:
        return f"{kind} {declared.name}"
    return f"{kind} {'/'.join(str(meta[k]) for k in ('namespace', 'name') if meta.get(k))}"


def compare_objects(before: Iterable[Declared], after: Iterable[Declared]) -> tuple[ObjectChange, ...]:
    """Resources that differ, by stack and key. An alias of a new resource takes over the old one of that name."""
    old = {(d.stack, d.key): d for d in before}
    new = {(d.stack, d.key): d for d in after}
    pairs = [(_predecessor(d, old, new), d) for _, d in sorted(new.items())]
    taken = {(b.stack, b.key) for b, _ in pairs if b is not None}
    changes = [_change(b, d, old, new) for b, d in pairs]
    changes += [ObjectChange("deleted", d, None) for at, d in sorted(old.items()) if at not in taken]
    return tuple(sorted((c for c in changes if c), key=lambda c: (c.stack, c.resource.key, c.kind)))


def _predecessor(
    d: Declared, old: Mapping[tuple[str, str], Declared], new: Mapping[tuple[str, str], Declared]
) -> Declared | None:
    if (d.stack, d.key) in old:
        return old[d.stack, d.key]
    former = ((d.stack, _key_of(alias, d.token)) for alias in d.aliases)
    return next((old[at] for at in former if at in old and at not in new), None)


def _key_of(alias: str, token: str) -> str:
    """The key that an alias speaks of: it is a URN, a key, or a bare name."""
    *_, kind, name = ("", *alias.split("::")) if "::" in alias else (token, alias)
    return f"{kind.rsplit('$', 1)[-1]}::{name}"


def _change(
    before: Declared | None,
    after: Declared,
    old: Mapping[tuple[str, str], Declared],
    new: Mapping[tuple[str, str], Declared],
) -> ObjectChange | None:
    if before is None:
        return ObjectChange("added", None, after)
    changed = (*field_changes(before.inputs, after.inputs), *_options(before, after))
    provider = new.get((after.stack, after.provider or ""))
    why = causes(before, after, provider, changed)
    if not after.aliases and _ancestry(before, old) != _ancestry(after, new):
        why = ("parent", *why)
        changed = (FieldChange(("parent",), before.parent, after.parent), *changed)
    if not changed:
        return None
    masked = tuple(_masked(after.token, c) for c in changed)
    return ObjectChange("replaced" if why else "changed", before, after, masked, why)


def _options(before: Declared, after: Declared) -> tuple[FieldChange, ...]:
    pairs = ((o, getattr(before, o), getattr(after, o)) for o in OPTIONS)
    return tuple(FieldChange((f"({name})",), b, a) for name, b, a in pairs if b != a)


def _ancestry(d: Declared, among: Mapping[tuple[str, str], Declared]) -> tuple[str, ...]:
    """Types of all parents: the engine makes them part of a resource's identity."""
    types: list[str] = []
    parent = d.parent
    while parent is not None and len(types) < len(among):
        types.append(parent.split("::")[0])
        above = among.get((d.stack, parent))
        parent = above.parent if above else None
    return tuple(types)


def _masked(token: str, change: FieldChange) -> FieldChange:
    return FieldChange(change.path, *(masked(token, change.path, v) for v in (change.before, change.after)))


def masked(token: str, path: Path, value: object) -> object:
    """The value with those of a Secret, and every kubeconfig, hidden even where the program forgot to say so."""
    if value is ABSENT:
        return value
    if path and path[-1] == "kubeconfig":
        return SECRET
    if isinstance(value, Mapping):
        return {key: masked(token, (*path, str(key)), v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [masked(token, (*path, place), v) for place, v in enumerate(value)]
    hidden = token == _MASKED_KIND and bool(path) and path[0] in {"data", "stringData"}
    return SECRET if hidden else value
