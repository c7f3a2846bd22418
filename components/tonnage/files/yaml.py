"""Strict YAML with the position of every key and value, and stable writing. The only way to YAML in tonnage.

A file is refused, with every reason, where people or programs could read it in two ways: duplicate keys, aliases,
anchors, tags, merge keys, directives, several documents, tabs, invisible characters, words and numbers on which
YAML 1.1 and 1.2 differ. Size, depth and number of entries are bounded before anything is built.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path as FilePath
from typing import Any

import yaml

from tonnage.files.paths import Path
from tonnage.files.yaml_scalars import is_text
from tonnage.files.yaml_text import decoded, escaped, read_bytes
from tonnage.files.yaml_walk import LOADER, walk
from tonnage.findings import Finding, Position


@dataclass(frozen=True)
class Document:
    """One file's data: mappings with text keys, lists, text, numbers, booleans, dates, None."""

    file: str
    """As shown in findings."""
    value: object
    positions: Mapping[Path, tuple[int, int]] = field(repr=False)
    """Line and column of values by path; of a block or an empty value, of its key."""
    keys: Mapping[Path, tuple[int, int]] = field(repr=False, default_factory=dict)
    """Line and column of keys by the path of their value."""

    def at(self, path: Path) -> Position:
        """The place of the value at `path`, or of what is nearest above it."""
        return self._nearest(path, self.positions)

    def key(self, path: Path) -> Position:
        """The place of the key whose value stands at `path`; of a list's element, the element's."""
        return Position(self.file, *self.keys[path]) if path in self.keys else self.at(path)

    def _nearest(self, path: Path, places: Mapping[Path, tuple[int, int]]) -> Position:
        for length in range(len(path), -1, -1):
            if path[:length] in places:
                return Position(self.file, *places[path[:length]])
        return Position(self.file, 1, 1)


@dataclass(frozen=True)
class Reading:
    """What could be read of a file, however wrong the rest is."""

    document: Document | None
    """None: nothing of it can be judged further."""
    findings: tuple[Finding, ...]
    spoiled: frozenset[Path] = frozenset()
    """Paths whose problem is among the findings: what stands there means nothing."""


def read_yaml(path: FilePath, shown: str) -> tuple[Document | None, tuple[Finding, ...]]:
    """The document of a file, or None and all that is wrong with it. `shown`: the file's name in findings."""
    return _strict(read_what_can_be(path, shown))


def parse_yaml(data: bytes, shown: str) -> tuple[Document | None, tuple[Finding, ...]]:
    """The document of a file's bytes, or None and all that is wrong with them."""
    return _strict(parse_what_can_be(data, shown))


def read_what_can_be(path: FilePath, shown: str) -> Reading:
    """As much of a file as can be read, for callers that report its other problems in the same run."""
    data = read_bytes(path, shown)
    return Reading(None, (data,)) if isinstance(data, Finding) else parse_what_can_be(data, shown)


def parse_what_can_be(data: bytes, shown: str, loader: Any = LOADER) -> Reading:
    """As `read_what_can_be`, from bytes. `loader`: a loader class of PyYAML, C or pure Python."""
    text = decoded(data, shown)
    if isinstance(text, Finding):
        return Reading(None, (text,))
    found = walk(text, shown, loader)
    document = Document(shown, found.value, found.values, found.keys) if found.whole else None
    return Reading(document, tuple(found.findings), frozenset(found.spoiled))


def write_yaml(tree: object, head: str = "") -> str:
    """Block-style text that `read_yaml` reads back equal, tuples as lists. Keys keep their order.

    `head`: lines of a comment on top. Text that an unquoted reading would change is quoted.
    """
    comment = "".join(f"# {line}".rstrip() + "\n" for line in head.splitlines())
    # wide: one value on one line, so that a diff of two files reads
    settings: dict[str, Any] = {"default_flow_style": False, "sort_keys": False, "allow_unicode": True, "width": 10**6}
    return comment + escaped(str(yaml.dump(_plain(tree), Dumper=_Writer, **settings)))


def _plain(tree: object) -> object:
    """Only dicts, lists and scalars: what the library knows."""
    if isinstance(tree, Mapping):
        return {key: _plain(value) for key, value in tree.items()}
    return [_plain(item) for item in tree] if isinstance(tree, list | tuple) else tree


def _strict(reading: Reading) -> tuple[Document | None, tuple[Finding, ...]]:
    return (None if reading.findings else reading.document), reading.findings


class _Writer(yaml.SafeDumper):
    """Never aliases; quotes what our own reader would not take as text."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 the base class fixes the signature
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 as the base has it
        super().increase_indent(flow, False)


def _text(writer: _Writer, value: str) -> yaml.ScalarNode:
    plain = value.isprintable() and is_text(value)
    return writer.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else '"')


def _date(writer: _Writer, value: date) -> yaml.ScalarNode:
    return writer.represent_scalar("tag:yaml.org,2002:timestamp", value.isoformat())


_Writer.add_representer(str, _text)
_Writer.add_representer(date, _date)
