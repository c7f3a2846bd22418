"""What the strict reader refuses, in which words and where: the same with the C parser and the pure-Python one."""

from typing import Any

import pytest
import yaml

from tonnage.files.yaml import parse_what_can_be, parse_yaml

LOADERS = [yaml.CSafeLoader, yaml.SafeLoader]


def said(text: str | bytes, loader: Any = yaml.CSafeLoader) -> list[str]:
    """All findings of a text, without the file's name."""
    data = text if isinstance(text, bytes) else text.encode()
    return [str(f).removeprefix("f:") for f in parse_what_can_be(data, "f", loader).findings]


INDENT = "does not stand where its indentation puts it; line it up with the keys or dashes around it"
COLON = "holds a second colon where only one can stand; quote the text, or put the key on a line of its own"
BRACKET = "opens a [ that is never closed, or lacks a comma; close it with ]"
BRACE = "opens a { that is never closed, or lacks a comma; close it with }"
ON = "cannot be read as YAML from here on; quote the text, or check the line"
QUOTE = "opens a quote that is never closed; close the quote"
ESCAPE = "holds an unknown escape; double the backslash, or use single quotes"
KEPT = "starts with a character that YAML keeps; quote the text"
NO_COLON = "lacks the colon after a key; write key: value"

SYNTAX = [
    ("a: b: c", "1:5", COLON),
    ("a: é b: [", "1:7", COLON),
    ("a\nb: 1\n", "2:2", COLON),
    ("key: value\n  more: 1", "2:7", COLON),
    ("a: 'x\n", "1:4", QUOTE),
    ('a: "b\n---\nc"', "1:4", QUOTE),
    ('a: "\\q"', "1:4", ESCAPE),
    ('a: "\\xZZ"', "1:4", ESCAPE),
    ("é: [1", "1:4", BRACKET),
    ("a: [1, 2\nb: 3\n", "1:4", BRACKET),
    ("{a: 1, b", "1:1", BRACE),
    ("a: {b: 1\nc: 2\n", "1:4", BRACE),
    ("- a\nb: 1", "2:1", INDENT),
    ("a:\n  b: 1\n c: 2\n", "3:2", INDENT),
    ("a: |\n  x\n y\n", "3:2", INDENT),
    ("a: - b\n", "1:4", INDENT),
    ("a: 'it's'", "1:8", INDENT),
    (": a", "1:1", INDENT),
    ("a: 1\nb 2\nc: 3", "2:1", NO_COLON),
    ("a:\n- b\n-c\n", "3:1", NO_COLON),
    ("a: @b", "1:4", KEPT),
    ("a: %b", "1:4", KEPT),
    ("a: |x\n  y", "1:4", "starts a text block wrongly; write | or > alone, the text below it"),
    ("a: |#x\n  y", "1:4", "starts a text block wrongly; write | or > alone, the text below it"),
    ("a: b\nc: >2#\n", "2:4", "starts a text block wrongly; write | or > alone, the text below it"),
    ('a: "\\ud800"', "1:4", ESCAPE),
    ("a: & b", "1:4", "holds a malformed anchor or alias; quote the text"),
    ("a: !<x", "1:4", "holds a malformed tag; quote the text"),
    ("a: ]", "1:4", ON),
    ("[a, b]]", "1:7", ON),
    ("a: [1,,2]", "1:7", ON),
    ("...\n", "1:1", ON),
    ("a: 1\n... x", "2:5", ON),
]


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(("text", "place", "what"), SYNTAX)
def test_a_syntax_error_has_one_text_whichever_parser_met_it(text: str, place: str, what: str, loader: Any) -> None:
    """Users with and without the C library read the same words at the same place, once."""
    assert said(text, loader) == [f"{place}: error TN007: the file: {what}"]


CONTENT = [
    ("a: *x", "1:4: error TN011: a: is an alias (*x), which specs do not use; write the value out"),
    ("a: &x 1", "1:4: error TN011: a: has an anchor (&x), which specs do not use; drop the anchor"),
    ("a: !foo 1", "1:4: error TN011: a: has a tag (!foo), which specs do not use; drop the tag; quotes make text"),
    ("a: !!str 1", "1:4: error TN011: a: has a tag (!!str), which specs do not use; drop the tag; quotes make text"),
    (
        "!!map {a: 1}",
        "1:1: error TN011: the file: has a tag (!!map), which specs do not use; drop the tag; quotes make text",
    ),
    ("---\na: 1\n---\nb: 2", "3:1: error TN010: the file: holds a second document; keep one document in a file"),
    ("", "1:1: error TN009: the file: holds nothing; write a spec, or delete the file"),
    ("# only a comment\n", "1:1: error TN009: the file: holds nothing; write a spec, or delete the file"),
    ("a: 1\nb: 2\na: 3", "3:1: error TN012: a: is given twice, first in line 1; keep one of the two"),
    ("x: {a: 1, a: {b: 2}}", "1:11: error TN012: x.a: is given twice, first in line 1; keep one of the two"),
    ("? [a]\n: b", "1:3: error TN013: the file: has a list or mapping as a key; write the key as text"),
    ("{a: b}: c", "1:1: error TN013: the file: has a list or mapping as a key; write the key as text"),
    ("*a : c", "1:1: error TN013: the file: has an alias as a key; write the key as text"),
    ("&a b: c", "1:1: error TN011: the file: has a key with an anchor or tag, which specs do not use; drop it"),
    ("1: 2", '1:1: error TN013: the file: has the key 1, which is no text; write "1"'),
    ("x:\n  null: 2", '2:3: error TN013: x: has the key null, which is no text; write "null"'),
    ("2026-11-23: 2", '1:1: error TN013: the file: has the key 2026-11-23, which is no text; write "2026-11-23"'),
    (
        "<<: {a: 1}",
        (
            "1:1: error TN014: the file: has a key that means different things: "
            "<< is a merge key, which specs do not use; write the keys out"
        ),
    ),
    (
        "on: 1",
        (
            "1:1: error TN014: the file: has a key that means different things: "
            'on is true to some readers and text to others; write true, or "on" for text'
        ),
    ),
]


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(("text", "finding"), CONTENT)
def test_what_specs_do_not_use_is_refused_at_its_place(text: str, finding: str, loader: Any) -> None:
    """Aliases, anchors, tags, merge keys, second documents, keys that are no text or given twice."""
    assert said(text, loader) == [finding]


TRAPS = [
    ("no", 'is false to some readers and text to others; write false, or "no" for text'),
    ("Yes", 'is true to some readers and text to others; write true, or "Yes" for text'),
    ("off", 'is false to some readers and text to others; write false, or "off" for text'),
    ("y", 'is true to some readers and text to others; write true, or "y" for text'),
    ("True", 'is true to some readers and text to others; write true, or "True" for text'),
    ("NULL", 'is nothing to some readers and text to others; write null, or "NULL" for text'),
    ("010", 'is octal to some readers and decimal to others; write 10 for the number, or "010" for text'),
    ("-007", 'is octal to some readers and decimal to others; write -7 for the number, or "-007" for text'),
    ("0x1F", 'is not a decimal number; write 31 for the number, or "0x1F" for text'),
    ("0o17", 'is not a decimal number; write 15 for the number, or "0o17" for text'),
    ("0b101", 'is not a decimal number; write 5 for the number, or "0b101" for text'),
    ("1_000", 'is a number to some readers and text to others; write 1000 for the number, or "1_000" for text'),
    ("0x_", 'is not a decimal number; write the decimal digits for the number, or "0x_" for text'),
    ("1:30", 'is a number in base 60 to some readers; write "1:30" for text'),
    ("07:00", 'is a number in base 60 to some readers; write "07:00" for text'),
    ("+5", 'is a number to some readers and text to others; write 5 for the number, or "+5" for text'),
    (
        "1e5",
        (
            "is a number to some readers and text to others; "
            'write the digits out for the number, such as 0.5 or 100000, or "1e5" for text'
        ),
    ),
    (
        ".5",
        (
            "is a number to some readers and text to others; "
            'write the digits out for the number, such as 0.5 or 100000, or ".5" for text'
        ),
    ),
    (".inf", "is not a finite number; write a finite number"),
    ("-.Inf", "is not a finite number; write a finite number"),
    (".NaN", "is not a finite number; write a finite number"),
    ("1.0e+999", "is not a finite number; write a finite number"),
    ("=", "is a default key of YAML 1.1; quote it"),
    ("<<", "is a merge key, which specs do not use; write the keys out"),
    ("2026-02-30", 'is no day of the calendar; correct the day, or write "2026-02-30" for text'),
    (
        "2026-02-03 10:00:00",
        (
            "is a time stamp to some readers and text to others; "
            'write 2026-02-03 for the day, or "2026-02-03 10:00:00" for text'
        ),
    ),
]


@pytest.mark.parametrize(("text", "what"), TRAPS)
def test_a_scalar_that_readers_read_differently_is_refused(text: str, what: str) -> None:
    """YAML 1.1 and 1.2 differ on it, or the writer and the reader do."""
    code = "TN122" if what.startswith("is no day") else "TN014"
    assert said(f"a: {text}") == [f"1:4: error {code}: a: {text} {what}"]


@pytest.mark.parametrize(("text", "what"), TRAPS)
def test_quotes_make_any_trap_text(text: str, what: str) -> None:
    """The way out that every one of these findings offers works."""
    assert what
    document, findings = parse_yaml(f'a: "{text}"'.encode(), "f")
    assert findings == ()
    assert document is not None
    assert document.value == {"a": text}


def test_a_long_number_is_cut_in_the_finding() -> None:
    """A finding stays one readable line."""
    (finding,) = said(f"a: {'9' * 5000}")
    assert finding == f"1:4: error TN014: a: {'9' * 40}… has too many digits; write fewer digits"


BYTES = [
    (b"a: \xff", "1:4: error TN004: the file: holds the byte 0xff, which is not UTF-8; save it as UTF-8"),
    (
        "é: 1\nb: ".encode() + b"\x80",
        "2:4: error TN004: the file: holds the byte 0x80, which is not UTF-8; save it as UTF-8",
    ),
    ("a: 1".encode("utf-16"), "1:1: error TN004: the file: is UTF-16; save it as UTF-8"),
    ("a: 1".encode("utf-32-be"), None),
    (b"a: \x00", "1:4: error TN005: the file: holds the invisible character U+0000"),
    (b"a: \x1b[31m", "1:4: error TN005: the file: holds the invisible character U+001B"),
    ("a: b\nc: \u202ed".encode(), "2:4: error TN005: the file: holds the invisible character U+202E"),
    ("a: b\u200b".encode(), "1:5: error TN005: the file: holds the invisible character U+200B"),
    ("a: b\u2028c: d".encode(), "1:5: error TN005: the file: holds the invisible character U+2028"),
    ("a: \ufeffb".encode(), "1:4: error TN005: the file: holds the invisible character U+FEFF"),
    (
        b"a: 1\rb: 2",
        "1:5: error TN005: the file: holds a carriage return without a line feed; save it with LF line ends",
    ),
    (b"a:\n\tb: 1", "2:1: error TN006: the file: holds a tab; indent with spaces"),
    (b"a: \tb", "1:4: error TN006: the file: holds a tab; indent with spaces"),
    (b"# c\n%YAML 1.2\n---\na: 1", "2:1: error TN008: the file: holds a YAML directive (%), which specs do not use; "),
    (b"a: 1\n" * 250_000, "1:1: error TN003: the file: is larger than 1024 KiB; split it, or drop what is no spec"),
]


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(("data", "start"), BYTES)
def test_bytes_that_hide_something_are_refused_before_parsing(data: bytes, start: str | None, loader: Any) -> None:
    """Other encodings, control and direction characters, tabs, directives, size."""
    (finding,) = said(data, loader)
    assert finding.startswith(start or "1:1: error TN005: the file: ")


def test_what_is_harmless_in_bytes_is_taken() -> None:
    """A UTF-8 byte order mark, Windows line ends, tabs in comments, text of any script."""
    document, findings = parse_yaml("\ufeffa: é 字\r\n# x\ty\r\nb: 1 #\tz\r\n".encode(), "f")
    assert findings == ()
    assert document is not None
    assert document.value == {"a": "é 字", "b": 1}


def test_all_problems_of_a_file_come_at_once() -> None:
    """One look shows everything; what is right is read all the same."""
    reading = parse_what_can_be(b"a: no\nb: *x\nc: &y [1, 0x10]\nb: 2\nd: good\n", "f")

    assert [str(f.position) for f in reading.findings] == ["f:1:4", "f:2:4", "f:3:4", "f:3:11", "f:4:1"]
    assert reading.document is not None
    assert reading.document.value == {"a": "no", "b": None, "c": [1, "0x10"], "d": "good"}
    assert reading.spoiled == {("a",), ("b",), ("c", 1)}
    assert parse_yaml(b"a: no\n", "f")[0] is None


@pytest.mark.parametrize("loader", LOADERS)
def test_depth_stops_at_33_levels(loader: Any) -> None:
    """32 are read; the 33rd ends the reading, however many follow."""
    assert said("[" * 32 + "]" * 32, loader) == []
    path = "[0]" * 32
    assert said("[" * 100_000, loader) == [f"1:33: error TN003: {path}: is nested deeper than 32 levels; flatten it"]
    assert said("? " * 200 + "a", loader) == [
        "1:65: error TN003: the file: is nested deeper than 32 levels; flatten it"
    ]


def test_the_number_of_entries_is_bounded() -> None:
    """A million commas cost no minute."""
    (finding,) = said(f"[{'1,' * 200_000}]")
    assert finding == "1:100000: error TN003: [49999]: is entry 50,001 of the file, more than are read; split the file"


def test_a_hundred_problems_are_enough() -> None:
    """A file that is no spec at all does not fill the screen."""
    found = said("a: b\n" * 5000)
    assert len(found) == 101
    assert found[-1] == "102:1: error TN016: the file: holds more than 100 problems; correct these, then read it again"


@pytest.mark.parametrize("loader", LOADERS)
def test_an_escape_of_no_character_is_refused(loader: Any) -> None:
    """The pure-Python scanner would raise an error of its own."""
    (finding,) = parse_what_can_be(b'a: "\\UFFFFFFFF"', "f", loader).findings
    assert finding.what == "holds an unknown escape"
