"""Small inventories and workloads, made by hand or at random, for the tests of inventory mode."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from capacity.packing.factories import group, offer, supply, vector
from tonnage.capacity.inventory.stock import MARKET, Stock
from tonnage.capacity.inventory.wanted import Wanted
from tonnage.capacity.packing.supply import Offer
from tonnage.capacity.result import PricedBy

TIERS = ("production", "standard", "bestEffort")


def block(
    name: str, count: int, gpus: int = 8, *, cpu: str = "64", gib: float = 512.0, accelerator: str = "h100-sxm"
) -> Offer:
    """Equal nodes that exist."""
    made = offer(name, vector(cpu, gib, gpus), None, market=MARKET, limit=count, accelerator=accelerator)
    return replace(made, price=PricedBy(None, "none is stated", None, sunk=True), cost=gpus)


def stock(*blocks: Offer, racks: Mapping[str, Mapping[str, int]] | None = None) -> Stock:
    """An inventory; racks by block."""
    made = supply(*blocks)
    return Stock(made, tuple((racks or {}).get(o.name, {}) for o in made.offers), ())


def wanted(
    name: str,
    *options: tuple[int, int] | tuple[int, int, str],
    on: Stock,
    tier: str = "production",
    cpu: str = "1",
    gib: float = 1.0,
    survive: bool = False,
) -> Wanted:
    """A workload; each option is pods, GPUs of a pod, and the accelerator."""
    groups = [
        group(name, o[0], cpu, gib, o[1], on=on.supply, accelerator=(*o, "h100-sxm")[2], priority=tier, survive=survive)
        for o in options
    ]
    return Wanted(name, tuple(groups))


def world(seed: int) -> tuple[list[Wanted], Stock]:
    """A few nodes and a few workloads, too many for them more often than not."""
    r = random.Random(seed)  # noqa: S311 a made world, no secret
    cpu, gib = r.choice(("4", "8", "16")), r.choice((8.0, 16.0, 32.0))
    blocks = [block("a", r.randint(1, 2), r.choice((2, 4)), cpu=cpu, gib=gib)]
    if r.random() < 0.6:
        kind = r.choice(("h100-sxm", "l40s"))
        blocks.append(block("b", r.randint(1, 2), r.choice((1, 2, 4)), cpu="8", gib=16.0, accelerator=kind))
    if r.random() < 0.3:
        blocks.append(block("c", 1, 0, cpu="8", gib=16.0))
    on = stock(*blocks)
    made = []
    for i in range(r.randint(2, 4)):
        options: list[tuple[int, int, str]] = [(r.randint(1, 3), r.choice((0, 1, 1, 2, 3)), "h100-sxm")]
        if options[0][1] and r.random() < 0.5:
            options.append((r.randint(1, 3), r.choice((1, 2)), r.choice(("h100-sxm", "l40s"))))
        tier, cpu, gib = r.choice(TIERS), r.choice(("1", "2", "3")), r.choice((1.0, 4.0, 7.0))
        made.append(wanted(f"t/{'pqrs'[i]}", *options, on=on, tier=tier, cpu=cpu, gib=gib))
    return made, on


def names(wants: Sequence[Wanted]) -> list[str]:
    """Of all workloads."""
    return [w.name for w in wants]
