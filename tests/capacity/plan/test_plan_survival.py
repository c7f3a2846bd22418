"""What must survive the loss of a node, and what a rollout needs: places that are held for both."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from capacity.factories import LLAMA_8B
from capacity.plan.independent import complaints
from capacity.plan.worlds import TYPES, catalog, cluster
from tonnage.capacity.plan import plan_capacity
from tonnage.capacity.result import CapacityPlan
from tonnage.spec.team import Team

Served: TypeAlias = Callable[..., CapacityPlan]


@pytest.fixture
def served() -> Served:
    """A plan of one served model, with keys of the workload."""

    def made(**keys: Any) -> CapacityPlan:
        chat = {
            "name": "chat",
            "model": LLAMA_8B.id,
            "traffic": {"requests": "1/s", "inputTokens": 500, "outputTokens": 100},
            "accelerators": ("h100-sxm",),
            "replicas": 2,
            "tensorParallel": 1,
        }
        spec = Team.model_validate(
            {"kind": "Team", "name": "search", "contact": "a@example.com", "clusters": {"test": {}}}
            | {"serving": (chat | keys,)}
        )
        known = replace(catalog(TYPES), models={LLAMA_8B.id: LLAMA_8B})
        where = cluster(("p.eight",))
        plan = plan_capacity(where, [spec], known)
        assert complaints(plan, where, known) == []
        return plan

    return made


@pytest.mark.parametrize("kind", ["zone", "rack"])
def test_what_is_not_planned_yet_is_said(kind: str, served: Served) -> None:
    """A zone's loss is taken for a node's, and the plan says so at the key."""
    plan = served(survive=kind)

    assert plan.workloads[0].survive == "node"
    assert any(f.where == "search/chat survive" and "not planned yet" in f.what for f in plan.findings)


class TestSurvival:
    """After the loss of any one node, every replica that must survive finds a place again."""

    def test_without_it_one_node_is_enough(self, served: Served) -> None:
        """Two replicas of one GPU share a node."""
        assert [(p.count, p.spares) for p in served().pools] == [(1, 0)]

    def test_a_lost_node_is_replaced_by_one_that_is_there(self, served: Served) -> None:
        """Either a spare node, or both replicas on nodes with room for each other."""
        assert [p.nodes for p in served(survive="node").pools] == [2]

    def test_a_rollout_holds_one_more_place(self, served: Served) -> None:
        """Counted in pools and patterns, and in the team's quota."""
        plan = served(rollout="surge")

        assert plan.workloads[0].surge == 1
        assert sum(plan.workloads[0].pools.values()) == 3
        assert plan.quotas["search"].gpus == {"h100-sxm": 3}

    def test_an_unknown_model_is_an_error_and_no_more(self, served: Served) -> None:
        """The plan comes back, without it."""
        plan = served(model="example/unknown")

        assert plan.workloads == ()
        assert [(f.where, f.what) for f in plan.findings] == [
            ("search/chat", "the catalogue has no model 'example/unknown'")
        ]
