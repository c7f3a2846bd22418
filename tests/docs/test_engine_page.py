"""What the page about the engine shows runs, and every code that it names is one."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from docs.blocks import ROOT, blocks
from tonnage.findings.table import kinds


def test_the_program_of_the_page_reads_a_recorded_log(data: Path, tmp_path: Path) -> None:
    """As it stands there, beside a log of the name that it reads."""
    shutil.copy(data / "engine" / "step4-preview.events.jsonl", tmp_path / "preview.jsonl")
    (program,) = [b.text for b in blocks("docs/engine.md") if b.language == "python"]
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=True
    )

    lines = done.stdout.splitlines()
    assert len(lines) == 12
    assert any(line.startswith("replace ") and "['metadata.name']" in line for line in lines)
    assert lines[-1] == "True"


def test_codes_and_files_that_the_page_names_exist() -> None:
    """None was renamed since."""
    text = (ROOT / "docs" / "engine.md").read_text(encoding="utf-8")
    assert set(re.findall(r"TN\d{3}", text)) <= set(kinds())
    named = re.findall(r"`(test_\w+\.py)`", text)
    assert named
    assert all((ROOT / "tests" / "engine" / name).is_file() for name in named)
