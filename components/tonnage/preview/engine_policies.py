"""What policy packs said during a run of the engine.

A rule that touched a value which is not known before apply did not judge anything. The engine reports that as an
advisory message, even of a mandatory rule; here it never counts as a pass.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tonnage.findings import Finding, Position, Severity
from tonnage.preview.engine_events import EventLog
from tonnage.preview.engine_shapes import Policy, PolicyOutcome, PolicyRemediation
from tonnage.preview.wire import key_of

_COULD_NOT_RUN = "can't run policy"
"""Begins the message of a rule that could not run: pulumi-policy 1.21, and the recorded runs."""
_REMEDIATE = "policyRemediateSummaryEvent"
MANDATORY, ADVISORY = "mandatory", "advisory"
_SEVERITIES = {MANDATORY: Severity.ERROR, ADVISORY: Severity.WARNING, "disabled": Severity.INFO, "none": Severity.INFO}


@dataclass(frozen=True, order=True)
class PolicyResult:
    """One objection of a rule, or that it could not run."""

    pack: str
    version: str
    rule: str
    urn: str
    """Of the resource; of the stack for a rule about all of it, empty if the engine named none."""
    level: str
    """As the event says: mandatory, advisory, …. Of a rule that could not run it says nothing about the rule."""
    could_not_run: bool
    message: str


@dataclass(frozen=True, order=True)
class Passed:
    """How often a rule had nothing to object to."""

    pack: str
    rule: str
    resources: int


def policy_results(log: EventLog) -> tuple[PolicyResult, ...]:
    """All objections, without repeats, by pack, rule and resource."""
    found = {_result(event) for event in log.of(Policy)}
    return tuple(sorted(found))


def passed(log: EventLog) -> tuple[Passed, ...]:
    """Rules by pack and name, with the number of resources (or stacks) that they let through.

    Not by remediation: there every rule passes that has nothing to change, also one that objects afterwards.
    """
    judged = (e.body for e in log.events if isinstance(e.body, PolicyOutcome) and e.kind != _REMEDIATE)
    pairs = {(o.policy_pack_name or "", rule, o.resource_urn or "") for o in judged for rule in o.passed or ()}
    counts = Counter((pack, rule) for pack, rule, _ in pairs)
    return tuple(Passed(pack, rule, n) for (pack, rule), n in sorted(counts.items()))


def policy_findings(log: EventLog, shown: str, levels: Mapping[str, str]) -> list[Finding]:
    """A finding for each objection and each rule that could not run.

    `levels`: enforcement level by rule, where it is known. A rule that could not run is an error unless it is known
    to be advisory: what nobody judged is not allowed.
    """
    lines: dict[PolicyResult, int] = {}
    for event in log.events:
        if isinstance(event.body, Policy):
            lines.setdefault(_result(event.body), event.line)
    found = [_finding(r, Position(shown, line, 1), levels) for r, line in sorted(lines.items())]
    return [*found, *_remediated(log.of(PolicyRemediation))]


def _result(event: Policy) -> PolicyResult:
    message = (event.message or "").strip()
    return PolicyResult(
        pack=event.policy_pack_name or "",
        version=event.policy_pack_version or "",
        rule=event.policy_name or "",
        urn=event.resource_urn or "",
        level=event.enforcement_level or "",
        could_not_run=message.startswith(_COULD_NOT_RUN),
        message=message,
    )


def _finding(result: PolicyResult, place: Position, levels: Mapping[str, str]) -> Finding:
    where = place_of(result.urn)
    if result.could_not_run:
        advisory = levels.get(result.rule) in {ADVISORY, "disabled", "none"}
        severity = Severity.WARNING if advisory else Severity.ERROR
        what = f"rule {result.rule} of {result.pack} could not run: {_reason(result.message)}"
        fix = "let it read only what is known before apply; or apply in two steps, and judge the second"
        return Finding(where, what, fix, severity, place, code="TN455")
    severity = _SEVERITIES.get(result.level, Severity.ERROR)
    what = f"rule {result.rule} of {result.pack} ({result.level or 'of an unknown level'}): {one_line(result.message)}"
    return Finding(where, what, "change what the rule objects to, or the rule", severity, place, code="TN454")


def _remediated(events: Iterable[PolicyRemediation]) -> list[Finding]:
    rows = sorted({(place_of(e.resource_urn or ""), e.policy_name or "", e.policy_pack_name or "") for e in events})
    fix = "write into the program what the rule makes of it"
    return [
        Finding(where, f"rule {rule} of {pack} changes what is declared", fix, Severity.WARNING, code="TN454")
        for where, rule, pack in rows
    ]


def _reason(message: str) -> str:
    """The part after "can't run policy 'x' from policy pack 'y' during preview:"."""
    return one_line(message.partition(": ")[2] or message)


def one_line(message: str) -> str:
    """The lines of a message, one after the other."""
    return "; ".join(line.strip() for line in message.splitlines() if line.strip())


def place_of(urn: str) -> str:
    """What a finding calls a resource: its type and name; the engine itself where there is none."""
    return key_of(urn) if urn.count("::") >= 3 else urn or "the engine"
