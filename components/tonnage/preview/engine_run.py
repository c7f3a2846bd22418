"""A run of the engine in short: what it did or would do, by resource. The same for the same work.

It is made from an event log or from `preview --json`. Order of events, times and durations are left out of it, so
two runs of one change are equal; a preview as JSON knows only what changes, and nothing of policies.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tonnage.findings import Finding, errors, ordered
from tonnage.manifests.declared import UNKNOWN
from tonnage.preview.engine_events import EventLog, Preview
from tonnage.preview.engine_policies import Passed, PolicyResult, passed, policy_findings, policy_results
from tonnage.preview.engine_said import Failed, count_findings, diagnostic_findings, failed_urns, step_findings
from tonnage.preview.engine_shapes import Prelude, ResOpFailed, ResourcePre, ResOutputs, Summary
from tonnage.preview.engine_steps import Diagnostic, PreviewDigest, PreviewStep, PropertyDiff, State, Step

Outcome = Literal["done", "failed", "open"]
_REPLACE = "replace"
_REPLACEMENT = frozenset({_REPLACE, "create-replacement", "read-replacement", "import-replacement"})
_LAST_OF_REPLACEMENT = frozenset({"delete-replaced", "discard-replaced"})
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Stands for what is not known before apply: pulumi/pulumi, sdk/go/common/resource/plugin/rpc.go."""


@dataclass(frozen=True, order=True)
class Change:
    """One property of a resource that differs."""

    path: str
    """spec.replicas, data["a.b"], spec.containers[0].image"""
    kind: str
    """add, delete, update, add-replace, delete-replace, update-replace."""
    input_diff: bool = False


@dataclass(frozen=True)
class EngineStep:
    """What happens to one resource; a replacement is one step, however many operations it is made of."""

    urn: str
    op: str
    """same, create, update, replace, delete, read, refresh, import, …"""
    type: str
    outcome: Outcome
    """open: the run ended before the step did."""
    changes: tuple[Change, ...] = ()
    """By path. Empty for a component: the causes are on its children."""
    replaced_keys: tuple[str, ...] = ()
    """Properties that force the replacement, sorted."""
    protect: bool = False
    """Whether it was protected before, or is after."""
    before: Mapping[str, Any] | None = None
    """Inputs before; secrets are masked."""
    after: Mapping[str, Any] | None = None
    """Inputs after; what is not known before apply is `UNKNOWN`."""


@dataclass(frozen=True)
class EngineRun:
    """One preview, update, refresh or destroy."""

    is_preview: bool | None
    succeeded: bool | None
    """What the engine says; None: it said nothing. Findings may hold errors all the same."""
    steps: tuple[EngineStep, ...]
    """By URN and operation."""
    counts: Mapping[str, int]
    """Resources by operation, as the engine counted them."""
    policies: tuple[PolicyResult, ...] = ()
    passed: tuple[Passed, ...] = ()
    config: Mapping[str, str] | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def changed(self) -> tuple[EngineStep, ...]:
        """Steps that are more than looking."""
        return tuple(s for s in self.steps if s.op not in {"same", "read"})

    @property
    def failed(self) -> tuple[EngineStep, ...]:
        """Steps that went wrong, or were never finished."""
        return tuple(s for s in self.steps if s.outcome != "done")

    @property
    def may_go_on(self) -> bool:
        """Whether nothing failed, nothing was refused, and every rule that must judge did."""
        return self.succeeded is True and not errors(self.findings)


def run_of_log(log: EventLog, shown: str, levels: Mapping[str, str] | None = None) -> EngineRun:
    """The run that an event log tells of. `levels`: enforcement level of policy rules, by name, where known."""
    told, ended = _told(log)
    summary = next(iter(log.of(Summary)), Summary())
    prelude = next(iter(log.of(Prelude)), Prelude())
    failed = Failed(
        frozenset(s.urn or "" for s in _steps(log, ResOpFailed)), failed_urns(log.of(Diagnostic)), frozenset(ended)
    )
    steps = _merged(told, failed)
    said = [
        *policy_findings(log, shown, levels or {}),
        *diagnostic_findings(((e.body, e.line) for e in log.events if isinstance(e.body, Diagnostic)), shown),
        *step_findings(((s.urn, s.op, s.outcome) for s in steps), shown),
        *count_findings(_counted(told, failed), summary.resource_changes, corrupt=summary.maybe_corrupt, shown=shown),
    ]
    return EngineRun(
        is_preview=summary.is_preview,
        succeeded=None if summary.result is None else summary.result == "succeeded",
        steps=steps,
        counts=dict(sorted((summary.resource_changes or {}).items())),
        policies=policy_results(log),
        passed=passed(log),
        config=prelude.config,
        findings=ordered([*log.findings, *said]),
    )


def run_of_preview(preview: Preview, shown: str) -> EngineRun:
    """The run that `pulumi preview --json` tells of: a preview without policies, and without what stays the same."""
    digest = preview.digest or PreviewDigest()
    told = tuple(digest.steps or ())
    urns = failed_urns(digest.diagnostics or ())
    failed = Failed(frozenset(), urns, frozenset((s.urn or "", s.op or "") for s in told if s.urn not in urns))
    steps = _merged(told, failed)
    counts = digest.change_summary or {}
    counted = {op: n for op, n in _counted(told, failed).items() if op != "same"}
    said = [
        *diagnostic_findings(((d, 1) for d in digest.diagnostics or ()), shown),
        *step_findings(((s.urn, s.op, s.outcome) for s in steps), shown),
        *count_findings(
            counted, {op: n for op, n in counts.items() if op != "same"}, corrupt=digest.maybe_corrupt, shown=shown
        ),
    ]
    wrong = digest.diagnostics is not None and any(d.severity == "error" for d in digest.diagnostics)
    return EngineRun(
        is_preview=True,
        succeeded=None if preview.digest is None else not wrong,
        steps=steps,
        counts=dict(sorted(counts.items())),
        config=digest.config,
        findings=ordered([*preview.findings, *said]),
    )


def _told(log: EventLog) -> tuple[tuple[Step, ...], set[tuple[str, str]]]:
    """Steps that began, and URN and operation of those that ended."""
    return _steps(log, ResourcePre), {(s.urn or "", s.op or "") for s in _steps(log, ResOutputs)}


def _steps(log: EventLog, kind: type[ResourcePre | ResOutputs | ResOpFailed]) -> tuple[Step, ...]:
    return tuple(body.metadata for body in log.of(kind) if body.metadata is not None)


def _counted(told: Iterable[Step | PreviewStep], failed: Failed) -> dict[str, int]:
    """Steps of the program that were done, by operation: what the engine counts."""
    counts: dict[str, int] = {}
    for step in told:
        urn, op = step.urn or "", step.op or ""
        if failed.outcome(urn, [op]) == "done" and (isinstance(step, PreviewStep) or step.logical):
            counts[op] = counts.get(op, 0) + 1
    return counts


def _merged(told: Iterable[Step | PreviewStep], failed: Failed) -> tuple[EngineStep, ...]:
    """One step for each resource and operation; the parts of a replacement are one."""
    by_urn: dict[str, list[Step | PreviewStep]] = {}
    for step in told:
        by_urn.setdefault(step.urn or "", []).append(step)
    found = []
    for urn, steps in sorted(by_urn.items()):
        is_replaced = any(s.op in _REPLACEMENT for s in steps)
        groups: dict[str, list[Step | PreviewStep]] = {}
        for step in steps:
            op = step.op or ""
            part = is_replaced and (op in _REPLACEMENT or op in _LAST_OF_REPLACEMENT)
            groups.setdefault(_REPLACE if part else op, []).append(step)
        found += [_one(urn, op, parts, failed) for op, parts in sorted(groups.items())]
    return tuple(found)


def _one(urn: str, op: str, parts: list[Step | PreviewStep], failed: Failed) -> EngineStep:
    """The step that stands for all parts; the part with the operation's own name knows most."""
    main = next((p for p in parts if p.op == op), parts[0])
    old, new = main.old or State(), main.new or State()
    diffs = sorted((main.detailed_diff or {}).items())
    return EngineStep(
        urn=urn,
        op=op,
        type=new.type or old.type or (main.type if isinstance(main, Step) else None) or "",
        outcome=failed.outcome(urn, [p.op or "" for p in parts]),
        changes=tuple(_change(path, diff) for path, diff in diffs),
        replaced_keys=tuple(sorted({k for p in parts for k in p.replaced_keys or ()})),
        protect=bool(old.protect or new.protect),
        before=None if main.old is None else _known(old.inputs or {}),
        after=None if main.new is None or op == "delete" else _known(new.inputs or {}),
    )


def _change(path: str, diff: PropertyDiff) -> Change:
    return Change(path, diff.kind or "", bool(diff.input_diff))


def _known(value: Any) -> Any:
    """The value with the engine's mark of what is not known replaced by ours."""
    if isinstance(value, Mapping):
        return {k: _known(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_known(v) for v in value]
    return UNKNOWN if value == _UNKNOWN else value
