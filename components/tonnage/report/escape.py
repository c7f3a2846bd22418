"""Text of users made harmless where it is printed: in Markdown on a forge, and on a terminal."""

import re
import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories that move the cursor, reverse text or show nothing."""
_ACTIVE = re.compile(r"[\\`*_{}\[\]<>#|~&@$]|:(?=//)|(?<=[wW]{3})\.")
"""What Markdown, HTML, tables, formulas and link finders act on inside a line; lines never begin with user text."""
_WORD_JOINER = "\u2060"
"""Shows nothing; breaks what a forge makes links of in finished text: @names, #numbers, :emoji:."""
_LINKED = re.compile(r"(?<=[@#:])(?=[\w+-])")


def visible(text: str) -> str:
    """The text on one line, with control and invisible characters written as \\u escapes."""
    return "".join(_seen(c) for c in text)


def _seen(char: str) -> str:
    if char == "\n":
        return "⏎"
    if unicodedata.category(char) in _UNSEEN:
        return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"
    return char


def prose(text: str) -> str:
    """Plain text inside a Markdown paragraph, list item or table cell: no markup, link or mention comes of it."""
    return _encoded(visible(text), joined=True)


def code(text: str) -> str:
    """The text in a fixed-width face; forges look for no mentions in it."""
    return f"<code>{_encoded(visible(text), joined=False)}</code>"


def _encoded(text: str, joined: bool) -> str:
    if joined:
        text = _LINKED.sub(_WORD_JOINER, text)
    return _ACTIVE.sub(lambda m: f"&#{ord(m[0])};", text)


def clipped(text: str, limit: int = 160) -> str:
    """At most `limit` characters; what is cut off is counted."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit} more characters)"
