"""The shipped coefficients: complete, with a source for each subject, and nothing in code beside them."""

import ast
import re
from pathlib import Path

from tonnage.capacity.coefficients import load_coefficients

C = load_coefficients()


def test_every_source_that_the_ledger_names_is_there_and_each_is_used(root: Path) -> None:
    """A number without a source, and a source without a number, are both mistakes."""
    folder = root / "components" / "tonnage" / "capacity"
    text = "\n".join(p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.py")))
    named = set(re.findall(r'(?:sources|\bs)\["(\w+)"\]', text))
    assert named == set(C.sources)


def test_formulas_hold_no_coefficient(root: Path) -> None:
    """Step times, memory and waiting hold no number but those of formulas and units."""
    allowed = {0, 1, 2, 30, 1000}  # 2**30 bytes, 1,000 milliseconds
    for name in ("steptime", "memory", "waiting"):
        tree = ast.parse((root / "components" / "tonnage" / "capacity" / f"{name}.py").read_text(encoding="utf-8"))
        numbers = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, int | float)}
        assert numbers <= allowed, name


def test_engines_carry_the_factors_of_the_fit() -> None:
    """An engine that is sized has the factors that its measurements gave."""
    for name, engine in C.engines.items():
        factors = C.fit.engines[name]
        assert (engine.tpot, engine.ttft) == (factors.tpot, factors.ttft)


def test_an_unseen_case_never_has_the_narrower_interval() -> None:
    """What was not measured is not known better."""
    r = C.residuals
    assert r.both_unseen.low <= r.family_unseen.low <= r.gpu_unseen.low <= r.known.low < 1
    assert 1 < r.known.high <= r.gpu_unseen.high <= r.family_unseen.high <= r.both_unseen.high


def test_the_default_derate_is_the_careful_one() -> None:
    """The 10th percentile for an unseen family; the bolder one is a choice."""
    assert C.derates["conservative"] < C.derates["balanced"]
