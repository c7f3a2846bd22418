"""Quantities with their unit in the type: parsed once at the edge, exact inside.

Every class reads text (`Memory.parse("80GiB")`), prints text that reads back as an equal value,
and orders and adds like a number. Text that is no such quantity raises `UnitError`, which says
what is wrong and shows the right form.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Self

HOURS_PER_MONTH = 730
"""The house convention: 8,760 hours of a year over 12, everywhere the same."""

_NUMBER_AND_UNIT = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>[^\d.].*)?", re.ASCII)
_LONGEST_TEXT = 64


class UnitError(ValueError):
    """Text that is not the quantity asked for: `what` is wrong, `fix` shows the right form."""

    def __init__(self, what: str, fix: str) -> None:
        self.what = what
        self.fix = fix
        super().__init__(f"{what}; {fix}")


@dataclass(frozen=True, order=True)
class Quantity:
    """An exact number of a base unit, the first of `UNITS`."""

    amount: Fraction

    UNITS: ClassVar[dict[str, Fraction]]  # unit as written -> base units in one of it
    WHOLE: ClassVar[bool] = False  # only whole base units make sense
    NOUN: ClassVar[str]
    EXAMPLE: ClassVar[str]

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", Fraction(self.amount))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read text such as `EXAMPLE`. Raises `UnitError`."""
        form = f"write it like {cls.EXAMPLE}"
        match = _NUMBER_AND_UNIT.fullmatch(text.strip()) if len(text) <= _LONGEST_TEXT else None
        if match is None:
            raise UnitError(f"{text[:_LONGEST_TEXT]!r} is not {cls.NOUN}", form)
        if match["unit"] is None and "" not in cls.UNITS:
            raise UnitError(f"{text!r} has no unit", form)
        unit = (match["unit"] or "").strip()
        if unit not in cls.UNITS:
            known = ", ".join(u for u in cls.UNITS if u)
            raise UnitError(f"{unit!r} is not a unit of {cls.NOUN}", f"use one of {known}, like {cls.EXAMPLE}")
        amount = Fraction(match["number"]) * cls.UNITS[unit]
        if cls.WHOLE and amount.denominator != 1:
            raise UnitError(f"{text!r} is a fraction of the smallest unit", form)
        return cls(amount)

    def __str__(self) -> str:
        sign = "-" if self.amount < 0 else ""
        exact = [(t, u) for u, size in self.UNITS.items() if (t := _decimal(abs(self.amount) / size)) is not None]
        if not exact:
            return f"{sign}{float(abs(self.amount)):.6g}{_spaced(next(iter(self.UNITS)))}"
        number, unit = min(exact, key=lambda e: (len(e[0]), -self.UNITS[e[1]]))
        return f"{sign}{number}{_spaced(unit)}"

    def __add__(self, other: Self) -> Self:
        return type(self)(self.amount + other.amount)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.amount - other.amount)

    def __mul__(self, times: int | Fraction) -> Self:
        return type(self)(self.amount * times)

    def __truediv__(self, other: Self) -> Fraction:
        return self.amount / other.amount

    def __bool__(self) -> bool:
        return self.amount != 0

    def __float__(self) -> float:
        return float(self.amount)


def _spaced(unit: str) -> str:
    return f" {unit}" if unit.startswith("USD") else unit


def _decimal(value: Fraction) -> str | None:
    """The exact decimal of a value that is not negative, or None where it never ends."""
    rest = value.denominator
    twos = fives = 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return None
    places = max(twos, fives)
    digits = str(value.numerator * 10**places // value.denominator)
    return format(Decimal(digits).scaleb(-places), "f") if len(digits) <= 28 else None


def _powers(base: int, *units: str) -> dict[str, Fraction]:
    return {unit: Fraction(base**k) for k, unit in enumerate(units, 1)}


class Memory(Quantity):
    """Bytes."""

    UNITS: ClassVar = (
        {"B": Fraction(1)} | _powers(1024, "KiB", "MiB", "GiB", "TiB") | _powers(1000, "KB", "MB", "GB", "TB")
    )
    WHOLE = True
    NOUN = "an amount of memory"
    EXAMPLE = "80GiB"

    @classmethod
    def gib(cls, number: float) -> "Memory":
        """`number` GiB, to the nearest byte."""
        return cls(Fraction(round(number * 2**30)))

    @property
    def in_gib(self) -> float:
        """GiB (2**30 bytes)."""
        return float(self.amount / 2**30)


class Duration(Quantity):
    """Milliseconds."""

    UNITS: ClassVar = {
        "ms": Fraction(1),
        "s": Fraction(1000),
        "m": Fraction(60_000),
        "h": Fraction(3_600_000),
        "d": Fraction(86_400_000),
    }
    NOUN = "a length of time"
    EXAMPLE = "40ms"

    @classmethod
    def ms(cls, number: float) -> "Duration":
        """`number` milliseconds, to the nearest nanosecond."""
        return cls(Fraction(round(number * 1_000_000), 1_000_000))

    @property
    def in_ms(self) -> float:
        """Milliseconds."""
        return float(self.amount)

    @property
    def in_seconds(self) -> float:
        """Seconds."""
        return float(self.amount / 1000)


class Rate(Quantity):
    """Events (requests) per second."""

    UNITS: ClassVar = {"/s": Fraction(1), "/m": Fraction(1, 60), "/h": Fraction(1, 3600)}
    NOUN = "a rate"
    EXAMPLE = "12/s"


class Cpu(Quantity):
    """CPU cores; whole thousandths."""

    UNITS: ClassVar = {"": Fraction(1), "m": Fraction(1, 1000)}
    NOUN = "a number of CPU cores"
    EXAMPLE = "8 or 500m"

    @property
    def millicores(self) -> int:
        """Thousandths of a core, rounded up."""
        return -(-self.amount.numerator * 1000 // self.amount.denominator)


class Share(Quantity):
    """A part of the whole; 1 is all of it."""

    UNITS: ClassVar = {"%": Fraction(1, 100)}
    NOUN = "a share"
    EXAMPLE = "30%"


class Tokens(Quantity):
    """Tokens."""

    UNITS: ClassVar = {"": Fraction(1)} | _powers(1000, "K", "M", "B", "T")
    WHOLE = True
    NOUN = "a number of tokens"
    EXAMPLE = "20B"


class Money(Quantity):
    """US dollars."""

    UNITS: ClassVar = {"USD": Fraction(1)}
    NOUN = "an amount of money"
    EXAMPLE = "500 USD"


class MoneyRate(Quantity):
    """US dollars per hour; a month is `HOURS_PER_MONTH` hours."""

    UNITS: ClassVar = {"USD/h": Fraction(1), "USD/month": Fraction(1, HOURS_PER_MONTH)}
    NOUN = "money per time"
    EXAMPLE = "60000 USD/month or 31.40 USD/h"

    @property
    def per_month(self) -> Money:
        """What it comes to in `HOURS_PER_MONTH` hours."""
        return Money(self.amount * HOURS_PER_MONTH)


class Bandwidth(Quantity):
    """Bytes per second."""

    UNITS: ClassVar = {"B/s": Fraction(1)} | _powers(1000, "KB/s", "MB/s", "GB/s", "TB/s")
    NOUN = "a bandwidth"
    EXAMPLE = "3.35TB/s"


class Compute(Quantity):
    """Floating-point (or integer) operations per second."""

    UNITS: ClassVar = {"FLOP/s": Fraction(1)} | _powers(1000, "KFLOP/s", "MFLOP/s", "GFLOP/s", "TFLOP/s", "PFLOP/s")
    NOUN = "a compute rate"
    EXAMPLE = "989TFLOP/s"
