"""Findings and keys of specs explained: a page of text for a terminal."""

import textwrap
from collections.abc import Iterable, Iterator

from tonnage.findings.table import Example, Kind
from tonnage.spec.keys import Key

_WIDTH = 100


def render_kind(kind: Kind) -> str:
    """What a code means, how to mend it, and an example."""
    lines = [f"{kind.code}  {kind.title}", "", *_wrapped(kind.meaning), "", *_wrapped(f"To mend it: {kind.fix}")]
    if kind.example is not None:
        lines += ["", *_example(kind.example)]
    return "\n".join(lines) + "\n"


def render_kinds(kinds: Iterable[Kind]) -> str:
    """All codes with their titles, one a line."""
    return "".join(f"{k.code}  {k.title}\n" for k in kinds)


def render_key(key: Key) -> str:
    """What a key means, what it takes, and which keys stand below it."""
    lines = [f"{key.path}  ({key.file} file)", "", *_wrapped(key.meaning), ""]
    lines.append(f"  takes:     {key.form}")
    lines += [f"  left out:  {key.left_out}"] if key.left_out else []
    lines += [f"  example:   {key.path.rpartition('.')[2]}: {key.examples[0]}"] if key.examples else []
    if key.below:
        widest = max(map(len, key.below))
        lines += ["", "  keys below it:"]
        for name, meaning in key.below.items():
            first, *more = textwrap.wrap(meaning, _WIDTH - widest - 6) or [""]
            lines.append(f"    {name:<{widest}}  {first}".rstrip())
            lines += [f"    {'':<{widest}}  {line}" for line in more]
    return "\n".join(lines) + "\n"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH)


def _example(example: Example) -> Iterator[str]:
    yield f"Wrong in {example.file}:"
    yield from (f"    {line}" for line in shown(example.wrong) or ["(nothing)"])
    yield "Right:"
    yield from (f"    {line}" for line in shown(example.right) or ["(nothing)"])


def shown(text: str) -> list[str]:
    """Lines of an example, what nobody sees or would take for something else written as an escape."""
    seen = "".join(c if c == "\n" or (c.isascii() and c.isprintable()) else f"\\u{ord(c):04X}" for c in text)
    return textwrap.dedent(seen).splitlines()
