"""Events of a YAML parser to plain data with positions, refusing on the way all that specs do not use.

Nothing is composed before it was bounded: the C parser's composer overflows the stack on deep input, and aliases
can blow a small file up to gigabytes. All problems are collected; the value holds what could be read all the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from tonnage.files.paths import Path, dotted
from tonnage.files.yaml_scalars import Trap, read_plain
from tonnage.files.yaml_text import WHOLE, bad_escape, only_in_c, refused
from tonnage.findings import Finding, Position

DEEPEST = 32
"""Levels of lists and mappings inside each other."""
MOST_ENTRIES = 50_000
"""Keys and values of one file."""
MOST_FINDINGS = 100
"""Of one file; whoever has more cannot read them either."""
LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SHOWN = 40


class _Refused(Exception):  # noqa: N818 ends the walk as a parser's own refusal does, and never leaves this module
    def __init__(self, finding: Finding) -> None:
        self.finding = finding


class _TooMuch(Exception):  # noqa: N818 no error of ours: it ends the walk and never leaves this module
    pass


@dataclass
class Walk:
    """One pass over a file: what was read, where, and what was wrong."""

    file: str
    text: str = ""
    value: object = None
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    spoiled: set[Path] = field(default_factory=set)
    """Paths whose value could not be read; what stands there means nothing."""
    whole: bool = False
    """Whether the walk reached the end."""
    entries: int = 0

    def wrong(self, code: str, path: Path, what: str, fix: str, at: tuple[int, int]) -> None:
        """Note a problem of the value at a path, which means nothing from now on."""
        self.note(code, path, what, fix, at)
        self.spoiled.add(path)

    def note(self, code: str, path: Path, what: str, fix: str, at: tuple[int, int]) -> None:
        """Note a problem at a path whose value can be judged all the same."""
        if len(self.findings) == MOST_FINDINGS:
            what, fix, path = f"holds more than {MOST_FINDINGS} problems", "correct these, then read it again", ()
            code = "TN016"
        self.findings.append(Finding(dotted(path) or WHOLE, what, fix, position=Position(self.file, *at), code=code))
        if len(self.findings) > MOST_FINDINGS:
            raise _TooMuch


def walk(text: str, file: str, loader: Any = LOADER) -> Walk:
    """Read one document. `text` has been checked by `yaml_text.decoded`; `loader` is a loader class of PyYAML."""
    found = Walk(file, text)
    try:
        events = yaml.parse(text, loader)
        _document(found, iter(events))
        found.whole = True
    except _TooMuch:
        pass
    except _Refused as bad:
        return Walk(file, findings=[bad.finding])
    except yaml.YAMLError as bad:
        return Walk(file, findings=[refused(bad, text, file)])
    except (ValueError, OverflowError):
        # the pure-Python scanner turns \\UFFFFFFFF into a character without looking
        return Walk(file, findings=[bad_escape(text, file)])
    return found


def _document(found: Walk, events: Iterator[Event]) -> None:
    next(events)  # the stream's start
    first = next(events)
    if not isinstance(first, DocumentStartEvent):
        found.wrong("TN009", (), "holds nothing", "write a spec, or delete the file", (1, 1))
        return
    found.value = _node(found, next(events), events, ())
    next(events)  # the document's end
    after = next(events)
    if not isinstance(after, StreamEndEvent):
        what, fix = "holds a second document", "keep one document in a file"
        found.note("TN010", (), what, fix, _place(after))


def _node(found: Walk, event: Event, events: Iterator[Event], path: Path) -> object:
    """The value that starts with `event`."""
    at = _place(event)
    found.values.setdefault(path, _visible(found, event, path))
    _count(found, event, path)
    if isinstance(event, AliasEvent):
        what = f"is an alias (*{_cut(event.anchor)}), which specs do not use"
        found.wrong("TN011", path, what, "write the value out", at)
        return None
    if isinstance(event, NodeEvent) and event.anchor is not None:
        what = f"has an anchor (&{_cut(event.anchor)}), which specs do not use"
        found.note("TN011", path, what, "drop the anchor", at)
    if (tag := getattr(event, "tag", None)) is not None:
        say = found.wrong if isinstance(event, ScalarEvent) else found.note
        say("TN011", path, f"has a tag ({_tag(tag)}), which specs do not use", "drop the tag; quotes make text", at)
        if isinstance(event, ScalarEvent):
            return event.value
    if isinstance(event, ScalarEvent):
        return _scalar(found, event, path)
    if len(path) >= DEEPEST:
        _too_deep(found, event, path)
    if isinstance(event, SequenceStartEvent):
        return _list(found, events, path)
    return _mapping(found, events, path)


def _scalar(found: Walk, event: ScalarEvent, path: Path) -> object:
    if not event.implicit[0]:
        if (unlike := only_in_c(found.text, event, found.file)) is not None:
            raise _Refused(unlike)
        return event.value
    value = read_plain(event.value)
    if isinstance(value, Trap):
        found.wrong(value.code, path, value.what, value.fix, _place(event))
        return event.value
    return value


def _list(found: Walk, events: Iterator[Event], path: Path) -> list[object]:
    items: list[object] = []
    while not _ends(event := next(events)):
        items.append(_node(found, event, events, (*path, len(items))))
    return items


def _mapping(found: Walk, events: Iterator[Event], path: Path) -> dict[str, object]:
    tree: dict[str, object] = {}
    while not _ends(event := next(events)):
        key, at = _key(found, event, events, path), _place(event)
        if key is None:
            _skip(found, next(events), events, path)
            continue
        below = (*path, key)
        if key in tree:
            line = found.keys[below][0]
            found.wrong("TN012", below, f"is given twice, first in line {line}", "keep one of the two", at)
            _skip(found, next(events), events, path)
            continue
        found.keys[below] = at
        tree[key] = _node(found, next(events), events, below)
    return tree


def _key(found: Walk, event: Event, events: Iterator[Event], path: Path) -> str | None:
    """The key, or None where it is none; the reason is noted then."""
    at = _place(event)
    if not isinstance(event, ScalarEvent):
        _skip(found, event, events, path)
        what = "has an alias as a key" if isinstance(event, AliasEvent) else "has a list or mapping as a key"
        found.note("TN013", path, what, "write the key as text", at)
        return None
    value: object = read_plain(event.value) if event.implicit[0] else event.value
    if event.anchor is not None or event.tag is not None:
        found.note("TN011", path, "has a key with an anchor or tag, which specs do not use", "drop it", at)
    elif isinstance(value, Trap):
        found.note(value.code, path, f"has a key that means different things: {value.what}", value.fix, at)
    elif not isinstance(value, str):
        shown = event.value[:_SHOWN]
        found.note("TN013", path, f"has the key {shown or 'nothing'}, which is no text", f'write "{shown}"', at)
    else:
        return value
    return None


def _skip(found: Walk, event: Event, events: Iterator[Event], path: Path) -> None:
    """Pass over a node below `path` that starts with `event`, within the bounds of depth and entries."""
    above = depth = len(path) + 1
    while True:
        _count(found, event, path)
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            depth += 1
        elif _ends(event):
            depth -= 1
        if depth > DEEPEST:
            _too_deep(found, event, path)
        if depth == above:
            return
        event = next(events)


def _count(found: Walk, event: Event, path: Path) -> None:
    found.entries += 1
    if found.entries > MOST_ENTRIES:
        what = f"is entry {MOST_ENTRIES + 1:,} of the file, more than are read"
        found.wrong("TN003", path, what, "split the file", _place(event))
        raise _TooMuch


def _too_deep(found: Walk, event: Event, path: Path) -> NoReturn:
    found.wrong("TN003", path, f"is nested deeper than {DEEPEST} levels", "flatten it", _place(event))
    raise _TooMuch


def _ends(event: Event) -> bool:
    return isinstance(event, yaml.events.CollectionEndEvent)


def _place(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _visible(found: Walk, event: Event, path: Path) -> tuple[int, int]:
    """Where an editor should point: at the value, but at the key of a block or of an empty value."""
    hidden = not event.flow_style if hasattr(event, "flow_style") else getattr(event, "value", None) == ""
    return found.keys.get(path, _place(event)) if hidden else _place(event)


def _tag(tag: str) -> str:
    return _cut(tag.replace("tag:yaml.org,2002:", "!!"))


def _cut(text: str | None) -> str:
    return (text or "")[:_SHOWN]
