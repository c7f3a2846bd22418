"""The shipped data files are those that the converter makes of the outside facts."""

import subprocess
import sys
from pathlib import Path

GENERATED = ("accelerators.json", "mig.json", "models.json", "node-types.csv", "prices.csv")


def test_the_converter_reproduces_the_shipped_files_byte_for_byte(data: Path, root: Path, tmp_path: Path) -> None:
    """Nobody edits a fact by hand without its source following."""
    subprocess.run([sys.executable, root / "tools" / "catalogue", data, tmp_path], check=True)
    shipped = root / "components" / "tonnage" / "catalog" / "data"

    assert sorted(f.name for f in tmp_path.iterdir()) == sorted(GENERATED)
    assert not [name for name in GENERATED if (tmp_path / name).read_bytes() != (shipped / name).read_bytes()]
