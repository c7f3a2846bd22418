"""Money as people read it in a report, and text without it where a cluster hides it."""

import re
from fractions import Fraction

from tonnage.report.changes import MoneyDelta
from tonnage.units import MoneyRate

HIDDEN = "(hidden)"
_AMOUNT = re.compile(r"(?:US)?\$\s?\d[\d,]*(?:\.\d+)?\s?[kKMB]?\b|\d[\d,./]*\s?[kKMB]?\s?USD(?:/h|/month)?")


def monthly(rate: MoneyRate | None, signed: bool = False) -> str:
    """$38,298 a month of 730 hours; unknown where it is not known."""
    return "unknown" if rate is None else dollars(rate.per_month.amount, signed)


def dollars(amount: Fraction, signed: bool = False) -> str:
    """Whole dollars, halves to even; cents below ten dollars."""
    places = 2 if 0 < abs(amount) < 10 else 0
    shown = round(abs(amount), places) if places else Fraction(round(abs(amount)))
    text = f"${float(shown):,.{places}f}"
    if amount < 0 and shown:
        return f"-{text}"
    return f"+{text}" if signed and shown else text


def delta(money: MoneyDelta) -> str:
    """+$38,298/month cash ($0 of it inside commitments); what is not priced is named."""
    if money.unknown and not money.cash and not money.committed:
        return f"money unknown for lack of a price: {', '.join(money.unknown)}"
    text = f"{monthly(money.cash, signed=True)}/month cash ({monthly(money.committed)} of it inside commitments)"
    if not money.unknown:
        return text
    return f"{text}, not counted for lack of a price: {', '.join(money.unknown)}"


def without_money(text: str) -> str:
    """The text with every amount of money masked."""
    return _AMOUNT.sub(HIDDEN, text)
