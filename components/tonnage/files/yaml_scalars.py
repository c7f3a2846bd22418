"""Plain YAML scalars, read so that nobody can misread them.

YAML 1.1 and 1.2 disagree about `no`, `010`, `1_000` or `1:30`, and readers differ from both. What every reader
takes alike is taken: true, false, null, decimal numbers, ISO dates, text. The rest is refused; quotes make it text.

Sources: YAML 1.1 type repository (bool, int, float, merge, timestamp); YAML 1.2.2, section 10.3 (core schema).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | date | None


@dataclass(frozen=True)
class Trap:
    """A scalar that is refused: `what` is wrong, how to `fix` it, and the finding's code."""

    what: str
    fix: str
    code: str = "TN014"


_WORDS: dict[str, Scalar] = {"": None, "null": None, "~": None, "true": True, "false": False}
_BOOL_WORDS = {"y": True, "yes": True, "on": True, "true": True, "n": False, "no": False, "off": False, "false": False}
_INT = re.compile(r"-?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+(e[-+][0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOST_DIGITS = 40
_SHOWN = 40

# looks like, how it is said, and how it is written instead; the first that matches counts
_TRAPS: tuple[tuple[re.Pattern[str], str, Callable[[str], str]], ...] = (
    (re.compile(r"<<"), "is a merge key, which specs do not use", lambda _: "write the keys out"),
    (re.compile(r"="), "is a default key of YAML 1.1", lambda _: "quote it"),
    (
        re.compile(r"[-+]?\.(inf|nan)", re.IGNORECASE),
        "is not a finite number",
        lambda _: "write a finite number",
    ),
    (
        re.compile(r"[-+]?0[0-9_]+"),
        "is octal to some readers and decimal to others",
        lambda t: f'write {_without_zeros(t)} for the number, or "{t}" for text',
    ),
    (
        re.compile(r"[-+]?0[xX][0-9a-fA-F_]+|[-+]?0[oO][0-7_]+|[-+]?0[bB][01_]+"),
        "is not a decimal number",
        lambda t: f'write {_decimal(t)} for the number, or "{t}" for text',
    ),
    (
        re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?"),
        "is a number to some readers and text to others",
        lambda t: f'write {t.replace("_", "")} for the number, or "{t}" for text',
    ),
    (
        re.compile(r"[-+]?[0-9]+(:[0-9]+)+(\.[0-9]*)?"),
        "is a number in base 60 to some readers",
        lambda t: f'write "{t}" for text',
    ),
    (
        re.compile(r"\+[0-9]+(\.[0-9]+)?"),
        "is a number to some readers and text to others",
        lambda t: f'write {t[1:]} for the number, or "{t}" for text',
    ),
    (
        re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?"),
        "is a number to some readers and text to others",
        lambda t: f'write the digits out for the number, such as 0.5 or 100000, or "{t}" for text',
    ),
    (
        re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt]|[ \t]+)[0-9].*"),
        "is a time stamp to some readers and text to others",
        lambda t: f'write {t[:10]} for the day, or "{t}" for text',
    ),
)


def read_plain(text: str) -> Scalar | Trap:
    """What an unquoted scalar means, or why it is refused."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0].isalpha():
        return _read_word(text)
    return _read_number(text) if text[0] in "+-.<=0123456789" else text


def is_text(text: str) -> bool:
    """Whether an unquoted scalar reads as the text that it is."""
    return read_plain(text) == text


def _read_word(text: str) -> str | Trap:
    lower = text.lower()
    if lower in _BOOL_WORDS:
        value = "true" if _BOOL_WORDS[lower] else "false"
        return Trap(
            _said(text, f"is {value} to some readers and text to others"), f'write {value}, or "{text}" for text'
        )
    if lower == "null":
        return Trap(_said(text, "is nothing to some readers and text to others"), f'write null, or "{text}" for text')
    return text


def _read_number(text: str) -> Scalar | Trap:
    if _INT.fullmatch(text):
        return (
            int(text) if len(text) <= _MOST_DIGITS else Trap(_said(text, "has too many digits"), "write fewer digits")
        )
    if _FLOAT.fullmatch(text):
        return _read_float(text)
    if _DATE.fullmatch(text):
        return _read_date(text)
    traps = (Trap(_said(text, what), fix(text)) for pattern, what, fix in _TRAPS if pattern.fullmatch(text))
    return next(traps, text)


def _read_float(text: str) -> float | Trap:
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        return Trap(_said(text, "is not a finite number"), "write a finite number")
    return value


def _read_date(text: str) -> date | Trap:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return Trap(_said(text, "is no day of the calendar"), f'correct the day, or write "{text}" for text', "TN122")


def _said(text: str, what: str) -> str:
    return f"{text if len(text) <= _SHOWN else f'{text[:_SHOWN]}…'} {what}"


def _without_zeros(text: str) -> str:
    digits = text.lstrip("+-").replace("_", "").lstrip("0") or "0"
    return f"-{digits}" if text.startswith("-") else digits


def _decimal(text: str) -> str:
    digits = text.replace("_", "")
    if len(text) > _MOST_DIGITS or not digits.lstrip("+-")[2:]:
        return "the decimal digits"
    return str(int(digits, 0))
