"""Reports, plans and recordings as JSON."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from report.factories import cluster, declared, grown, plan, pool, team
from tonnage.findings import Finding
from tonnage.report.compare import Report, Side, report_of
from tonnage.report.json import render_declared, render_plans, render_report

CANARY = "hunter2-canary"


def report(money: str = "list") -> Report:
    clusters = {"prod-east": cluster(report={"money": money})}
    base = Side("main", clusters, {"prod-east": (team(),)}, {"prod-east": plan()}, (declared(),))
    return report_of(
        base,
        replace(base, teams={"prod-east": (team("20/s"),)}, plans={"prod-east": grown()}, declared=()),
    )


def test_a_plan_is_complete() -> None:
    """Every field is there, unknown as null, derived counts too."""
    tree = json.loads(render_plans([plan(pools=(pool(price=None),))], [Finding("a", "b", "c")]))
    (first,) = tree["plans"]

    assert (tree["kind"], tree["version"]) == ("Plans", 1)
    assert first["pools"][0]["price"]["rate"] is None
    assert (first["pools"][0]["nodes"], first["pools"][0]["gpus"]) == (10, 40)
    assert first["workloads"][0]["option"]["ledger"][0]["formula"] == "(68.45 G x 1 B + 2.10 G x 2 B) / 4"
    assert (
        first["total"] == {"rate": "73000 USD/month", "usdPerMonth": 73000.0} or first["total"]["usdPerMonth"] == 73e3
    )
    assert tree["findings"][0]["severity"] == "error"


def test_a_report_names_causes_and_both_sides_of_each_number() -> None:
    """A machine reads the same as a person."""
    tree = json.loads(render_report(report()))
    (one,) = tree["clusters"]

    assert one["why"]["workloads"][0]["edits"][0]["path"] == "traffic.requests"
    assert [p["before"]["nodes"] for p in one["changes"]["pools"]] == [10]
    assert [p["after"]["nodes"] for p in one["changes"]["pools"]] == [15]
    assert tree["nodes"] == {"added": 5, "removed": 0}
    assert tree["cost"]["cash"]["usdPerMonth"] == 36500.0
    assert tree["objects"][0]["kind"] == "deleted"


def test_hidden_money_is_null() -> None:
    """No number and no text tells it."""
    text = render_report(report("hidden"))

    assert "USD" not in text
    assert "usdPerMonth" not in text
    assert "$" not in text
    assert json.loads(text)["cost"]["cash"] is None


def test_secrets_of_a_recording_are_masked() -> None:
    """Even where the program gave them in plain."""
    plain = [
        declared("core/v1:Secret", "token", inputs={"stringData": {"t": CANARY}}),
        declared("pulumi:providers:kubernetes", "k8s", inputs={"kubeconfig": CANARY}),
    ]

    assert CANARY not in render_declared(plain, ())
    assert CANARY not in render_report(report_of(Side("a"), Side("b", declared=tuple(plain))))


def test_bytes_are_the_same_under_any_hash_seed(root: Path) -> None:
    """Two machines write the same comment."""
    program = (
        "from report.test_json import report; from tonnage.report.json import render_report;"
        "from tonnage.report.markdown import render_markdown; r = report(); print(render_report(r), render_markdown(r))"
    )

    def output(seed: str) -> bytes:
        env = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(root / "tests")}
        return subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, check=True).stdout

    first, *others = [output(seed) for seed in ("0", "1", "42")]
    assert len(first) > 1_000
    assert others == [first, first]
