"""What a run of the sandbox's tests has shown, kept as facts: docs/proof.md is made of them, and compared with them.

Each module's facts lie in build/proof/MODULE.json, by test; a later run of one test replaces that test's facts alone.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "proof"
HERE = "tests/sandbox/"
Section = Literal["accepted", "placed", "random", "lost", "agreement", "refused", "security", "controllers", "skipped"]


@dataclass(frozen=True)
class Fact:
    """A row of the page."""

    section: Section
    what: str
    """What was tried, in words that stay the same from run to run."""
    seen: str
    """What the real programs answered: the same in every run, so no times and no names with random parts."""


@dataclass
class Run:
    """One run of pytest, as far as it concerns the sandbox."""

    facts: dict[str, list[Fact]] = field(default_factory=dict)
    """By test."""
    passed: set[str] = field(default_factory=set)
    skipped: dict[str, str] = field(default_factory=dict)
    """Why, by test."""
    deselected: int = 0

    def note(self, report: pytest.TestReport) -> None:
        """Remember how a test ended."""
        if report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self.skipped[report.nodeid] = reason.removeprefix("Skipped: ")
        elif report.passed and report.when == "call":
            self.passed.add(report.nodeid)

    def why_not_whole(self, collected: Iterable[str], named: Iterable[str]) -> str | None:
        """Why this run does not show everything; None: it does. `named`: what the command line asks for."""
        own = [t for t in collected if t.startswith(HERE)]
        files = {t.split("::")[0] for t in own}
        absent = sorted(p.name for p in (ROOT / HERE).glob("test_*.py") if HERE + p.name not in files)
        left = [t for t in own if t not in self.passed and not t.startswith(f"{HERE}test_proof.py")]
        if absent:
            return f"{', '.join(absent)} did not run"
        if self.deselected or any("::" in n for n in named):
            return "some tests were not chosen"
        reasons = "; ".join(f"{n} skipped: {why}" for why, n in sorted(Counter(self.skipped.values()).items()))
        return f"{len(left)} tests did not pass ({reasons or 'none skipped'})" if left else None

    def write(self, folder: Path) -> None:
        """The facts of this run alone, a file for each module."""
        for module in sorted({module_of(test) for test in self.facts}):
            kept = {t: facts for t, facts in self.facts.items() if module_of(t) == module}
            write(folder / f"{module}.json", kept)


RUN = pytest.StashKey[Run]()


class Proof:
    """The fixture `proof`: what a test has shown goes into docs/proof.md.

        def test_a_pod_beyond_the_quota_is_refused(cluster: Sandbox, proof: Proof) -> None:
            assert "exceeded quota: plan" in cluster.api.create(pod).why_not
            proof.record("refused", "a pod beyond the team's quota", "exceeded quota: plan")

    Record after the assertions; then `pytest tests/sandbox/test_yours.py && tools/proof.py > docs/proof.md`.
    """

    def __init__(self, run: Run, test: str) -> None:
        self._run, self._test = run, test
        run.facts[test] = []

    def record(self, section: Section, what: str, seen: object) -> None:
        """Add a row. `seen` must be the same in every run: a count, the server's reason without random names."""
        self._run.facts[self._test].append(Fact(section, what, str(seen)))
        file = FOLDER / f"{module_of(self._test)}.json"
        write(file, {**read(file), self._test: self._run.facts[self._test]})


def module_of(test: str) -> str:
    """test_tenancy, of tests/sandbox/test_tenancy.py::test_one."""
    return Path(test.split("::", maxsplit=1)[0]).stem


def read(file: Path) -> dict[str, list[Fact]]:
    """The facts of a module, by test; none where there is no file."""
    if not file.exists():
        return {}
    found: dict[str, list[dict[str, str]]] = json.loads(file.read_text(encoding="utf-8"))
    return {test: [Fact(**f) for f in facts] for test, facts in found.items()}  # type: ignore[arg-type] # what write() wrote


def write(file: Path, facts: dict[str, list[Fact]]) -> None:
    """Write the facts of a module."""
    file.parent.mkdir(parents=True, exist_ok=True)
    plain = {test: [vars(f) for f in facts[test]] for test in sorted(facts)}
    file.write_text(json.dumps(plain, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
