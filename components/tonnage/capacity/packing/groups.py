"""Pods that are alike: what one asks for, where it may run, and in words why it may not."""

from collections.abc import Sequence
from dataclasses import dataclass

from tonnage.capacity.packing.supply import Offer, Supply
from tonnage.capacity.packing.vectors import GPU, NAMES, Vector, amount, need_of, times
from tonnage.capacity.result import Option

TIERS = ("production", "standard", "bestEffort")


@dataclass(frozen=True)
class Group:
    """All pods of one workload in one of its options."""

    workload: str
    """team/name."""
    need: Vector
    count: int
    """Replicas and the places for rollouts."""
    accelerator: str | None
    tier: int
    """0: production, placed first where not all fits."""
    surge: int
    """Pods of `count` that a rollout needs, which a node's loss may use."""
    survive: bool
    """Whether every replica must find a place after the loss of any one node."""
    spot: bool
    per_node: tuple[int, ...]
    """Pods on one empty node of each offer; 0: it may not, or does not fit."""
    price: float
    """What one pod costs at least, by its part of a node that must be bought, in units; 0: no such node is priced."""
    most: int | None = None
    """Most pods on one node; None: as many as fit."""


def group_of(
    option: Option, supply: Supply, *, priority: str, surge: int = 0, survive: bool = False, spot: bool = False
) -> Group:
    """The pods of an option."""
    need = need_of(option.pod)
    beside = keeps_off_gpus(option, supply.offers)
    fits = tuple(
        0 if why_not(need, option.pod.accelerator, spot, offer, beside) else times(need, offer.room)
        for offer in supply.offers
    )
    return Group(
        workload=str(option.workload),
        need=need,
        count=option.replicas + surge,
        accelerator=option.pod.accelerator,
        tier=TIERS.index(priority),
        surge=surge,
        survive=survive,
        spot=spot,
        per_node=fits,
        price=min((o.cost / n for o, n in zip(supply.offers, fits, strict=True) if n and o.cost), default=0.0),
    )


def keeps_off_gpus(option: Option, offers: Sequence[Offer]) -> bool:
    """Whether the pods stay off GPU nodes: they need none, and the cluster has nodes without."""
    return not option.pod.gpus and any(not offer.node.gpus for offer in offers)


def why_not(need: Vector, accelerator: str | None, spot: bool, offer: Offer, off_gpus: bool) -> str | None:
    """Say why a pod cannot run on an empty node of the offer; None means it can."""
    if need[GPU] and accelerator != offer.node.accelerator:
        return f"needs {accelerator}, the node has {offer.node.accelerator or 'no GPU'}"
    if off_gpus and offer.node.gpus:
        return "needs no GPU, and GPU nodes are tainted"
    if offer.market == "spot" and not spot:
        return "may not run on spot"
    short = [(i, ask, have) for i, (ask, have) in enumerate(zip(need, offer.room, strict=True)) if ask > have]
    if not short:
        return None
    return "; ".join(
        f"needs {amount(i, ask)} {NAMES[i]}, an empty node has {amount(i, have)} (short by {amount(i, ask - have)})"
        for i, ask, have in short
    )
