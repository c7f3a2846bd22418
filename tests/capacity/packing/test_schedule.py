"""The ported scheduler: its score by hand, its filter, its draws, and where order cannot matter."""

import json
import os
import subprocess
import sys

from capacity.packing.factories import g5, group, offer, supply, vector
from tonnage.capacity.packing.complete import complete
from tonnage.capacity.packing.counts import counts_of, worst_pending
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.promises import pending_words, stock_findings
from tonnage.capacity.packing.scene import Scene
from tonnage.capacity.packing.schedule import PACKED, PINNED, UNPINNED, Arrivals, Contract, Kind, Node, simulate
from tonnage.capacity.packing.supply import Supply
from tonnage.capacity.packing.vectors import Vector
from tonnage.findings import Severity


def scene(on: Supply, *groups: Group) -> Scene:
    """The cheapest packing found."""
    return Scene(complete(groups, on, thorough=True), groups, on)


def worst(on: Supply, *groups: Group) -> str:
    """Pods pending, in words."""
    return pending_words(worst_pending(scene(on, *groups)), groups)


def need(cpu: str, gib: float, gpus: int = 0) -> Vector:
    """What a pod asks for, with a little disk."""
    gpu, cores, memory, *_ = vector(cpu, gib, gpus)
    return gpu, cores, memory, 2**30, 1, 0


FOUR = Node("four", vector("40", 160, 4))
ONE = Node("one", vector("16", 64, 1))
CPU_POD = Kind(need("4", 8), ("four", "one"))
GPU_POD = Kind(need("8", 32, 1), ("four", "one"))


def test_least_allocated_is_the_mean_of_free_cpu_and_memory() -> None:
    """(40 - 4) / 40 = 90, (160 - 8) / 160 = 95: 92 in whole numbers; GPUs have no weight."""
    assert PINNED.score(vector("0", 0, pods=0), CPU_POD.need, FOUR.room) == 92
    assert PINNED.score(vector("0", 0, 3, pods=0), GPU_POD.need, FOUR.room) == 80


def test_most_allocated_weighs_gpus_ten_times() -> None:
    """8 / 40 = 20, 32 / 160 = 20, 1 / 4 = 25: (20 + 20 + 250) / 12 = 24; where 1 / 1 = 100: (50 + 50 + 1000) / 12."""
    assert PACKED.score(vector("0", 0, pods=0), GPU_POD.need, FOUR.room) == 24
    assert PACKED.score(vector("0", 0, pods=0), GPU_POD.need, ONE.room) == 91


def test_gpus_do_not_count_for_a_pod_that_asks_for_none() -> None:
    """As in the scheduler: extended resources that a pod does not request are left out of its score."""
    free, taken = vector("0", 0, pods=0), vector("0", 0, 4, pods=0)

    assert PACKED.score(free, CPU_POD.need, FOUR.room) == PACKED.score(taken, CPU_POD.need, FOUR.room)


def test_agents_count_as_used() -> None:
    """Of 48 CPU, 8 are the agents': a pod of 4 leaves 36 / 48 = 75, where 90 would be left without them."""
    capacity, agents = vector("48", 160, 4), vector("8", 0, pods=0)
    roomy = Node("roomy", FOUR.room, agents)
    other = Node("other", vector("30", 160, 4))
    first, last = Kind(CPU_POD.need, ("other", "roomy")), Kind(need("40", 8), ("roomy",))

    assert PINNED.score(agents, CPU_POD.need, capacity) == (75 + 95) // 2
    assert PINNED.score(vector("0", 0, pods=0), CPU_POD.need, other.room) == (86 + 95) // 2
    # more is free on `roomy`, but the smaller node is the emptier one, so the pod that needs all of `roomy` fits
    assert simulate({roomy: 1, other: 1}, [first, last], PINNED, Arrivals((0, 1))) == (0, 0)
    assert simulate({Node("roomy", FOUR.room): 1, other: 1}, [first, last], PINNED, Arrivals((0, 1))) == (0, 1)


def test_least_allocated_sends_small_pods_where_a_large_one_needs_all() -> None:
    """Two CPU pods of 20 spread over two nodes of 40; then nothing has 40 left."""
    kinds = [Kind(need("20", 8), ("four",)), Kind(need("40", 8), ("four",))]

    assert simulate({FOUR: 2}, kinds, PINNED, Arrivals((0, 0, 1))) == (0, 1)
    assert simulate({FOUR: 2}, kinds, PACKED, Arrivals((0, 0, 1))) == (0, 0)
    assert simulate({FOUR: 2}, kinds, PINNED, Arrivals((1, 0, 0))) == (0, 0)


def test_a_pod_never_goes_to_a_pool_that_is_not_its_own() -> None:
    """Room elsewhere is no help."""
    pinned = Kind(GPU_POD.need, ("one",))

    assert simulate({FOUR: 5, ONE: 1}, [pinned], PINNED, Arrivals((0, 0, 0))) == (2,)
    assert simulate({FOUR: 5}, [pinned], PINNED, Arrivals((0,))) == (1,)


def test_lots_are_drawn_between_equals_and_the_seed_says_which() -> None:
    """A first pod sees equal nodes of two pools; where it goes decides whether the second, of one pool only, fits."""
    twins = {Node("a", vector("8", 8)): 1, Node("b", vector("8", 8)): 1}
    kinds = [Kind(need("8", 8), ("a", "b")), Kind(need("8", 8), ("a",))]
    found = {simulate(twins, kinds, PINNED, Arrivals((0, 1), seed)) for seed in range(20)}

    assert found == {(0, 0), (0, 1)}


def test_the_published_example_depends_on_the_order_and_not_on_the_score() -> None:
    """Big pods first: none waits. CPU pods first: one GPU pod waits, with either score.

    Source: the example's two nodes, five pods of 10 CPU with a GPU and two of 4 CPU without.
    """
    on = g5()
    names = ("g5.12xlarge", "g5.4xlarge")
    nodes = {Node(o.name, o.room): 1 for o in on.offers if o.name in names}
    big, small = need("10", 24, 1), need("4", 8)
    kinds = [Kind(big, names), Kind(small, names)]
    for contract in (PACKED, PINNED):
        assert simulate(nodes, kinds, contract, Arrivals((0,) * 5 + (1,) * 2)) == (0, 0)
        assert simulate(nodes, kinds, contract, Arrivals((1,) * 2 + (0,) * 5)) == (1, 0)
    for dropped, pending in (("g5.4xlarge", 2), ("g5.12xlarge", 5)):
        rest = {n: c for n, c in nodes.items() if n.pool != dropped}
        waiting = simulate(rest, kinds, PACKED, Arrivals((0,) * 5 + (1,) * 2))
        assert sum(waiting) == pending


def test_each_contract_tries_its_own_orders() -> None:
    """Five draws of one order where large pods come first, twenty orders where any may come."""
    kinds = [CPU_POD, GPU_POD]

    def tried(contract: Contract) -> set[tuple[int, ...]]:
        return {a.kinds for a in contract.orders((3, 2), kinds)}

    assert tried(PACKED) == {(1, 1, 0, 0, 0)}
    assert len(PACKED.orders((3, 2), kinds)) == 5
    assert len(PINNED.orders((3, 2), kinds)) == len(UNPINNED.orders((3, 2), kinds)) == 20
    assert all(sorted(order) == [0, 0, 0, 1, 1] for order in tried(PINNED))
    assert {(0, 0, 0, 1, 1), (1, 1, 0, 0, 0)} < tried(PINNED)


def test_of_equal_gpus_the_pod_with_fewer_pools_is_admitted_first() -> None:
    """Else a pod that could go elsewhere takes the only place of one that could not."""
    kinds = [Kind(need("8", 32, 1), ("four", "one")), Kind(need("4", 16, 1), ("one",))]
    (order, *_) = PACKED.orders((2, 1), kinds)

    assert order.kinds == (1, 0, 0)


def test_pods_of_one_shape_always_fit() -> None:
    """Any order fills the same nodes."""
    on = g5()

    assert worst(on, group("a/w", 9, "10", 24, 1, on=on)) == "none"


def test_pods_of_one_shape_with_different_pools_are_simulated() -> None:
    """Alike in need, but only one of the two may use spot: the other's places are open to both."""
    room = vector("8", 64, 1)
    on = supply(offer("ours", room, 1.0, limit=8), offer("spot", room, 0.5, market="spot", limit=4))
    free = group("a/free", 8, "8", 32, 1, on=on, spot=True)
    bound = group("a/bound", 4, "8", 32, 1, on=on)

    assert worst(on, free, bound).endswith("a/bound")


def test_small_pods_first_leave_a_large_one_pending() -> None:
    """The published example: CPU pods that come first both spread to where a GPU pod needs the CPU."""
    on = g5()
    groups = (group("a/big", 5, "10", 24, 1, on=on), group("a/small", 2, "4", 8, on=on))

    assert worst(on, *groups) == "1 x a/big"


def test_it_is_said_with_a_way_out() -> None:
    """A warning: the plan stands, the scheduler must help."""
    on = supply(offer("four", vector("32", 256, 4), 10.0))
    groups = (group("a/pair", 2, "4", 16, 2, on=on), group("a/single", 4, "4", 16, 1, on=on))
    (finding,) = stock_findings("test", worst_pending(scene(on, *groups)), groups)

    assert finding.severity is Severity.WARNING
    assert "1 x a/pair stays pending" in finding.what


def test_separate_pools_need_no_simulation() -> None:
    """GPU pods on GPU nodes, CPU pods on CPU nodes: nothing shares a node, and any size is said for certain."""
    on = supply(offer("cpu", vector("16", 64)), offer("one", vector("8", 64, 1), 3.0))
    groups = (group("a/gpu", 3000, "4", 16, 1, on=on), group("a/cpu", 6000, "4", 16, on=on))

    assert worst(on, *groups) == "none"


def test_a_large_plan_is_not_simulated_and_says_so() -> None:
    """Nothing is claimed of it."""
    on = supply(offer("four", vector("32", 256, 4), 10.0))
    groups = (group("a/pair", 1000, "4", 16, 2, on=on), group("a/single", 1000, "4", 16, 1, on=on))

    assert worst(on, *groups) == "not simulated, the plan is too large"
    assert counts_of(scene(on, *groups)) is None


_SAME = """
import json
from capacity.packing.factories import g5, group
from tonnage.capacity.packing.complete import complete
from tonnage.capacity.packing.counts import counts_of
from tonnage.capacity.packing.scene import Scene
on = g5()
groups = [group("a/big", 5, "10", 24, 1, on=on), group("a/small", 9, "4", 8, on=on), group("b/w", 7, "2", 20, 1, on=on)]
found = counts_of(Scene(complete(groups, on, thorough=True), groups, on))
print(json.dumps([[c.contract.name, c.extra, c.pending] for c in found or ()]))
"""


def test_counts_are_the_same_under_every_hash_seed() -> None:
    """A plan file must not depend on the machine."""
    path = os.pathsep.join(["tests", "components"])
    told = []
    for seed in ("0", "1", "4711"):
        env = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": seed, "PYTHONPATH": path}
        told.append(subprocess.run([sys.executable, "-c", _SAME], check=True, capture_output=True, env=env).stdout)

    assert len(json.loads(told[0])) == 3
    assert len(set(told)) == 1
