"""Quantities: exact from text to text, honest about what is no quantity."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonnage.units import (
    HOURS_PER_MONTH,
    Bandwidth,
    Compute,
    Cpu,
    Duration,
    Memory,
    Money,
    MoneyRate,
    Quantity,
    Rate,
    Share,
    Tokens,
    UnitError,
)

KINDS: list[type[Quantity]] = [
    Memory,
    Duration,
    Rate,
    Cpu,
    Share,
    Tokens,
    Money,
    MoneyRate,
    Bandwidth,
    Compute,
]
NUMBERS = st.decimals(0, 10**9, places=3).map(lambda d: format(d.normalize(), "f"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_under_test(kind: type[Quantity]) -> None:
    """A new quantity joins the list above, or this fails."""
    assert set(KINDS) == set(Quantity.__subclasses__())
    assert all(kind.parse(example) for example in kind.EXAMPLE.split(" or "))


@given(st.sampled_from(KINDS), st.data())
def test_text_is_read_exactly(kind: type[Quantity], data: st.DataObject) -> None:
    """The number times the unit, as a fraction: no float is on the way."""
    unit = data.draw(st.sampled_from(sorted(kind.UNITS)))
    number, blank = data.draw(NUMBERS), data.draw(st.sampled_from(["", " "]))
    exact = Fraction(Decimal(number)) * kind.UNITS[unit]
    text = f"{number}{blank}{unit}"
    if kind.WHOLE and exact.denominator != 1:
        with pytest.raises(UnitError, match="is a fraction of the smallest unit"):
            kind.parse(text)
    else:
        assert kind.parse(text).amount == exact


@given(st.sampled_from(KINDS), st.data())
def test_what_is_printed_reads_back_equal(kind: type[Quantity], data: st.DataObject) -> None:
    """For every amount that came from text."""
    unit = data.draw(st.sampled_from(sorted(kind.UNITS)))
    amount = Fraction(Decimal(data.draw(NUMBERS))) * kind.UNITS[unit]
    value = kind(Fraction(round(amount)) if kind.WHOLE else amount)
    assert kind.parse(str(value)) == value


@given(st.sampled_from(KINDS), st.fractions(-1000, 1000), st.fractions(-1000, 1000))
def test_arithmetic_is_that_of_fractions(kind: type[Quantity], a: Fraction, b: Fraction) -> None:
    """Exact sums, differences, multiples, ratios and order."""
    x, y = kind(a), kind(b)
    assert (x + y).amount == a + b
    assert (x - y).amount == a - b
    assert (x * 3).amount == 3 * a
    assert (x < y) == (a < b)
    assert bool(x) == (a != 0)
    assert float(x) == float(a)
    if b:
        assert x / y == a / b


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Memory.parse("80GiB"), "80GiB"),
        (Memory.parse("1024MiB"), "1GiB"),
        (Memory.parse("1500MB"), "1.5GB"),
        (Memory.parse("0B"), "0TiB"),
        (Duration.parse("1500ms"), "1.5s"),
        (Duration.parse("3d"), "3d"),
        (Rate.parse("0.5/s"), "30/m"),
        (Rate(Fraction(1, 7)), "0.142857/s"),  # no decimal ends: shown short, and never stored so
        (Cpu.parse("500m"), "0.5"),
        (Share.parse("30%"), "30%"),
        (Tokens.parse("20B"), "20B"),
        (Money.parse("500 USD"), "500 USD"),
        (MoneyRate.parse("60000 USD/month"), "60000 USD/month"),
        (MoneyRate.parse("31.40 USD/h"), "31.4 USD/h"),
        (Bandwidth.parse("3.35TB/s"), "3.35TB/s"),
        (Compute.parse("989TFLOP/s"), "989TFLOP/s"),
        (Rate(Fraction(-1, 2)), "-30/m"),
    ],
)
def test_the_shortest_exact_text_is_printed(value: Quantity, text: str) -> None:
    """As people write it."""
    assert str(value) == text


@pytest.mark.parametrize(
    ("kind", "text", "what", "fix"),
    [
        (Memory, "80", "'80' has no unit", "write it like 80GiB"),
        (
            Memory,
            "80Gi",
            "'Gi' is not a unit of an amount of memory",
            "use one of B, KiB, MiB, GiB, TiB, KB, MB, GB, TB",
        ),
        (Memory, "80gib", "'gib' is not a unit of an amount of memory", "use one of B, KiB"),
        (Memory, "0.3B", "'0.3B' is a fraction of the smallest unit", "write it like 80GiB"),
        (Memory, "-80GiB", "'-80GiB' is not an amount of memory", "write it like 80GiB"),
        (Rate, "12", "'12' has no unit", "write it like 12/s"),
        (Rate, "12/day", "'/day' is not a unit of a rate", "use one of /s, /m, /h, like 12/s"),
        (Share, "0.3", "'0.3' has no unit", "write it like 30%"),
        (Duration, "", "'' is not a length of time", "write it like 40ms"),
        (Duration, "40 ms 3", "'ms 3' is not a unit of a length of time", "use one of ms, s, m, h, d"),
        (MoneyRate, "5 EUR/h", "'EUR/h' is not a unit of money per time", "use one of USD/h, USD/month"),
        (Tokens, "1e9", "'e9' is not a unit of a number of tokens", "use one of K, M, B, T, like 20B"),
        (Cpu, "٣", "'٣' is not a number of CPU cores", "write it like 8 or 500m"),
        (Cpu, "1_000", "'_000' is not a unit of a number of CPU cores", "use one of m, like 8 or 500m"),
        (Cpu, "nan", "'nan' is not a number of CPU cores", "write it like"),
        (Cpu, ".5", "'.5' is not a number of CPU cores", "write it like"),
        (Compute, "9" * 65, f"'{'9' * 64}' is not a compute rate", "write it like 989TFLOP/s"),
    ],
)
def test_text_that_is_no_quantity_is_refused_with_the_right_form(
    kind: type[Quantity], text: str, what: str, fix: str
) -> None:
    """What is wrong, then how it is written."""
    with pytest.raises(UnitError) as caught:
        kind.parse(text)
    assert caught.value.what == what
    assert caught.value.fix.startswith(fix)
    assert str(caught.value) == f"{what}; {caught.value.fix}"


@given(st.sampled_from(KINDS), st.text(max_size=80))
def test_any_text_is_read_or_refused(kind: type[Quantity], text: str) -> None:
    """Never another exception, and never a refusal without both sentences."""
    refusal = None
    try:
        assert kind.parse(text).amount >= 0
    except UnitError as bad:
        refusal = (bad.what, bad.fix)
    assert refusal is None or all(refusal)


def test_a_month_has_730_hours() -> None:
    """The house convention, everywhere the same."""
    assert HOURS_PER_MONTH == 8760 / 12
    assert MoneyRate.parse("31.40 USD/h").per_month == Money.parse("22922 USD")
    assert MoneyRate.parse("730 USD/month") == MoneyRate.parse("1 USD/h")


def test_conversions_round_where_they_say() -> None:
    """To the byte, to the nanosecond, and up to the whole millicore."""
    assert Memory.gib(0.1).amount == 107_374_182
    assert Memory.parse("80GiB").in_gib == 80.0
    assert Duration.ms(1 / 3).amount == Fraction(333_333, 1_000_000)
    assert (Duration.parse("1.5s").in_ms, Duration.parse("1.5s").in_seconds) == (1500.0, 1.5)
    assert Cpu(Fraction(1, 3)).millicores == 334
    assert Cpu.parse("8").millicores == 8000


def test_quantities_are_values() -> None:
    """Equal amounts of one kind are one key; kinds are never equal to each other."""
    assert {Rate.parse("0.5/s"): 1}[Rate.parse("30/m")] == 1
    whole: Quantity = Share.parse("100%")
    core: Quantity = Cpu.parse("1")
    assert whole != core
    with pytest.raises(TypeError):
        _ = whole < core
