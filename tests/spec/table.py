"""Tables of wrong specs in text: what is exchanged in the right folder, and what is said of it.

A case is a block of lines: `@ file`, the lines there (`-`), what stands instead (`+`), for one file or more; then
every finding (`>`), without the name of the first file.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tonnage.findings import Finding


@dataclass(frozen=True)
class Case:
    """Exchanges, each of a file, old text and new text; and the findings."""

    changes: tuple[tuple[str, str, str], ...]
    said: tuple[str, ...]

    def __str__(self) -> str:
        _, old, new = self.changes[0]
        return new.strip().partition("\n")[0][:60] or f"without {old.strip()[:50]}"

    def seen(self, findings: Iterable[Finding]) -> tuple[str, ...]:
        """Findings as the table writes them."""
        return tuple(str(f).removeprefix(f"{self.changes[0][0]}:") for f in findings)


def cases(table: Path) -> list[Case]:
    """All cases of a table."""
    _, *blocks = table.read_text(encoding="utf-8").strip().split("\n\n")
    return [_case(block) for block in blocks]


def _case(block: str) -> Case:
    changes: list[tuple[str, str, str]] = []
    said = []
    for line in block.split("\n"):
        sign, text = line[0], line[2:]
        if sign == "@":
            changes.append((text, "", ""))
        elif sign == ">":
            said.append(text)
        else:
            file, old, new = changes[-1]
            changes[-1] = (file, old + f"{text}\n" * (sign == "-"), new + f"{text}\n" * (sign == "+"))
    return Case(tuple(changes), tuple(said))
