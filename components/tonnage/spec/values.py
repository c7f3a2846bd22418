"""Single values of a spec: how each is read from YAML, refused in words, and described in the JSON Schema.

Each marker stands in an annotation, as in `Annotated[int, Whole(1, 64)]`. A refusal carries `what`, `fix` and the
code of the finding; nothing is converted silently.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from tonnage import units

_SHOWN = 40
_FIRST_YEAR, _LAST_YEAR = 2000, 2199


def said(value: object) -> str:
    """A value of a file as findings show it: short, on one line, as it was written."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        cut = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
        return f"'{cut}'" if cut.isprintable() else repr(cut)
    if isinstance(value, int | float | date | units.Quantity):
        text = str(value)
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return "a list" if isinstance(value, list | tuple) else "a mapping"


def wrong(what: str, fix: str, code: str) -> PydanticCustomError:
    """What a validator raises: both sentences of a finding, and its code."""
    return PydanticCustomError("finding", "{what}", {"what": what, "fix": fix, "code": code})


class _Marker:
    """A value that is read by `read` and described by `described`."""

    def read(self, value: object) -> Any:
        """The value as the spec holds it. Raises what `wrong` made."""
        raise NotImplementedError

    def described(self) -> JsonSchemaValue:
        """Its JSON Schema."""
        raise NotImplementedError

    @property
    def example(self) -> str:
        """A value, as it is written in a file."""
        raise NotImplementedError

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return self.described()


@dataclass(frozen=True)
class Whole(_Marker):
    """A whole number from `least` to `most`."""

    least: int
    most: int

    def read(self, value: object) -> int:
        """The number itself; text, fractions and booleans are refused."""
        span = f"write a whole number from {self.least:,} to {self.most:,}"
        if isinstance(value, str) and re.fullmatch(r"-?\d{1,20}", value):
            raise wrong(f"{said(value)} is text, not a number", f"write {value} without quotes", "TN120")
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong(f"{said(value)} is no whole number", span, "TN120")
        if value < self.least:
            raise wrong(f"{said(value)} is under {self.least:,}", span, "TN121")
        if value > self.most:
            raise wrong(f"{said(value)} is over {self.most:,}", span, "TN121")
        return value

    def described(self) -> JsonSchemaValue:
        """An integer with its range."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    @property
    def example(self) -> str:
        """The smallest number that means something."""
        return str(max(self.least, 1))


@dataclass(frozen=True)
class Text(_Marker):
    """Printable text on one line, matching `pattern` as a whole."""

    noun: str
    """With its article: an instance type."""
    sample: str
    pattern: str = r"^\S(.*\S)?$"
    longest: int = 256
    ascii: bool = True
    """Whether letters that only look like Latin ones are refused by name."""

    def read(self, value: object) -> str:
        """The text itself; numbers and booleans are refused."""
        like = f"write it like {self.sample}"
        if not isinstance(value, str):
            fix = f'write "{said(value)}"' if isinstance(value, int | float | date) else like
            raise wrong(f"{said(value)} is not {self.noun}", fix, "TN124")
        if len(value) > self.longest:
            raise wrong(f"{said(value)} is {len(value)} characters long", f"use at most {self.longest}", "TN125")
        odd = next((c for c in value if not c.isprintable() or (self.ascii and not c.isascii())), None)
        if odd is not None:
            fix = "type it anew with plain ASCII characters" if odd.isprintable() else "take it out"
            raise wrong(f"{said(value)} holds {_named(odd)}", fix, "TN126")
        if not re.fullmatch(self.pattern, value):
            raise wrong(*self.refusal(value), self.code)
        return value

    @property
    def code(self) -> str:
        """The kind of finding that a text is which does not match."""
        return "TN124"

    def refusal(self, value: str) -> tuple[str, str]:
        """What is wrong with text that does not match, and the fix."""
        return f"{said(value) if value else 'an empty text'} is not {self.noun}", f"write it like {self.sample}"

    def described(self) -> JsonSchemaValue:
        """A string with its pattern, length and an example."""
        return {"type": "string", "pattern": self.pattern, "maxLength": self.longest, "examples": [self.sample]}

    @property
    def example(self) -> str:
        """The sample."""
        return self.sample


@dataclass(frozen=True)
class LabelText(Text):
    """A name that becomes part of Kubernetes names; the offending character is shown, and the nearest lawful name."""

    @property
    def code(self) -> str:
        """A name that Kubernetes would refuse is a kind by itself."""
        return "TN127"

    def refusal(self, value: str) -> tuple[str, str]:
        """The character that Kubernetes would refuse."""
        near = re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")
        fix = f"write {near}" if re.fullmatch(self.pattern, near) else "use a-z, 0-9 and -, a letter first"
        odd = next((c for c in value if not re.fullmatch("[a-z0-9-]", c)), None)
        if odd is not None:
            return f"{said(value)} holds {said(odd)}", fix
        ends = "starts with a digit" if value[:1].isdigit() else "starts or ends with a dash"
        return (f"{said(value)} {ends}", fix) if value else super().refusal(value)


@dataclass(frozen=True)
class Amount(_Marker):
    """A quantity with its unit in the text, from `least` to `most`."""

    kind: type[units.Quantity]
    least: str
    most: str

    def read(self, value: object) -> units.Quantity:
        """The quantity; a bare number only where the unit may be left out."""
        if isinstance(value, self.kind):
            return value
        like = f"write it like {self.kind.EXAMPLE}"
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise wrong(f"{said(value)} is not {self.kind.NOUN}", like, "TN123")
        if not isinstance(value, str) and "" not in self.kind.UNITS:
            raise wrong(f"{said(value)} has no unit", like, "TN123")
        try:
            amount = self.kind.parse(str(value))
        except units.UnitError as bad:
            raise wrong(bad.what, bad.fix, "TN123") from None
        span = f"write {self.kind.NOUN} from {self.least} to {self.most}"
        if amount < self.kind.parse(self.least):
            raise wrong(f"{said(value)} is under {self.least}", span, "TN121")
        if amount > self.kind.parse(self.most):
            raise wrong(f"{said(value)} is over {self.most}", span, "TN121")
        return amount

    def described(self) -> JsonSchemaValue:
        """Text with one of the units; a number as well, where the unit may be left out."""
        names = sorted(u for u in self.kind.UNITS if u)
        unit = f"({'|'.join(names)})" + ("?" if "" in self.kind.UNITS else "")
        examples = [e.strip() for e in self.kind.EXAMPLE.split(" or ")]
        text = {"type": "string", "pattern": rf"^\s*[0-9]+(\.[0-9]+)?\s*{unit}\s*$", "examples": examples}
        return {"anyOf": [text, {"type": "number", "minimum": 0}]} if "" in self.kind.UNITS else text

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        shown = core_schema.plain_serializer_function_ser_schema(str, return_schema=core_schema.str_schema())
        return core_schema.no_info_plain_validator_function(self.read, serialization=shown)

    @property
    def range(self) -> str:
        """Bounds and units in words, which a schema of text cannot hold."""
        units = [u for u in self.kind.UNITS if u]
        return f"From {self.least} to {self.most}" + (f", in {', '.join(units)}." if len(units) > 1 else ".")

    @property
    def example(self) -> str:
        """The quantity's own example."""
        return self.kind.EXAMPLE.split(" or ", maxsplit=1)[0]


class Day(_Marker):
    """A day of the calendar, quoted or not."""

    example = "2026-11-23"

    def read(self, value: object) -> date:
        """The day; a time of day is refused, and so is a year that must be a slip of the hand."""
        day = self._day(value)
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise wrong(f"{day} is out of range", f"write a day from {_FIRST_YEAR} to {_LAST_YEAR}", "TN121")
        return day

    def _day(self, value: object) -> date:
        if type(value) is date:
            return value
        try:
            if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
                return date.fromisoformat(value)
        except ValueError:
            raise wrong(f"{said(value)} is no day of the calendar", f"write it like {self.example}", "TN122") from None
        raise wrong(f"{said(value)} is not a day", f"write it like {self.example}", "TN122")

    def described(self) -> JsonSchemaValue:
        """A string of the form of a date."""
        return {"type": "string", "format": "date", "pattern": r"^2[01]\d\d-\d\d-\d\d$", "examples": [self.example]}


class Flag(_Marker):
    """What an engine's flag takes: true or false, a number, text."""

    example = "true"

    def read(self, value: object) -> bool | int | float | str:
        """The value itself."""
        if isinstance(value, bool | int | float | str):
            return value
        raise wrong(f"{said(value)} is no value of a flag", "write true or false, a number, or text", "TN128")

    def described(self) -> JsonSchemaValue:
        """Any scalar."""
        return {"type": ["boolean", "number", "string"]}


def _named(character: str) -> str:
    name = unicodedata.name(character, "a character without a name")
    return f"{said(character)} (U+{ord(character):04X}, {name})"
