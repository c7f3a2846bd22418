"""The page of the documentation: a platform repository's own test, as it stands there, run as its owner would."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from docs.blocks import blocks
from docs.test_examples import specs_of

PAGE = "docs/sandbox.md"


def repository(folder: Path, data: Path) -> Path:
    """The repository of the tutorial, with the definitions that it needs and the test of the page."""
    specs_of("docs/getting-started.md", folder)
    specs_of(PAGE, folder)
    for name in ("karpenter.sh/nodepools.json", "karpenter.k8s.aws/ec2nodeclasses.json", "keda.sh/scaledjobs.json"):
        (folder / "crds").mkdir(exist_ok=True)
        shutil.copy(data / "crds" / name, folder / "crds")
    return folder


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    """The owner's pytest."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_platform.py"]
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")} | {"TMPDIR": str(folder.parent)}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=300)


def test_a_repository_tests_itself(real: None, data: Path, tmp_path: Path) -> None:  # noqa: ARG001 it skips
    """It passes; and fails, with the server's words, when a definition is missing."""
    folder = repository(tmp_path / "repo", data)
    done = run(folder)
    assert done.returncode == 0, done.stdout
    (folder / "crds" / "nodepools.json").unlink()
    refused = run(folder)

    assert refused.returncode == 1
    assert "the server serves no NodePool of karpenter.sh/v1" in refused.stdout


def test_the_test_is_about_ten_lines() -> None:
    """Short enough to be copied."""
    (block,) = [b for b in blocks(PAGE) if b.language == "python"]

    assert len([line for line in block.text.splitlines() if line.strip()]) <= 10
