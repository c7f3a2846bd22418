"""Write docs/sample-report.md: the comment of a pull request that raises the traffic of search/chat.

python tools/sample_report.py > docs/sample-report.md
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SPECS = Path(__file__).parents[1] / "stacks"
GIT = ("git", "-c", "user.name=example", "-c", "user.email=example@example.com", "-c", "commit.gpgsign=false")
OLD, NEW = "requests: 12/s", "requests: 20/s"


def report() -> str:
    """The report, from a repository made for it."""
    with tempfile.TemporaryDirectory() as name:
        repo = Path(name)
        shutil.copytree(SPECS, repo / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
        for command in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "--message", "base")):
            subprocess.run([*GIT, *command], cwd=repo, check=True)
        team = repo / "stacks" / "teams" / "search.yaml"
        text = team.read_text(encoding="utf-8")
        if OLD not in text:
            raise SystemExit(f"{team.name} no longer holds {OLD!r}")
        team.write_text(text.replace(OLD, NEW, 1), encoding="utf-8")
        diff = [sys.executable, "-m", "tonnage.cli", "diff", "--base", "HEAD", "--format", "markdown"]
        done = subprocess.run(diff, cwd=repo, capture_output=True, text=True, check=False)
        if done.returncode not in {0, 1}:
            raise SystemExit(done.stderr)
        return done.stdout


if __name__ == "__main__":
    sys.stdout.write(report())
