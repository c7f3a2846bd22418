"""Steps of the engine, as its event log and `pulumi preview --json` tell of them: frozen values, nothing left out.

Fields are those of Pulumi's own types (pulumi/pulumi, sdk/go/common/apitype/events.go and core.go, and
pkg/backend/display/json.go, read 2026-11) and of the recorded runs, which are newer in places. None means that the
engine said nothing. What a value has more than its fields stays in `rest`, by its own key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

Tree = Mapping[str, Any]
"""JSON as it was read, secrets masked."""
Keys = Mapping[str, str]
"""Keys by the name of their field."""


def _none() -> Tree:
    return {}


@dataclass(frozen=True)
class Shape:
    """Anything that is read from an object of JSON."""

    KEYS: ClassVar[Keys] = {}
    """Keys that are not the camelCase of their field's name."""

    rest: Tree = field(default_factory=_none, kw_only=True)
    """What this release does not know, or found to be of another type."""


@dataclass(frozen=True)
class PropertyDiff(Shape):
    """How one property differs."""

    KEYS: ClassVar[Keys] = {"kind": "diffKind"}

    kind: str | None = None
    """add, delete, update; each also with -replace, where it forces a replacement."""
    input_diff: bool | None = None
    """Whether new inputs are compared with old inputs, and not with the old state."""


@dataclass(frozen=True)
class PreviewDiff(PropertyDiff):
    """The same as `preview --json` spells it."""

    KEYS: ClassVar[Keys] = {}


@dataclass(frozen=True)
class State(Shape):
    """A resource before or after a step."""

    KEYS: ClassVar[Keys] = {"import_id": "importID"}

    urn: str | None = None
    type: str | None = None
    id: str | None = None
    custom: bool | None = None
    """Whether a plugin manages it; a component is not custom."""
    parent: str | None = None
    provider: str | None = None
    """URN and id of the provider."""
    inputs: Tree | None = None
    outputs: Tree | None = None
    protect: bool | None = None
    delete: bool | None = None
    """It waits to be deleted, because it was replaced."""
    taint: bool | None = None
    retain_on_delete: bool | None = None
    external: bool | None = None
    init_errors: tuple[str, ...] | None = None
    dependencies: tuple[str, ...] | None = None
    property_dependencies: Mapping[str, tuple[str, ...]] | None = None
    pending_replacement: bool | None = None
    additional_secret_outputs: tuple[str, ...] | None = None
    aliases: tuple[str, ...] | None = None
    custom_timeouts: Tree | None = None
    import_id: str | None = None
    deleted_with: str | None = None
    ignore_changes: tuple[str, ...] | None = None
    replace_on_changes: tuple[str, ...] | None = None
    created: str | None = None
    modified: str | None = None
    source_position: str | None = None
    stack_trace: tuple[Tree, ...] | None = None


@dataclass(frozen=True)
class Step(Shape):
    """One operation on one resource, as the event log has it."""

    KEYS: ClassVar[Keys] = {"replaced_keys": "keys", "changed_keys": "diffs"}

    op: str | None = None
    """same, create, update, delete, replace, create-replacement, delete-replaced, read, refresh, import, …"""
    urn: str | None = None
    type: str | None = None
    provider: str | None = None
    old: State | None = None
    new: State | None = None
    replaced_keys: tuple[str, ...] | None = None
    """Properties that force a replacement."""
    changed_keys: tuple[str, ...] | None = None
    detailed_diff: Mapping[str, PropertyDiff] | None = None
    """By property path."""
    logical: bool | None = None
    """A step of the program; a replacement is one, and the creation and deletion that it is made of are not."""


@dataclass(frozen=True)
class PreviewStep(Shape):
    """The same as `preview --json` has it."""

    KEYS: ClassVar[Keys] = {
        "old": "oldState",
        "new": "newState",
        "replaced_keys": "replaceReasons",
        "changed_keys": "diffReasons",
    }

    op: str | None = None
    urn: str | None = None
    provider: str | None = None
    old: State | None = None
    new: State | None = None
    replaced_keys: tuple[str, ...] | None = None
    changed_keys: tuple[str, ...] | None = None
    detailed_diff: Mapping[str, PreviewDiff] | None = None


@dataclass(frozen=True)
class Diagnostic(Shape):
    """What the engine, a provider or the program said."""

    KEYS: ClassVar[Keys] = {"stream_id": "streamID"}

    message: str | None = None
    severity: str | None = None
    """debug, info, info#err (what a program writes to its stderr), warning, error."""
    urn: str | None = None
    prefix: str | None = None
    color: str | None = None
    stream_id: int | None = None
    ephemeral: bool | None = None
    """Progress only: it was shown and written over."""


@dataclass(frozen=True)
class PreviewDigest(Shape):
    """The whole of `pulumi preview --json`. It holds no result of policies."""

    config: Mapping[str, str] | None = None
    steps: tuple[PreviewStep, ...] | None = None
    diagnostics: tuple[Diagnostic, ...] | None = None
    duration: int | None = None
    """Nanoseconds."""
    change_summary: Mapping[str, int] | None = None
    maybe_corrupt: bool | None = None
