"""Times whole commands as a person waits for them: process start, imports, work, output.

Prints minimum, median and maximum of several runs, the peak memory, and the target of each; fails where a
median or the memory is over it. The first run of each command is not counted (it writes bytecode).
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TONNAGE = [sys.executable, "-m", "tonnage.cli"]
RUNS = 7
MEMORY_MIB = 250.0


@dataclass(frozen=True)
class Case:
    """One command with its target."""

    name: str
    arguments: tuple[str, ...]
    seconds: float
    folder: Path
    codes: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Measured:
    """What one command took."""

    seconds: tuple[float, ...]
    peak_mib: float


def once(case: Case) -> tuple[float, float]:
    """Seconds and peak resident MiB of one run, of that process alone."""
    command = [*TONNAGE, *case.arguments]
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=case.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    took = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in case.codes:
        sys.exit(f"{case.name} ended with {process.returncode}: {said.decode(errors='replace')[-2_000:]}")
    return took, usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def measured(case: Case) -> Measured:
    """All runs of a case but the first."""
    once(case)
    runs = [once(case) for _ in range(RUNS)]
    return Measured(tuple(seconds for seconds, _ in runs), max(peak for _, peak in runs))


def raised(folder: Path) -> Path:
    """A clone of this repository in which one team's traffic is raised."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    team = folder / "stacks" / "teams" / "search.yaml"
    text = team.read_text(encoding="utf-8")
    changed = text.replace("requests: 12/s", "requests: 20/s", 1)
    assert changed != text, "the reference team no longer asks for 12/s"
    team.write_text(changed, encoding="utf-8")
    return folder / "stacks"


def main() -> None:
    """Measure, print, judge."""
    place = Path(tempfile.mkdtemp(prefix="tonnage-bench-"))
    try:
        branch = raised(place / "clone")
        cases = [
            Case("tonnage --help", ("--help",), 0.4, ROOT),
            Case("tonnage plan", ("plan",), 1.5, ROOT),
            Case("tonnage preview", ("preview",), 4.0, ROOT),
            Case("tonnage diff", ("diff", "--base", "HEAD", "--format", "markdown"), 4.0, branch, (0, 1)),
        ]
        print(f"{RUNS} runs each; seconds: minimum, median, maximum; peak memory in MiB")
        over = [case.name for case in cases if not _within(case, measured(case))]
    finally:
        shutil.rmtree(place, ignore_errors=True)
    if over:
        sys.exit(f"over the target: {', '.join(over)}")


def _within(case: Case, found: Measured) -> bool:
    low, middle, high = min(found.seconds), statistics.median(found.seconds), max(found.seconds)
    fine = middle <= case.seconds and found.peak_mib <= MEMORY_MIB
    print(
        f"{case.name:16} {low:6.2f} {middle:6.2f} {high:6.2f} (target {case.seconds:.1f})"
        f"  {found.peak_mib:6.0f} (target {MEMORY_MIB:.0f})  {'ok' if fine else 'OVER'}"
    )
    return fine


if __name__ == "__main__":
    main()
