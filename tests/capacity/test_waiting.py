"""Waiting for the prefill slot: exact where theory is exact, monotone everywhere."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonnage.capacity.waiting import Queue

busy = st.floats(0.06, 0.95)
service = st.floats(1, 500)


def queue(utilisation: float, milliseconds: float, arrivals: float = 1, variability: float = 1) -> Queue:
    """A slot of that utilisation."""
    return Queue(milliseconds, utilisation * 1000 / milliseconds, arrivals, variability)


@given(busy, service)
def test_the_tail_of_the_memoryless_case_is_exact(utilisation: float, milliseconds: float) -> None:
    """With Poisson arrivals and exponential service P(W > t) = rho exp(-(1 - rho) t / S), which the wait solves."""
    wait = queue(utilisation, milliseconds).wait(0.95)
    assert utilisation * math.exp(-(1 - utilisation) * wait / milliseconds) == pytest.approx(0.05)


@given(busy, busy, service)
def test_a_busier_slot_never_waits_less(one: float, other: float, milliseconds: float) -> None:
    """At the same service time."""
    low, high = (queue(u, milliseconds).wait(0.95) for u in sorted((one, other)))
    assert low <= high


@given(busy, service, st.floats(1, 4), st.floats(1, 4))
def test_burstier_arrivals_wait_longer(utilisation: float, milliseconds: float, one: float, other: float) -> None:
    """In proportion to the variability of arrivals and service together."""
    low, high = (queue(utilisation, milliseconds, burst).wait(0.95) for burst in sorted((one, other)))
    assert high / low == pytest.approx((max(one, other) + 1) / (min(one, other) + 1))


def test_a_slot_that_is_rarely_busy_makes_nobody_of_the_percentile_wait() -> None:
    """If 4 % find it busy, 95 % do not wait at all."""
    assert queue(0.04, 100).wait(0.95) == 0


@pytest.mark.parametrize("utilisation", [1.0, 1.5])
def test_an_overloaded_slot_has_no_wait_that_ends(utilisation: float) -> None:
    """Infinite, never negative."""
    assert queue(utilisation, 100).wait(0.95) == math.inf


def test_utilisation() -> None:
    """5 requests a second of 100 ms each keep it busy half the time."""
    assert Queue(100, 5, 1, 1).utilisation == 0.5
