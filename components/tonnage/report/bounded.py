"""Text that fits: detail is dropped before summary, the last before the first, and what is missing is counted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

_LONGEST_ITEM = 4_000


@dataclass(frozen=True)
class Item:
    """One entry of a block: in full, and in one line."""

    full: str
    brief: str


@dataclass(frozen=True)
class Block:
    """A part of a report. Of two blocks the one with the higher `detail` gives way first."""

    head: str
    items: tuple[Item, ...]
    noun: str
    """What its items are called in the plural, for the note that counts the missing ones."""
    detail: int
    tail: str = ""
    prefix: str = ""
    """What a line needs to belong to the block: a bullet, or nothing."""


def fitted(blocks: Sequence[Block], limit: int) -> str:
    """All blocks in at most `limit` characters, as long as their heads alone fit."""
    clipped = [replace(b, items=tuple(map(_bounded, b.items))) for b in blocks]
    states = [_State(b) for b in clipped]
    for step in ("shorten", "drop"):
        for state in sorted(states, key=lambda s: -s.block.detail):
            over = sum(len(s.text) + 1 for s in states) - limit
            if over > 0:
                getattr(state, step)(over)
    return "\n".join(s.text for s in states if s.text)


def _bounded(item: Item) -> Item:
    return item if len(item.full) <= _LONGEST_ITEM else Item(item.brief, item.brief)


class _State:
    """How much of one block is still shown."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.full = len(block.items)
        self.kept = len(block.items)

    @property
    def text(self) -> str:
        b = self.block
        shown = [item.full if place < self.full else item.brief for place, item in enumerate(b.items[: self.kept])]
        missing = len(b.items) - self.kept
        if missing:
            shown.append(f"{b.prefix}… and {missing:,} more {b.noun}: see the JSON form")
        return "\n".join(part for part in (b.head, *shown, b.tail) if part)

    def shorten(self, over: int) -> None:
        """Show the last items in one line each, until `over` characters are saved."""
        while over > 0 and self.full:
            self.full -= 1
            item = self.block.items[self.full]
            over -= len(item.full) - len(item.brief)

    def drop(self, over: int) -> None:
        """Leave out the last items, until `over` characters are saved."""
        note = len(self.block.prefix) + len(self.block.noun) + 40
        over += note if self.kept else 0
        while over > 0 and self.kept:
            self.kept -= 1
            item = self.block.items[self.kept]
            over -= len(item.full if self.kept < self.full else item.brief) + 1
