"""Every object of the reference repository, before judges that tonnage did not write."""

from collections import Counter
from pathlib import Path

from manifests.judge import judge
from manifests.judge_rules import count_rules, judge_rules
from stacks.conftest import Reference
from tonnage.manifests.contracts import POOL_LABEL
from tonnage.manifests.declared import UNKNOWN
from tonnage.resources.seam import holds_state


def test_every_object_is_lawful(repo: Reference, data: Path) -> None:
    """Custom resources against their definitions, built-in kinds against Kubernetes 1.35; unknown fields refused."""
    wrong = {f"{d.stack} {d.key}": found for d in repo.objects if (found := judge(dict(d.inputs), data))}

    assert not wrong
    kinds = Counter(d.token.rsplit(":", 1)[-1] for d in repo.objects)
    for kind in ("NodePool", "EC2NodeClass", "Deployment", "ClusterQueue", "ResourceQuota", "DaemonSet"):
        assert kinds[kind], f"no {kind} was judged: {kinds}"


def test_every_object_keeps_the_rules_of_its_definition(repo: Reference, data: Path) -> None:
    """The rules in CEL too, which schemas do not hold."""
    wrong = {f"{d.stack} {d.key}": found for d in repo.objects if (found := judge_rules(dict(d.inputs), data))}

    assert not wrong
    assert sum(count_rules(dict(d.inputs), data) for d in repo.objects) > 50


def test_nothing_that_decides_what_exists_is_unknown(repo: Reference) -> None:
    """A preview that hides a count is no preview."""
    assert UNKNOWN not in repr([d.inputs for d in repo.objects])


def test_no_resource_uses_a_default_provider_and_all_have_a_parent(repo: Reference) -> None:
    """Every object goes to the cluster that the stack names."""
    providers = {d.key for d in repo.declared if d.token.startswith("pulumi:providers:")}

    assert providers
    assert all(d.provider in providers for d in repo.objects)
    assert all(d.parent for d in repo.objects)


def test_what_holds_state_is_protected(repo: Reference) -> None:
    """Namespaces and the like are not lost by a careless edit."""
    state = [d for d in repo.objects if holds_state(d.inputs)]

    assert state
    assert all(d.protect and d.retain_on_delete for d in state)


def test_names_are_unique_in_a_cluster(repo: Reference) -> None:
    """Two stacks of one cluster never declare the same object."""
    cluster = {
        s: s.rsplit("-", 1)[-1] if s.endswith("staging") else "prod-east" for s in {d.stack for d in repo.objects}
    }
    seen = Counter(
        (
            cluster[d.stack],
            d.inputs["apiVersion"],
            d.inputs["kind"],
            d.inputs["metadata"].get("namespace"),
            d.inputs["metadata"]["name"],
        )
        for d in repo.objects
    )
    assert not [k for k, n in seen.items() if n > 1]


def test_a_team_declares_nothing_that_widens_its_own_rights(repo: Reference) -> None:
    """Namespaces, quotas, roles, network policies and priorities are the platform's."""
    platforms = {
        "Namespace", "ResourceQuota", "LimitRange", "Role", "RoleBinding", "ClusterRole", "NetworkPolicy",
        "PriorityClass", "LocalQueue", "ClusterQueue",
    }  # fmt: skip
    teams = [d for d in repo.objects if not d.stack.startswith("platform-")]

    assert teams
    assert not [d.key for d in teams if d.inputs["kind"] in platforms]
    spaces = {f"team-{t.name}" for teams_ in repo.specs.teams.values() for t in teams_}
    assert all(d.inputs["metadata"]["namespace"] in spaces for d in teams)


def test_every_pod_is_pinned_to_pools_that_are_declared(repo: Reference) -> None:
    """A selector that no node will ever meet is an outage."""
    declared = {d.inputs["metadata"]["name"] for d in repo.objects if d.inputs["kind"] == "NodePool"}
    pinned = set()
    for d in repo.objects:
        if d.inputs["kind"] == "Deployment" and d.inputs["metadata"]["namespace"].startswith("team-"):
            affinity = d.inputs["spec"]["template"]["spec"]["affinity"]["nodeAffinity"]
            terms = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
            pinned |= {v for t in terms for e in t["matchExpressions"] if e["key"] == POOL_LABEL for v in e["values"]}

    assert pinned
    assert pinned <= declared


def test_replicas_and_nodes_are_those_of_the_plan(repo: Reference) -> None:
    """What is declared is what was reviewed."""
    for name, plan in repo.plans.items():
        limits = {
            d.inputs["metadata"]["name"]: d.inputs["spec"]["limits"]
            for d in repo.objects
            if d.inputs["kind"] == "NodePool" and d.stack == f"platform-{name}"
        }
        assert {p.name for p in plan.pools if p.nodes} == set(limits)
        for work in plan.workloads:
            if work.kind == "serving":
                stack = f"{work.id.team}-{name}"
                found = [d for d in repo.objects if d.stack == stack and d.inputs["kind"] == "Deployment"]
                own = next(d for d in found if d.inputs["metadata"]["name"] == work.id.name)
                assert own.inputs["spec"]["replicas"] == work.option.replicas


def test_queues_promise_no_more_gpus_than_are_planned(repo: Reference) -> None:
    """Jobs that are admitted find a node."""
    plan = repo.plans["prod-east"]
    planned = {a: sum(p.gpus for p in plan.pools if p.accelerator == a) for a in {p.accelerator for p in plan.pools}}
    promised: Counter[str] = Counter()
    for d in repo.objects:
        if d.inputs["kind"] == "ClusterQueue":
            for group in d.inputs["spec"]["resourceGroups"]:
                for flavor in group["flavors"]:
                    for resource in flavor["resources"]:
                        if resource["name"] == "nvidia.com/gpu":
                            promised[flavor["name"]] += int(resource["nominalQuota"])
    assert promised
    assert all(n <= planned.get(a, 0) for a, n in promised.items())
