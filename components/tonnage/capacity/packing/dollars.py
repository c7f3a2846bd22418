"""Money in findings and in the ledger: whole dollars a month, or dollars an hour to the last digit that counts."""

from fractions import Fraction

from tonnage.units import MoneyRate


def monthly(rate: MoneyRate) -> str:
    """$71,234 a month."""
    return f"${round(rate.per_month.amount):,} a month"


def hourly(amount: Fraction) -> str:
    """10.49264 USD/h; six decimals at most."""
    return f"{round(float(amount), 6):.10g} USD/h"
