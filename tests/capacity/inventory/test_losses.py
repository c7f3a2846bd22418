"""What must survive a loss finds a place again, or the plan says what does not."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import pytest

from capacity.inventory.small import block, stock, wanted
from tonnage.capacity.inventory.losses import losses
from tonnage.capacity.inventory.settle import settle
from tonnage.capacity.inventory.stock import Stock
from tonnage.capacity.inventory.wanted import Placement, Wanted, worth


def test_pods_are_spread_where_packed_ones_would_not_survive() -> None:
    """Both replicas on one of three nodes would need two places elsewhere, and there is one."""
    on = stock(block("dgx", 3))
    wants = [wanted("t/chat", (2, 4), on=on, survive=True), wanted("t/other", (3, 4), on=on)]
    settled = settle(wants, ["node", "nothing"], on)

    assert not settled.verdict.losses
    assert settled.placement.placed == (2, 3)
    assert settled.placement.proven


def test_demand_comes_before_survival_and_the_loss_is_told_in_figures() -> None:
    """All 24 GPUs are wanted: everything is placed, and one node's loss leaves two replicas without a place."""
    on = stock(block("dgx", 3))
    wants = [wanted("t/chat", (6, 4), on=on, survive=True)]
    settled = settle(wants, ["node"], on)
    (loss,) = settled.verdict.losses

    assert settled.placement.placed == (6,)
    assert (loss.workload, loss.what, loss.pods) == (0, "one node of dgx", 2)


def test_lower_tiers_give_way_and_the_same_tier_does_not() -> None:
    """As their PriorityClasses say: best effort may fill what production needs after a loss."""
    on = stock(block("dgx", 2))
    for tier, survives in (("bestEffort", True), ("production", False)):
        wants = [wanted("t/chat", (2, 4), on=on, survive=True), wanted("t/fill", (2, 4), on=on, tier=tier)]
        assert (not settle(wants, ["node", "nothing"], on).verdict.losses) == survives


def test_a_rack_takes_all_its_nodes_in_whichever_way_hurts_most() -> None:
    """Which nodes stand in the rack is not the plan's to decide: two of three may both hold replicas."""
    on = stock(block("dgx", 3), racks={"dgx": {"r1": 2, "r2": 1}})
    wants = [wanted("t/chat", (2, 8), on=on, survive=True)]
    (loss,) = settle(wants, ["rack"], on).verdict.losses

    assert (loss.what, loss.pods) == ("rack r1 (2 nodes of dgx)", 1)
    assert not settle(wants, ["node"], on).verdict.losses


def test_room_for_a_rack_is_kept_free_where_there_is_enough() -> None:
    """Two replicas of eight GPUs on four nodes in two racks: one rack's nodes stay free of production."""
    on = stock(block("dgx", 4), racks={"dgx": {"r1": 2, "r2": 2}})
    settled = settle([wanted("t/chat", (2, 8), on=on, survive=True)], ["rack"], on)

    assert not settled.verdict.losses


@pytest.mark.parametrize("replicas", range(1, 9))
@pytest.mark.parametrize("gpus", [1, 2, 3, 4, 8])
def test_what_is_said_to_survive_does_by_trying_every_loss(replicas: int, gpus: int) -> None:
    """Every set of nodes that a rack could be is taken away, and the lost replicas are put back one by one."""
    on = stock(block("dgx", 4), racks={"dgx": {"r1": 2, "r2": 2}})
    wants = [wanted("t/chat", (replicas, gpus), on=on, survive=True), wanted("t/side", (2, 3), on=on)]
    settled = settle(wants, ["rack", "nothing"], on)
    homeless = max(_homeless(settled.placement, wants, on))

    assert sum(loss.pods for loss in settled.verdict.losses) == homeless


def _homeless(placement: Placement, wants: Sequence[Wanted], on: Stock) -> Iterator[int]:
    """GPUs alone decide here: how many replicas find no place, for each pair of nodes."""
    nodes = [dict(s.pods) for s in placement.stacks for _ in range(s.nodes)]
    nodes += [{}] * (on.counts[0] - len(nodes))
    each = [w.options[i].need[0] for w, i in zip(wants, placement.choice, strict=True)]
    for lost in combinations(range(len(nodes)), 2):
        free = [8 - sum(each[w] * n for w, n in pods.items()) for k, pods in enumerate(nodes) if k not in lost]
        places = sum(f // each[0] for f in free)
        yield max(0, sum(nodes[k].get(0, 0) for k in lost) - places)


def test_care_for_losses_never_places_less() -> None:
    """The same demand as without."""
    on = stock(block("a", 2, 4), block("b", 2, 8))
    wants = [wanted("t/p", (3, 2), (2, 4), on=on, survive=True), wanted("t/q", (4, 3), on=on, tier="standard")]
    plain = settle(wants, ["nothing", "nothing"], on).placement
    careful = settle(wants, ["node", "nothing"], on).placement

    assert worth(careful, wants)[0] == worth(plain, wants)[0]
    assert not losses(careful, wants, ["node", "nothing"], on).losses
