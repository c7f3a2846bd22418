"""What may hurt when a change is applied."""

from dataclasses import replace
from datetime import date

import pytest

from report.factories import cluster, declared, grown, plan, pool
from tonnage.manifests.declared import UNKNOWN, Declared
from tonnage.report.changes import compare
from tonnage.report.objects import compare_objects
from tonnage.report.order import apply_order
from tonnage.report.risk import Risk, endings, risks


def found(before: list[Declared], after: list[Declared]) -> list[tuple[str, str]]:
    return [(r.kind, r.subject) for r in risks(compare_objects(before, after), ())]


def test_a_stateful_set_with_other_volumes_is_replaced() -> None:
    """The field that forces it, and whether protection would stop it, are said."""
    before, after = (
        declared("apps/v1:StatefulSet", "vectors", inputs={"spec": {"volumeClaimTemplates": [{"size": s}]}})
        for s in (1, 2)
    )
    (risk,) = risks(compare_objects([before], [after]), ())

    assert risk == Risk(
        "replace",
        "StatefulSet vectors",
        "spec.volumeClaimTemplates[0].size; protected: no",
        "search-prod-east",
    )


@pytest.mark.parametrize("kind", ["core/v1:Namespace", "core/v1:PersistentVolumeClaim", "karpenter.sh/v1:NodePool"])
def test_deleting_state_is_a_risk(kind: str) -> None:
    """Data, pods or nodes go with it."""
    assert [k for k, _ in found([declared(kind)], [])] == ["delete"]


def test_deleting_a_service_is_no_risk_unless_it_was_protected() -> None:
    """Protection says that somebody cared."""
    assert found([declared("core/v1:Service")], []) == []
    assert [k for k, _ in found([declared("core/v1:Service", protect=True)], [])] == ["delete"]


def test_more_replicas_are_no_rollout_but_another_image_is() -> None:
    """Only what stands in the pod template restarts pods."""

    def engine(image: str, replicas: int) -> list[Declared]:
        spec = {"replicas": replicas, "template": {"spec": {"containers": [{"name": "engine", "image": image}]}}}
        return [declared(inputs={"metadata": {"name": "chat"}, "spec": spec})]

    assert found(engine("a", 9), engine("a", 14)) == []
    assert found(engine("a", 9), engine("b", 9)) == [("rollout", "Deployment chat")]


def test_a_node_class_that_changes_rolls_nodes_but_a_limit_does_not() -> None:
    """Karpenter replaces nodes that drifted from their template."""

    def nodes(ami: str, limit: int) -> list[Declared]:
        template = {"spec": {"ami": ami}}
        return [declared("karpenter.sh/v1:NodePool", inputs={"spec": {"template": template, "limits": {"cpu": limit}}})]

    assert found(nodes("a", 1), nodes("a", 2)) == []
    assert [k for k, _ in found(nodes("a", 1), nodes("b", 1))] == ["node roll"]


def test_a_count_that_hides_until_apply_is_a_risk() -> None:
    """A reviewer cannot approve what nobody knows."""
    after = declared(inputs={"spec": {"replicas": UNKNOWN}})

    assert [k for k, _ in found([declared(inputs={"spec": {"replicas": 1}})], [after])] == ["unknown"]


def test_capacity_blocks_that_end_soon_are_counted_in_days_of_as_of() -> None:
    """No clock: the plan's own date decides."""
    far = cluster(asOf=date(2026, 1, 1))

    assert [(r.subject, r.detail) for r in endings([cluster()])] == [("cr-0abc", "ends in 50 days")]
    assert endings([far]) == ()
    assert [r.detail for r in endings([cluster(asOf=date(2027, 1, 14))])] == ["ended 2 days ago"]


def test_the_platform_goes_first_to_grow_and_last_to_shrink() -> None:
    """Pods never wait for nodes, and nodes never leave under pods."""
    stacks = ("search-prod-east", "platform-prod-east", "media-prod-east")
    objects = compare_objects([], [declared(stack=s) for s in stacks])
    grow = apply_order(objects, [compare("prod-east", plan(), grown())])
    shrink = apply_order(objects, [compare("prod-east", grown(), plan())])

    assert [s.stack for s in grow] == ["platform-prod-east", "media-prod-east", "search-prod-east"]
    assert [s.stack for s in shrink] == ["media-prod-east", "search-prod-east", "platform-prod-east"]


def test_giving_and_taking_at_once_is_a_risk_for_the_pool_that_shrinks() -> None:
    """The platform goes first, so those nodes go before their pods have left."""
    changes = compare("prod-east", plan(pools=(pool("a", 5, 0),)), plan(pools=(pool("b", 5, 0),)))

    assert [(r.kind, r.subject) for r in risks((), [changes])] == [("shrink", "pool a")]


def test_keeping_nodes_is_no_risk_and_letting_them_go_is_one_that_says_when() -> None:
    """Whoever applies a release must know that the teams' stacks of the plan before come first."""
    keeping, taken = plan(pools=(replace(pool("a", 2, 0), releasing=3),)), plan(pools=(pool("a", 2, 0),))

    assert risks((), [compare("prod-east", plan(pools=(pool("a", 5, 0),)), keeping)]) == ()
    (risk,) = risks((), [compare("prod-east", keeping, taken)])
    assert (risk.kind, risk.subject) == ("shrink", "pool a")
    assert risk.detail == "nodes 5 → 2 are released: apply when the teams' stacks of the plan before are applied"
