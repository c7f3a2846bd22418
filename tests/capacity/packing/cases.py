"""Random tiny cases for hypothesis: small enough for brute force, odd enough to hurt."""

from typing import Any

from hypothesis import strategies as st

from capacity.packing.factories import group, limit, offer, supply, vector
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.supply import Supply


@st.composite
def supplies(draw: Any, *, limited: bool = False, most: int = 3) -> Supply:
    """GPU and CPU types with odd rooms and prices; with `limited`, reservations and a limit on GPUs as well."""
    offers = []
    for k in range(draw(st.integers(1, most))):
        gpus = draw(st.sampled_from([0, 1, 2, 4]))
        room = vector(str(draw(st.integers(2, 16))), draw(st.integers(4, 64)), gpus, draw(st.integers(2, 8)))
        reserved = limited and draw(st.booleans())
        count = draw(st.integers(1, 2)) if reserved else None
        price = draw(st.integers(5, 40)) / 10
        offers.append(offer(f"t{k}", room, price, market="reserved" if reserved else "onDemand", limit=count))
    cap = draw(st.integers(0, 8)) if limited and draw(st.booleans()) else None
    limits = () if cap is None else (limit(cap, *(o.node.gpus for o in offers)),)
    return supply(*offers, limits=limits)


@st.composite
def groups_on(draw: Any, on: Supply, *, name: str = "a/w", most_pods: int = 3, survive: bool = False) -> Group:
    """Pods of one workload."""
    return group(
        name,
        draw(st.integers(1, most_pods)),
        str(draw(st.integers(1, 8))),
        draw(st.integers(1, 32)),
        draw(st.sampled_from([0, 1, 1, 2])),
        on=on,
        priority=draw(st.sampled_from(["production", "standard", "bestEffort"])),
        survive=survive and draw(st.booleans()),
        surge=0,
    )


@st.composite
def problems(
    draw: Any, *, limited: bool = False, options: int = 1, workloads: int = 3, most_pods: int = 3, survive: bool = False
) -> tuple[Supply, list[list[Group]]]:
    """A supply, and for each workload its options."""
    on = draw(supplies(limited=limited))
    ways = [
        [
            draw(groups_on(on, name=f"a/w{k}", most_pods=most_pods, survive=survive))
            for _ in range(draw(st.integers(1, options)))
        ]
        for k in range(draw(st.integers(1, workloads)))
    ]
    return on, ways
