"""The ledger: every number with its formula, its inputs and its source."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One derived number, in words that a reader can check with a pocket calculator."""

    name: str
    """What the number is: weights per GPU."""
    value: str
    """With its unit: 16.92 GiB."""
    formula: str
    """With the numbers filled in: (68.45 G x 1 B + 2.10 G x 2 B) / 4."""
    source: str
    """Where formula or fact comes from."""
