"""What holds for every plan: a second opinion agrees, and neither order nor hash seed changes a byte."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capacity.plan.independent import complaints
from capacity.plan.worlds import TYPES, batch, catalog, cluster, reservation, team
from tonnage.capacity.plan import plan_capacity
from tonnage.capacity.result import CapacityPlan
from tonnage.catalog.load import load_catalog
from tonnage.files.plain import to_plain
from tonnage.findings import errors
from tonnage.spec.cluster import Cluster
from tonnage.spec.load import load_specs
from tonnage.spec.team import Team

STACKS = Path(__file__).parents[3] / "stacks"


@st.composite
def worlds(draw: Any) -> tuple[Cluster, list[Team]]:
    """A cluster with limits and a reservation now and then, and teams with batch pods of every kind."""
    types = draw(st.lists(st.sampled_from([t.name for t in TYPES]), min_size=1, unique=True))
    quotas = ({"name": "G", "instanceTypes": ("g.one", "g.four"), "vcpus": draw(st.integers(0, 200))},)
    where = cluster(
        types,
        markets={"p.*": ("reserved", "onDemand"), "g.*": ("onDemand", "spot")},
        reserved=(reservation(draw(st.integers(1, 3))),) if draw(st.booleans()) else (),
        limits={"gpus": draw(st.integers(0, 30))} if draw(st.booleans()) else {},
        accountQuotas=quotas if draw(st.booleans()) else (),
    )
    teams = [
        team(*[draw(_pods(f"w{k}")) for k in range(draw(st.integers(0, 3)))], name=name, priority=draw(_TIERS))
        for name in ("alpha", "beta", "gamma")[: draw(st.integers(1, 3))]
    ]
    return where, teams


_TIERS = st.sampled_from(["production", "standard", "bestEffort"])


@st.composite
def _pods(draw: Any, name: str) -> dict[str, Any]:
    return batch(
        name,
        draw(st.integers(1, 12)),
        draw(st.sampled_from([0, 0, 1, 1, 2, 4])),
        draw(st.sampled_from([None, "l40s", "h100-sxm"])),
        cpu=str(draw(st.integers(1, 10))),
        memory=f"{draw(st.integers(1, 80))}GiB",
        spot=draw(st.booleans()),
    )


@settings(max_examples=120, deadline=None)
@given(worlds())
def test_a_second_opinion_finds_nothing_to_object(world: tuple[Cluster, list[Team]]) -> None:
    """No node over its allocatable, every pod in a place or in an error, every limit kept, money summing up."""
    where, teams = world
    plan = plan_capacity(where, teams, catalog())

    assert complaints(plan, where, catalog()) == []
    assert sum((c.rate.amount for c in plan.costs.values()), plan.idle.amount) == plan.total.amount
    assert not [f for f in plan.findings if "internal error" in f.what]
    if plan.lower_bound is not None:
        assert plan.lower_bound.amount <= plan.total.amount
    if plan.gap is not None:
        assert plan.gap.amount >= 0


@settings(max_examples=60, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_order_means_nothing(world: tuple[Cluster, list[Team]], shuffled: Any) -> None:
    """Teams, workloads and node types in another order give the same plan, to the last byte."""
    where, teams = world
    before = plan_capacity(where, teams, catalog())
    turned = [t.model_copy(update={"batch": tuple(_turned(t.batch, shuffled))}) for t in _turned(teams, shuffled)]
    types = tuple(_turned(where.node_pools.instance_types, shuffled))
    pools = where.node_pools.model_copy(update={"instance_types": types})

    after = plan_capacity(where.model_copy(update={"node_pools": pools}), turned, catalog())

    assert text_of(after) == text_of(before)


def _turned(items: Any, shuffled: Any) -> list[Any]:
    mixed = list(items)
    shuffled.shuffle(mixed)
    return mixed


def text_of(plan: CapacityPlan) -> str:
    """All of a plan as text."""
    return json.dumps(to_plain(plan))


def reference(name: str) -> tuple[Cluster, tuple[Team, ...]]:
    """A cluster of the reference repository, and its teams."""
    specs, findings = load_specs(STACKS)
    assert specs is not None, findings
    return specs.clusters[name], specs.teams[name]


@pytest.mark.parametrize("name", ["prod-east", "staging"])
def test_the_reference_repository_plans_without_errors(name: str) -> None:
    """Every pod placed, within all limits, at most a tenth above the proven bound."""
    shipped, _ = load_catalog()
    assert shipped is not None
    where, teams = reference(name)
    plan = plan_capacity(where, teams, shipped)

    assert errors(plan.findings) == ()
    assert complaints(plan, where, shipped) == []
    assert plan.gap is not None
    assert float(plan.gap.amount) < 0.1


def test_the_hash_seed_changes_nothing() -> None:
    """The reference plan in fresh processes, each with its own seed."""
    script = (
        "import hashlib\n"
        "from capacity.plan.test_plan_properties import reference, text_of\n"
        "from tonnage.capacity.plan import plan_capacity\n"
        "from tonnage.catalog.load import load_catalog\n"
        "plan = plan_capacity(*reference('prod-east'), load_catalog()[0])\n"
        "print(hashlib.sha256(text_of(plan).encode()).hexdigest())\n"
    )
    path = os.pathsep.join([str(STACKS.parent / "tests"), *sys.path])
    digests = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("0", "1", "4242")
    ]

    assert digests == [digests[0]] * 3
    assert len(digests[0]) == hashlib.sha256().digest_size * 2


def test_the_second_opinion_objects_to_a_wrong_plan() -> None:
    """A check that never complains would prove nothing: four ways to break a good plan."""
    where = cluster(("g.one", "g.four", "m.cpu"), limits={"gpus": 5})
    good = plan_capacity(where, [team(batch("a", 5))], catalog())
    pool = good.pools[0]
    overfull = replace(pool.patterns[0], pods={"search/a": 9})
    wrong = (
        replace(good, pools=(replace(pool, patterns=(overfull,)), *good.pools[1:])),
        replace(good, pools=good.pools[1:]),
        replace(good, pools=(replace(pool, count=pool.count + 1), *good.pools[1:])),
        replace(good, pools=(replace(pool, accelerator="h100-sxm"), *good.pools[1:])),
    )

    assert complaints(good, where, catalog()) == []
    assert all(complaints(plan, where, catalog()) for plan in wrong)
