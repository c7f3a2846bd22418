"""Where findings end: errors stop the program before anything is declared, warnings are told."""

from collections.abc import Iterable
from typing import TypeVar

import pulumi

from tonnage.findings import Finding, Severity, SpecError, errors, ordered
from tonnage.units import Quantity, UnitError

Q = TypeVar("Q", bound=Quantity)


def settle(found: Iterable[Finding]) -> None:
    """Raise SpecError with every finding if one of them is an error; else log the warnings."""
    found = ordered(found)
    if errors(found):
        raise SpecError(found)
    for warning in found:
        if warning.severity is Severity.WARNING:
            pulumi.log.warn(f"{warning.where}: {warning.what}; {warning.fix}")


def quantity(kind: type[Q], text: str, where: str) -> tuple[Q, tuple[Finding, ...]]:
    """A quantity from an argument, or nothing of it and what is wrong with the text."""
    try:
        return kind.parse(text), ()
    except UnitError as bad:
        return kind.parse(f"1{next(iter(kind.UNITS))}"), (Finding(where, bad.what, bad.fix, code="TN501"),)
