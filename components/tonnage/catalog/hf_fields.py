"""Values of a Hugging Face config.json, each with its type and bounds; what is wrong is gathered, not raised."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_MOST = 100_000_000


@dataclass
class Fields:
    """One object of the file while it is read. After a problem a lawful stand-in is returned, so reading goes on."""

    tree: Mapping[str, Any]
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    """Key, what is wrong, how to mend it."""

    def wrong(self, key: str, what: str, fix: str) -> None:
        """Note a problem of a key."""
        self.problems.append((key, what, fix))

    def count(self, key: str, default: int | None = None, *, least: int = 1, most: int = _MOST) -> int:
        """A whole number; absent or null: the default, and without one a problem."""
        value = self.tree.get(key)
        if value is None and default is not None:
            return default
        if value is None:
            self.wrong(key, f"lacks {key}", f"add {key}")
        elif not isinstance(value, int) or isinstance(value, bool):
            self.wrong(key, f"{str(value)[:40]!r} is not a whole number", f"write a number from {least:,} to {most:,}")
        elif not least <= value <= most:
            self.wrong(key, f"{str(value)[:40]} is not from {least:,} to {most:,}", "correct it")
        else:
            return value
        return least or 1

    def optional(self, key: str) -> int | None:
        """A whole number, or None where it is null or absent."""
        return None if self.tree.get(key) is None else self.count(key)

    def flag(self, key: str, default: bool) -> bool:
        """True or false; absent or null: the default."""
        value = self.tree.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.wrong(key, f"{str(value)[:40]!r} is neither true nor false", "write true or false")
            return default
        return value

    def words(self, key: str, length: int, known: Mapping[str, Any]) -> tuple[str, ...] | None:
        """A list of that many words out of those known; None where it is null or absent."""
        value = self.tree.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) != length:
            self.wrong(key, f"is not a list of {length} words", "give one word for each layer")
            return None
        strange = next((v for v in value if not isinstance(v, str) or v not in known), None)
        if strange is not None:
            self.wrong(key, f"{str(strange)[:40]!r} is not counted", f"only {', '.join(sorted(known))} are")
            return None
        return tuple(value)

    def must_be(self, key: str, *lawful: object) -> None:
        """Refuse a value whose effect on the layers is not counted; absent or null is lawful."""
        value = self.tree.get(key)
        if value is not None and value not in lawful:
            shown = " or ".join(str(v).lower() if isinstance(v, bool) else str(v) for v in lawful)
            self.wrong(key, f"{str(value)[:40]!r} changes layers in a way that is not counted", f"only {shown} is")

    def part(self, key: str) -> "Fields | None":
        """An object inside this one; None where it is null or absent. It shares the list of problems."""
        value = self.tree.get(key)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.wrong(key, "is not an object", "correct it")
            return None
        return Fields(value, self.problems)

    def layers(self) -> Iterator[int]:
        """Indices of all layers."""
        return iter(range(self.count("num_hidden_layers", most=10_000)))
