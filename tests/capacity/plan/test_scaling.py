"""Served models in phases: what each phase needs is told, what is declared is paid, what would be saved is said."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

from capacity.factories import H100, LLAMA_8B
from capacity.plan.worlds import catalog, cluster, node_type, team
from tonnage.capacity.plan import PEAK, plan_capacity
from tonnage.capacity.result import CapacityPlan

PHASES = {"day": "Mon-Fri 08:00-20:00 America/New_York", "night": "rest"}
NODE = node_type("p.one", 1, 16, 256, {"onDemand": 4.0}, accelerator="h100-sxm")


def planned(requests: Any, **other: Any) -> CapacityPlan:
    """One served model on nodes of one GPU."""
    made = replace(catalog((NODE,)), models={LLAMA_8B.id: LLAMA_8B}, accelerators={"h100-sxm": H100})
    load = {"requests": requests, "inputTokens": 1000, "outputTokens": 200}
    served = {"name": "chat", "model": LLAMA_8B.id, "traffic": load, "slo": {"ttftP95": "2s", "tpotP95": "40ms"}}
    at = cluster(("p.one",), phases=PHASES)
    return plan_capacity(at, [team(serving=(served | other,))], made)


def test_the_peak_is_declared_and_paid_at_all_hours() -> None:
    """As a flat load of the peak is; only the words differ."""
    by_phase, flat = planned({"day": "60/s", "night": "6/s"}), planned("60/s")

    assert by_phase.total == flat.total
    assert by_phase.pools == flat.pools
    assert PEAK in by_phase.contract


def test_what_each_phase_needs_is_told_and_what_it_would_save() -> None:
    """Hours x price of the nodes that night would not need."""
    plan = planned({"day": "60/s", "night": "6/s"})
    (chat,) = plan.workloads
    needed = dict(chat.option.by_phase)
    (said,) = (f for f in plan.findings if f.code == "TN331")
    spared = Fraction(4 * (needed["day"] - needed["night"]) * 108, 168)

    assert needed["day"] == chat.option.replicas > needed["night"] >= 1
    assert plan.if_scaled is not None
    assert 0 <= plan.total.amount - spared - plan.if_scaled.amount < Fraction(1, 1_000_000)
    assert f"${round(float(spared) * 730):,} a month less" in said.what


def test_stated_replicas_and_flat_loads_follow_nothing() -> None:
    """There is nothing to say."""
    for plan in (planned("60/s"), planned({"day": "60/s", "night": "6/s"}, replicas=40)):
        assert [dict(w.option.by_phase) for w in plan.workloads] == [{}]
        assert plan.if_scaled is None
        assert "TN331" not in {f.code for f in plan.findings}
