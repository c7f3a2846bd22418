"""Run the command line in this process, as a person would in a folder."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tonnage.cli.app import run

REFERENCE = Path(__file__).parents[2] / "stacks"


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Tonnage:
    """The command line of one test."""

    patch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]

    def __call__(self, folder: Path, *args: str) -> Done:
        """Run `tonnage` with these arguments in that folder."""
        self.patch.chdir(folder)
        self.patch.setattr(sys, "argv", ["tonnage", *args])
        self.capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            run()
        said = self.capture.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)


def reference(into: Path) -> Path:
    """A copy of the reference platform repository's specs and program."""
    shutil.copytree(REFERENCE, into, ignore=shutil.ignore_patterns("__pycache__"))
    return into


def edit(file: Path, old: str, new: str) -> None:
    """Replace one text of a file; it must be there."""
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{file.name} no longer holds {old!r}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
