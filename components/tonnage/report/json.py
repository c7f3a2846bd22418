"""The report, a plan or a recording as JSON: complete, stable, with the version of its form."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tonnage.capacity.result import CapacityPlan, Pool, TeamCost
from tonnage.files.plain import key_of
from tonnage.findings import Finding
from tonnage.manifests.declared import Declared
from tonnage.report.compare import Report
from tonnage.report.fields import ABSENT
from tonnage.report.money import without_money
from tonnage.report.objects import masked
from tonnage.report.words import priced, verdict
from tonnage.units import MoneyRate, Quantity

VERSION = 1
"""Raised when a key changes its meaning or goes; new keys do not raise it."""


def document(kind: str, **fields: object) -> str:
    """Plain data as JSON with its kind and the version of its form, fields in the order given."""
    return (
        json.dumps({"kind": kind, "version": VERSION, **fields}, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    )


def render_report(report: Report) -> str:
    """A diff. Whole plans are left out: `tonnage plan` prints those. Hidden money is null, and masked in text."""
    tree = {"verdict": verdict(report), **_fields(report)}
    tree |= {"nodes": plain(report.nodes), "gpus": plain(report.gpus), "cost": plain(report.cost)}
    return document("Report", **(_without(tree) if report.money == "hidden" else tree))


def render_plans(plans: Sequence[CapacityPlan], findings: Sequence[Finding]) -> str:
    """Plans with their ledgers, and every finding of the run."""
    return document("Plans", plans=plain(plans), findings=plain(findings))


def render_declared(declared: Sequence[Declared], findings: Sequence[Finding]) -> str:
    """What stacks declare, in the order of their names."""
    ordered = sorted(declared, key=lambda d: (d.stack, d.key))
    return document("Preview", resources=plain(ordered), findings=plain(findings))


def render_findings(findings: Sequence[Finding]) -> str:
    """Findings alone."""
    return document("Findings", findings=plain(findings))


def plain(value: object) -> Any:
    """Plain data of a frozen value, every field present; money also as a number of dollars a month."""
    if isinstance(value, Quantity | date) or value is ABSENT:
        return _leaf(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _fields(value)
    if isinstance(value, Mapping):
        return {str(key): plain(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value


def _leaf(value: object) -> Any:
    if isinstance(value, MoneyRate):
        return {"rate": str(value), "usdPerMonth": round(float(value.per_month.amount), 2)}
    if isinstance(value, date):
        return value.isoformat()
    return {"absent": True} if value is ABSENT else str(value)


def _fields(value: Any) -> dict[str, Any]:
    if isinstance(value, Declared):
        value = dataclasses.replace(value, inputs=_masked(value))
    names = (f.name for f in dataclasses.fields(value) if not isinstance(getattr(value, f.name), CapacityPlan))
    shown = {key_of(name): plain(getattr(value, name)) for name in names}
    return shown | _more(value)


def _more(value: object) -> dict[str, Any]:
    """What follows from the fields; money that is unknown is null, and never 0."""
    if isinstance(value, Pool):
        return {"nodes": value.nodes, "gpus": value.gpus}
    if isinstance(value, CapacityPlan) and not priced(value):
        return {"total": None, "idle": None}
    return {"rate": None} if isinstance(value, TeamCost) and value.unpriced and not value.rate else {}


def _masked(declared: Declared) -> Mapping[str, Any]:
    return {key: masked(declared.token, (key,), value) for key, value in declared.inputs.items()}


def _without(tree: Any) -> Any:
    """The tree with every amount of money gone."""
    if isinstance(tree, Mapping):
        if "usdPerMonth" in tree:
            return None
        return {key: _without(v) for key, v in tree.items()}
    if isinstance(tree, list):
        return [_without(v) for v in tree]
    return without_money(tree) if isinstance(tree, str) else tree
