"""From bytes to text that is safe to parse, and the words for what a parser refuses.

The C parser and the pure-Python one refuse nearly the same files, in different words and at different places.
The words here are our own and the same for both.
"""

import os
import re
import stat
from pathlib import Path

from yaml import MarkedYAMLError, YAMLError
from yaml.events import ScalarEvent

from tonnage.findings import Finding, Position

WHOLE = "the file"
"""What findings about a file as a whole call it."""
LARGEST = 1024 * 1024
"""Bytes of the largest file that is read."""

# what no spec needs, and what moves, hides or turns round text on a reviewer's screen; YAML 1.2.2, section 5.1
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u200a\u2010-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_LONE_CR = re.compile(r"\r(?!\n)")
_TAB = re.compile(r"^(?P<before>[^\t\n]*)\t", re.MULTILINE)
_COMMENT = re.compile(r"(^|\s)#")
_DIRECTIVE = re.compile(r"\A(?:[ ]*(?:#[^\n]*)?\r?\n)*%")
_BYTE_ORDER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\x00\x00\xfe\xff": "UTF-32"}


def read_bytes(path: Path, shown: str) -> bytes | Finding:
    """The bytes of a regular file of bounded size, or why they are not read. Links are never followed."""
    start = Position(shown, 1, 1)
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            return Finding(WHOLE, "is a symbolic link", "put the file itself there", position=start, code="TN002")
        if not stat.S_ISREG(status.st_mode):
            return Finding(WHOLE, "is not a regular file", "put a text file there", position=start, code="TN001")
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError:
        return Finding(WHOLE, "does not exist", "create it, or correct the path", position=start, code="TN001")
    except OSError as bad:
        why = (bad.strerror or type(bad).__name__).lower()
        return Finding(WHOLE, f"cannot be read: {why}", "make it readable", position=start, code="TN001")


def decoded(data: bytes, shown: str) -> str | Finding:
    """Text that a YAML parser may see, or why not. One byte order mark of UTF-8 is taken off."""
    if len(data) > LARGEST:
        return _wrong("TN003", shown, f"is larger than {LARGEST // 1024} KiB", "split it, or drop what is no spec")
    for mark, name in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return _wrong("TN004", shown, f"is {name}", "save it as UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        before = data[: bad.start].decode("utf-8-sig", errors="ignore")
        what = f"holds the byte 0x{data[bad.start]:02x}, which is not UTF-8"
        return _wrong("TN004", shown, what, "save it as UTF-8", before)
    return _unsafe(text, shown) or text


def escaped(text: str) -> str:
    """Written YAML without raw characters that nobody sees; all of them stand in double quotes."""
    return _UNPRINTABLE.sub(lambda c: f"\\u{ord(c[0]):04X}", text)


def _unsafe(text: str, shown: str) -> Finding | None:
    """What parsers read in different ways, or what a reviewer does not see."""
    if found := _UNPRINTABLE.search(text):
        what = f"holds the invisible character U+{ord(found[0]):04X}"
        return _wrong(
            "TN005", shown, what, "delete it, or write it as an escape in double quotes", text[: found.start()]
        )
    if found := _LONE_CR.search(text):
        what = "holds a carriage return without a line feed"
        return _wrong("TN005", shown, what, "save it with LF line ends", text[: found.start()])
    for found in _TAB.finditer(text):
        if not _COMMENT.search(found["before"]):
            return _wrong("TN006", shown, "holds a tab", "indent with spaces", text[: found.end() - 1])
    if found := _DIRECTIVE.match(text):
        what = "holds a YAML directive (%), which specs do not use"
        return _wrong("TN008", shown, what, "delete the line", text[: found.end() - 1])
    return None


def _wrong(code: str, shown: str, what: str, fix: str, before: str = "") -> Finding:
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    return Finding(WHOLE, what, fix, position=Position(shown, line, column), code=code)


_ESCAPE = ("holds an unknown escape", "double the backslash, or use single quotes")
_BLOCK = ("starts a text block wrongly", "write | or > alone, the text below it")
_GLUED_COMMENT = re.compile(r"[|>][0-9+-]*#")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BEYOND = re.compile(r"\\U(?!000|0010)[0-9A-Fa-f]{8}")

# what the parsers' context and problem say, our words, the fix, and whether the place is where the thing began
_REFUSALS: tuple[tuple[re.Pattern[str], str, str, bool], ...] = (
    (re.compile(r"escape|hexdecimal"), *_ESCAPE, True),
    (re.compile(r"quoted scalar"), "opens a quote that is never closed", "close the quote", True),
    (re.compile(r"flow sequence"), "opens a [ that is never closed, or lacks a comma", "close it with ]", True),
    (re.compile(r"flow mapping"), "opens a { that is never closed, or lacks a comma", "close it with }", True),
    (
        re.compile(r"mapping values are not allowed"),
        "holds a second colon where only one can stand",
        "quote the text, or put the key on a line of its own",
        False,
    ),
    (re.compile(r"simple key|expected ':'"), "lacks the colon after a key", "write key: value", True),
    (re.compile(r"block scalar"), *_BLOCK, True),
    (re.compile(r"cannot start any token"), "starts with a character that YAML keeps", "quote the text", False),
    (
        re.compile(r"block (mapping|collection|sequence)|not allowed"),
        "does not stand where its indentation puts it",
        "line it up with the keys or dashes around it",
        False,
    ),
    (re.compile(r"anchor|alias"), "holds a malformed anchor or alias", "quote the text", True),
    (re.compile(r"tag"), "holds a malformed tag", "quote the text", True),
)


def refused(error: YAMLError, text: str, shown: str) -> Finding:
    """A parser's refusal in our own words, at the same place whichever parser it was."""
    if not isinstance(error, MarkedYAMLError):
        fix = "check what stands there by hand"
        return Finding(WHOLE, "cannot be read as YAML", fix, position=Position(shown, 1, 1), code="TN007")
    said = f"{error.context or ''} {error.problem or ''}"
    known = ((w, f, b) for pattern, w, f, b in _REFUSALS if pattern.search(said))
    what, fix, began = next(known, ("cannot be read as YAML from here on", "quote the text, or check the line", False))
    mark = (error.context_mark if began else None) or error.problem_mark or error.context_mark
    place = _inside(text, mark.line, mark.column) if mark else (1, 1)
    return Finding(WHOLE, what, fix, position=Position(shown, *place), code="TN007")


def only_in_c(text: str, scalar: ScalarEvent, shown: str) -> Finding | None:
    """What one of the parsers refuses in a quoted or block scalar, where the other one took it."""
    mark = scalar.start_mark
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if scalar.style in {"|", ">"}:
        line = text.split("\n", place[0])[place[0] - 1]
        return _malformed(_BLOCK, shown, place) if _GLUED_COMMENT.match(line, place[1] - 1) else None
    return _malformed(_ESCAPE, shown, place) if _SURROGATE.search(scalar.value) else None


def bad_escape(text: str, shown: str) -> Finding:
    """The escape of a character that does not exist."""
    at = _BEYOND.search(text)
    before = text[: at.start()] if at else ""
    return _wrong("TN007", shown, *_ESCAPE, before)


def _malformed(said: tuple[str, str], shown: str, place: tuple[int, int]) -> Finding:
    return Finding(WHOLE, *said, position=Position(shown, *place), code="TN007")


def _inside(text: str, line: int, column: int) -> tuple[int, int]:
    """Line and column from 1; a place beyond all content is the end of the content."""
    lines = text.rstrip().split("\n")
    if line >= len(lines):
        return len(lines), len(lines[-1].rstrip()) + 1
    return line + 1, min(column, len(lines[line].rstrip())) + 1
