"""A packing only ever gets cheaper, and no pod is lost on the way."""

from capacity.packing.factories import group, offer, supply, vector
from tonnage.capacity.packing.firstfit import Packing, Stack
from tonnage.capacity.packing.improve import improved, without_one
from tonnage.capacity.packing.vectors import plus

ON = supply(offer("large", vector("32", 256, 4), 10.0), offer("small", vector("8", 64, 1), 3.0))
LARGE, SMALL = 0, 1
PODS = group("a/w", 3, "4", 16, 1, on=ON)


def stack(offer_: int, nodes: int, pods: int) -> Stack:
    """Nodes with some pods on each."""
    held = ((0, pods),) if pods else ()
    return Stack(offer_, nodes, held, plus(ON.offers[offer_].room, PODS.need, -pods))


def nodes(packing: Packing) -> dict[str, int]:
    """Nodes by offer."""
    return {ON.offers[s.offer].name: s.nodes for s in packing.stacks}


def test_a_node_for_one_pod_becomes_a_smaller_one() -> None:
    """The pod moves from a large node (10) to a small one (3)."""
    assert nodes(improved(Packing((stack(LARGE, 1, 1),), (0,)), [PODS], ON, (0, 0))) == {"small": 1}


def test_a_node_whose_pods_fit_elsewhere_is_given_up() -> None:
    """Three pods on a large node leave one place, which takes the pod of the small node."""
    packing = Packing((stack(LARGE, 1, 3), stack(SMALL, 1, 1)), (0,))

    assert nodes(improved(packing, [PODS], ON, (0, 0))) == {"large": 1}


def test_equal_nodes_are_taken_one_at_a_time() -> None:
    """Two stacks of the same content are two nodes: giving up one leaves the other's pods where they are."""
    rest = without_one([stack(SMALL, 1, 1), stack(SMALL, 1, 1), stack(LARGE, 1, 3)], 0, [PODS])

    assert rest is not None
    assert sum(s.nodes * dict(s.pods)[0] for s in rest) == 5
    assert sum(s.nodes for s in rest) == 2


def test_no_room_elsewhere_means_no() -> None:
    """Nothing is forced."""
    assert without_one([stack(SMALL, 2, 1)], 0, [PODS]) is None
