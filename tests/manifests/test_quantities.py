"""Amounts reach Kubernetes exactly, or rounded up by less than its smallest step."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonnage.manifests.quantities import cpu_text, memory_text
from tonnage.units import Cpu, Memory

SUFFIXES = {"Gi": 2**30, "Mi": 2**20, "Ki": 2**10}


@pytest.mark.parametrize(
    ("cpu", "text"), [("4", "4"), ("500m", "500m"), ("7.5", "7500m"), ("0", "0"), ("0.0001", "1m"), ("1000m", "1")]
)
def test_cores_are_whole_or_in_thousandths(cpu: str, text: str) -> None:
    """As people write them."""
    assert cpu_text(Cpu.parse(cpu)) == text


@given(st.fractions(0, 10_000))
def test_no_core_is_lost(amount: Fraction) -> None:
    """Never less than was planned, and less than a thousandth more."""
    text = cpu_text(Cpu(amount))
    read = Fraction(text.removesuffix("m")) / (1000 if text.endswith("m") else 1)
    assert amount <= read < amount + Fraction(1, 1000)


@given(st.integers(0, 2**50))
def test_no_byte_is_lost(count: int) -> None:
    """In the largest unit that holds it exactly."""
    text = memory_text(Memory(Fraction(count)))
    unit = next((u for u in SUFFIXES if text.endswith(u)), "")
    assert int(text.removesuffix(unit)) * SUFFIXES.get(unit, 1) == count
