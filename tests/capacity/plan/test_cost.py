"""The bill is shared out exactly, and what is not known is never counted as nothing."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonnage.capacity.cost import Bill, NodeRoom, bill, payable
from tonnage.capacity.result import Option, PlannedWorkload, PodShape, Pool, PricedBy, UnusedReservation, WorkloadId
from tonnage.units import Cpu, Memory, MoneyRate

ROOM = NodeRoom(Cpu(Fraction(40)), Memory.gib(160))


def usd(text: str) -> MoneyRate:
    """Dollars per hour."""
    return MoneyRate(Fraction(text))


def pool(
    name: str, rate: str | None, *, count: int = 1, spares: int = 0, gpus: int = 0, market: str = "onDemand"
) -> Pool:
    """A pool of L40S nodes, or of nodes without GPUs."""
    return Pool(
        name=name,
        instance_type=name,
        accelerator="l40s" if gpus else None,
        gpus_per_node=gpus,
        market=market,
        zones=("a",),
        count=count,
        spares=spares,
        price=PricedBy(None if rate is None else usd(rate), "test", date(2026, 11, 23)),
        patterns=(),
        alternates=(),
    )


def workload(team: str, pools: Mapping[str, int], *, gpus: int = 0, cpu: int = 4, gib: int = 16) -> PlannedWorkload:
    """Pods of one shape on the given pools."""
    pod = PodShape(Cpu(Fraction(cpu)), Memory.gib(gib), Memory.gib(0), gpus, "l40s" if gpus else None)
    name = WorkloadId(team, f"w{gpus}-{cpu}-{gib}")
    option = Option(name, None, sum(pools.values()), None, pod, None, "set by the user")
    return PlannedWorkload(name, "batch", "standard", option, pools, (), "")


def shared(pools: list[Pool], workloads: list[PlannedWorkload], unused: tuple[UnusedReservation, ...] = ()) -> Bill:
    """The bill with the same room on every node."""
    return bill(pools, workloads, {p.name: ROOM for p in pools}, unused, {w.id.team for w in workloads})


def test_gpus_share_the_price_of_their_nodes() -> None:
    """Three of eight GPUs of two 4-GPU nodes at $8 pay 3/8 of $16; five free ones are idle."""
    result = shared([pool("g", "8", count=2, gpus=4)], [workload("a", {"g": 3}, gpus=1)])
    assert result.parts == {"a": usd("6")}
    assert result.idle == usd("10")
    assert result.total == usd("16")


def test_reserved_and_on_demand_nodes_of_one_accelerator_are_blended() -> None:
    """Which team's pod sits on the cheap node is chance, so both pay ($4 + $12) / 8 per GPU."""
    pools = [pool("r", "4", gpus=4, market="reserved"), pool("d", "12", gpus=4)]
    result = shared(pools, [workload("a", {"r": 4}, gpus=1), workload("b", {"d": 4}, gpus=1)])
    assert result.parts == {"a": usd("8"), "b": usd("8")}
    assert result.blended["l40s"] == (usd("2"), "(1 x 12 USD/h + 1 x 4 USD/h) / 8 GPUs")


def test_spot_is_a_bill_of_its_own() -> None:
    """Who took the risk of spot keeps its price."""
    pools = [pool("s", "4", gpus=4, market="spot"), pool("d", "12", gpus=4)]
    result = shared(pools, [workload("a", {"s": 4}, gpus=1), workload("b", {"d": 4}, gpus=1)])
    assert result.parts == {"a": usd("4"), "b": usd("12")}


def test_nodes_without_gpus_are_shared_by_the_dominant_resource() -> None:
    """10 of 40 cores but 80 of 160 GiB pays half the node."""
    result = shared([pool("m", "2")], [workload("a", {"m": 1}, cpu=10, gib=80)])
    assert result.parts == {"a": usd("1")}
    assert result.idle == usd("1")


def test_overlapping_dominant_shares_never_charge_more_than_the_node() -> None:
    """30/40 cores against 120/160 GiB are 3/4 each: both pay half, nothing is idle."""
    result = shared([pool("m", "2")], [workload("a", {"m": 1}, cpu=30, gib=8), workload("b", {"m": 1}, cpu=2, gib=120)])
    assert result.parts == {"a": usd("1"), "b": usd("1")}
    assert result.idle == usd("0")


def test_spares_and_unused_reservations_are_idle() -> None:
    """They are in the total and on no team's bill beyond the blended rate."""
    unused = (UnusedReservation("cr-1", "p5", 2, usd("30")), UnusedReservation("cr-2", "p5", 1, None))
    result = shared([pool("g", "8", spares=1, gpus=4)], [workload("a", {"g": 4}, gpus=1)], unused)
    assert result.total == usd("76")
    assert result.parts == {"a": usd("8")}
    assert result.idle == usd("68")


def test_a_pool_without_a_price_is_named_and_not_counted_as_free() -> None:
    """The team's part leaves it out and says so; it does not thin the blended rate of priced pools."""
    pools = [pool("known", "8", gpus=4), pool("unknown", None, gpus=4)]
    result = shared(pools, [workload("a", {"known": 4, "unknown": 4}, gpus=1)])
    assert result.parts == {"a": usd("8")}
    assert result.unpriced == {"a": ("unknown",)}
    assert result.total == usd("8")


def test_an_amount_without_a_decimal_is_rounded_down() -> None:
    """A third of a dollar: never more than the exact part."""
    assert payable(Fraction(1, 3)) == usd("0.333333")
    assert payable(Fraction(60000, 730)) == MoneyRate.parse("60000 USD/month")


PRICES = st.none() | st.fractions(min_value=Fraction(1, 100), max_value=100, max_denominator=10_000)


@st.composite
def clusters(draw: st.DrawFn) -> tuple[list[Pool], list[PlannedWorkload], tuple[UnusedReservation, ...]]:
    """Pools filled at most to the brim by pods of several teams."""
    pools, workloads = [], []
    for i in range(draw(st.integers(1, 4))):
        gpus, count = draw(st.sampled_from([0, 1, 4, 8])), draw(st.integers(1, 5))
        price = draw(PRICES)
        market = draw(st.sampled_from(["reserved", "onDemand", "spot"]))
        name = f"p{i}"
        pools.append(pool(name, None if price is None else str(price), count=count, gpus=gpus, market=market))
        left = count * (gpus or 1)
        for team in draw(st.lists(st.sampled_from("abc"), max_size=3)):
            pods = draw(st.integers(0, left))
            left -= pods
            cpu, gib = draw(st.integers(1, 40)), draw(st.integers(1, 160))
            workloads.append(workload(team, {name: pods}, gpus=1 if gpus else 0, cpu=cpu, gib=gib))
    unused = tuple(
        UnusedReservation(f"r{i}", "t", draw(st.integers(0, 3)), None if (p := draw(PRICES)) is None else MoneyRate(p))
        for i in range(draw(st.integers(0, 2)))
    )
    return pools, workloads, unused


@given(clusters())
def test_parts_and_idle_sum_exactly_to_the_total(
    case: tuple[list[Pool], list[PlannedWorkload], tuple[UnusedReservation, ...]],
) -> None:
    """To the last fraction, for any pools, prices and teams; nobody pays less than nothing."""
    pools, workloads, unused = case
    result = shared(pools, workloads, unused)
    known = sum((p.nodes * p.price.rate.amount for p in pools if p.price.rate), Fraction(0))
    known += sum(u.nodes * u.rate.amount for u in unused if u.rate)
    assert result.total.amount == known
    assert sum(p.amount for p in result.parts.values()) + result.idle.amount == known
    assert all(p.amount >= 0 for p in result.parts.values())
    assert result.idle.amount >= 0


@pytest.mark.parametrize("reverse", [False, True])
def test_the_bill_does_not_depend_on_the_order_of_its_inputs(*, reverse: bool) -> None:
    """Same pools and pods, same money, same words."""
    pools = [pool("x", "3", gpus=4), pool("y", "7", gpus=8)]
    pods = [workload("a", {"x": 1}, gpus=1), workload("b", {"y": 5}, gpus=1)]
    expected = shared(pools, pods)
    if reverse:
        pools.reverse()
        pods.reverse()
    assert shared(pools, pods) == expected
