"""Code blocks of the documentation."""

from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    language: str
    text: str
    before: str
    """The paragraph above it."""


def blocks(page: str) -> list[Block]:
    """Fenced blocks of a page, in order."""
    found: list[Block] = []
    above = ""
    for token in MarkdownIt().parse((ROOT / page).read_text(encoding="utf-8")):
        if token.type == "inline":
            above = token.content
        elif token.type == "fence":
            found.append(Block(token.info, token.content, above))
    return found


def commands(page: str) -> list[list[str]]:
    """Lines of shell blocks that call tonnage, without the name and the comment."""
    lines = [line for b in blocks(page) if b.language == "sh" for line in b.text.splitlines()]
    return [line.split("#")[0].split()[1:] for line in lines if line.startswith("tonnage ")]


PAGES = sorted(p.relative_to(ROOT).as_posix() for p in [ROOT / "README.md", *ROOT.glob("docs/*.md")])
