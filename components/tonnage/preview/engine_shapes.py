"""What can stand in a line of the engine's event log: one frozen value for each kind of event.

Kinds and fields are those of pulumi/pulumi, sdk/go/common/apitype/events.go, read 2026-11, and of the recorded runs,
which are newer in places.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from tonnage.preview.engine_steps import Diagnostic, Keys, Shape, Step, Tree


@dataclass(frozen=True)
class Prelude(Shape):
    """Config of the stack, at the start."""

    config: Mapping[str, str] | None = None


@dataclass(frozen=True)
class ResourcePre(Shape):
    """A step begins."""

    metadata: Step | None = None
    planning: bool | None = None
    """In a preview."""


@dataclass(frozen=True)
class ResOutputs(Shape):
    """A step is done, or a component has registered its outputs."""

    metadata: Step | None = None
    planning: bool | None = None


@dataclass(frozen=True)
class ResOpFailed(Shape):
    """A step has failed."""

    metadata: Step | None = None
    status: int | None = None
    """0 the resource is as it was, 1 nobody knows how it is, 2 it is there but not whole."""
    steps: int | None = None


@dataclass(frozen=True)
class Summary(Shape):
    """The end of a run."""

    KEYS: ClassVar[Keys] = {"policy_packs": "PolicyPacks"}

    resource_changes: Mapping[str, int] | None = None
    """Logical steps that were done, by operation."""
    result: str | None = None
    """succeeded or failed."""
    is_preview: bool | None = None
    duration_seconds: int | None = None
    maybe_corrupt: bool | None = None
    """The state of the stack may no longer be what exists."""
    policy_packs: Mapping[str, str] | None = None


@dataclass(frozen=True)
class OfPack(Shape):
    """Whatever a policy pack said."""

    policy_pack_name: str | None = None
    policy_pack_version: str | None = None
    policy_pack_version_tag: str | None = None


@dataclass(frozen=True)
class Policy(OfPack):
    """A rule objects, or could not run."""

    policy_name: str | None = None
    enforcement_level: str | None = None
    """mandatory, advisory, remediate, disabled."""
    message: str | None = None
    resource_urn: str | None = None
    color: str | None = None
    severity: str | None = None


@dataclass(frozen=True)
class PolicyRemediation(OfPack):
    """A rule has changed what a resource asks for."""

    policy_name: str | None = None
    resource_urn: str | None = None
    color: str | None = None
    before: Tree | None = None
    after: Tree | None = None


@dataclass(frozen=True)
class PolicyOutcome(OfPack):
    """Which rules of a pack a resource, or the whole stack, passed and failed."""

    resource_urn: str | None = None
    passed: tuple[str, ...] | None = None
    failed: tuple[str, ...] | None = None


@dataclass(frozen=True)
class PolicyLoad(Shape):
    """Policy packs are loaded."""


@dataclass(frozen=True)
class Stdout(Shape):
    """What the command line says by itself."""

    message: str | None = None
    color: str | None = None


@dataclass(frozen=True)
class Progress(Shape):
    """A download or an installation goes on."""

    KEYS: ClassVar[Keys] = {"completed": "received"}

    type: str | None = None
    id: str | None = None
    message: str | None = None
    completed: int | None = None
    total: int | None = None
    done: bool | None = None


@dataclass(frozen=True)
class StartDebugging(Shape):
    """A debugger may attach."""

    config: Tree | None = None


@dataclass(frozen=True)
class EngineFault(Shape):
    """The engine itself went wrong."""

    error: str | None = None


@dataclass(frozen=True)
class Cancel(Shape):
    """No more events follow."""


@dataclass(frozen=True)
class UnknownEvent(Shape):
    """A kind of event that this release does not know: all of it is in `rest`."""


BODIES: Mapping[str, type[Shape]] = {
    "cancelEvent": Cancel,
    "diagnosticEvent": Diagnostic,
    "errorEvent": EngineFault,
    "policyAnalyzeStackSummaryEvent": PolicyOutcome,
    "policyAnalyzeSummaryEvent": PolicyOutcome,
    "policyEvent": Policy,
    "policyLoadEvent": PolicyLoad,
    "policyRemediateSummaryEvent": PolicyOutcome,
    "policyRemediationEvent": PolicyRemediation,
    "preludeEvent": Prelude,
    "progressEvent": Progress,
    "resOpFailedEvent": ResOpFailed,
    "resOutputsEvent": ResOutputs,
    "resourcePreEvent": ResourcePre,
    "startDebuggingEvent": StartDebugging,
    "stdoutEvent": Stdout,
    "summaryEvent": Summary,
}
"""Kinds of events by the key that holds them."""
