"""A team has what the plan gives it, says why it gets no more, and reaches nothing of another team or the platform."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.proof import Proof
from sandbox.spaces import ASSIST, SEARCH, account, acting, deployment, forbidden, job, platform, pod, populate
from tonnage.manifests.declared import Manifest
from tonnage.manifests.tenancy.objects import objects
from tonnage.testing.sandbox import Sandbox
from tonnage.testing.sandbox.nodes import system_node
from tonnage.testing.sandbox.objects import named

ROLES = ("people", "pipeline")
BOTH = pytest.mark.parametrize("role", ROLES)
HELD = {name: m for name, m in objects(SEARCH).items() if m["kind"] != "Namespace"}


@pytest.fixture(scope="module")
def teams(real: None, data: Path) -> Iterator[Sandbox]:  # noqa: ARG001 it skips
    """A cluster with two teams and a node, each team with something of its own."""
    with Sandbox() as sandbox:
        populate(sandbox, data)
        sandbox.add([system_node()])
        sandbox.settle()
        yield sandbox


# what somebody of team search tries in team assist's namespace
THEIRS = "/api/v1/namespaces/team-assist"
CALLS: dict[str, tuple[str, str]] = {
    "read a secret": ("GET", f"{THEIRS}/secrets/key"),
    "list secrets": ("GET", f"{THEIRS}/secrets"),
    "list all secrets": ("GET", "/api/v1/secrets"),
    "list pods": ("GET", f"{THEIRS}/pods"),
    "list all pods": ("GET", "/api/v1/pods"),
    "read a log": ("GET", f"{THEIRS}/pods/running/log"),
    "run a command": ("POST", f"{THEIRS}/pods/running/exec"),
    "forward a port": ("POST", f"{THEIRS}/pods/running/portforward"),
    "reach through the server": ("GET", f"{THEIRS}/pods/running/proxy/"),
    "evict a pod": ("POST", f"{THEIRS}/pods/running/eviction"),
    "delete a pod": ("DELETE", f"{THEIRS}/pods/running"),
    "take a token": ("POST", f"{THEIRS}/serviceaccounts/assist-engine/token"),
    "read a volume": ("GET", f"{THEIRS}/persistentvolumeclaims/assist-data"),
    "delete a volume": ("DELETE", f"{THEIRS}/persistentvolumeclaims/assist-data"),
    "read the queue": ("GET", "/apis/kueue.x-k8s.io/v1beta2/namespaces/team-assist/localqueues/batch"),
    "delete the queue": ("DELETE", "/apis/kueue.x-k8s.io/v1beta2/namespaces/team-assist/localqueues/batch"),
    "delete an engine": ("DELETE", "/apis/apps/v1/namespaces/team-assist/deployments/engine"),
    "scale an engine": ("PATCH", "/apis/apps/v1/namespaces/team-assist/deployments/engine/scale"),
    "delete the namespace": ("DELETE", "/api/v1/namespaces/team-assist"),
}


@BOTH
@pytest.mark.parametrize("what", sorted(CALLS))
def test_a_team_cannot_touch_another_teams_namespace(teams: Sandbox, proof: Proof, role: str, what: str) -> None:
    """Neither its people nor its pipeline; the administrator's same call is no typing error."""
    method, path = CALLS[what]
    with acting(teams, SEARCH, role) as somebody:
        forbidden(
            somebody.call(method, path, {"dryRun": "All"} if method != "GET" else {}, {} if method != "GET" else None)
        )

    if method == "GET" and not path.endswith(("/log", "/proxy/")):
        assert teams.api.call("GET", path).status == 200
    proof.record("refused", f"another team's namespace: {what}, as {role}", "forbidden")


@BOTH
def test_a_team_cannot_put_anything_into_another_teams_namespace(teams: Sandbox, proof: Proof, role: str) -> None:
    """Not even what it may declare in its own."""
    foreign = [deployment("guest", ASSIST), job("guest", ASSIST), account("guest", ASSIST), pod("guest", ASSIST)]
    with acting(teams, SEARCH, role) as somebody:
        for manifest in foreign:
            forbidden(somebody.apply(manifest))
            forbidden(somebody.create(manifest))
    proof.record(
        "refused", f"objects in another team's namespace, as {role}", f"{len(foreign)} of {len(foreign)} kinds"
    )


def test_a_pod_cannot_run_as_another_teams_identity(teams: Sandbox, proof: Proof) -> None:
    """A name means the account of the pod's own namespace."""
    (found,) = teams.apply([pod("masked", SEARCH, serviceAccountName="assist-engine")])
    assert 'service account team-search/assist-engine: serviceaccount "assist-engine" not found' in found.what
    proof.record("refused", "a pod with another team's ServiceAccount", "not found in the pod's own namespace")


def test_a_pod_cannot_mount_another_teams_volume(teams: Sandbox, proof: Proof) -> None:
    """A claim's name means that of the pod's own namespace, so the pod never starts."""
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "assist-data"}}
    thief = pod("thief", SEARCH, volumes=[volume])
    try:
        assert teams.apply([thief]) == ()
        (found,) = [f for f in teams.settle() if f.where == named(thief)]
    finally:
        teams.api.delete(thief, at_once=True)

    assert 'persistentvolumeclaim "assist-data" not found' in found.what
    proof.record("refused", "a pod with another team's volume", "not found in the pod's own namespace")


@BOTH
def test_no_team_can_reach_another_teams_queue(teams: Sandbox, proof: Proof, role: str) -> None:
    """A queue's name means that of the job's namespace; a team makes none, and a ClusterQueue takes its own team."""
    shortcut = {
        "apiVersion": "kueue.x-k8s.io/v1beta2",
        "kind": "LocalQueue",
        "metadata": {"name": "shortcut", "namespace": "team-search"},
        "spec": {"clusterQueue": "team-assist"},
    }
    disguise = {"metadata": {"labels": {"tonnage.dev/team": "assist"}}}
    theirs = next(m for m in platform() if m["kind"] == "ClusterQueue" and m["metadata"]["name"] == "team-assist")
    own = objects(SEARCH)["namespace"]
    with acting(teams, SEARCH, role) as somebody:
        forbidden(somebody.apply(shortcut))
        forbidden(somebody.patch(own, disguise))
        forbidden(somebody.patch(theirs, {"spec": {"namespaceSelector": {}}}))

    assert teams.api.get(theirs).body["spec"]["namespaceSelector"] == {"matchLabels": {"tonnage.dev/team": "assist"}}
    assert teams.api.get(own).body["metadata"]["labels"]["tonnage.dev/team"] == "search"
    proof.record("refused", f"a way into another team's queue, as {role}", "forbidden")


@BOTH
@pytest.mark.parametrize("what", sorted(HELD))
def test_a_team_cannot_change_what_holds_it(teams: Sandbox, proof: Proof, role: str, what: str) -> None:
    """Quotas, limits, network policies, roles, queue: none can be made, widened or taken away in its own namespace."""
    manifest = HELD[what]
    another = {**manifest, "metadata": {**manifest["metadata"], "name": "another"}}
    with acting(teams, SEARCH, role) as somebody:
        forbidden(somebody.create(another))
        forbidden(somebody.apply(manifest))
        forbidden(somebody.patch(manifest, {"metadata": {"labels": {"a": "b"}}}))
        forbidden(somebody.delete(manifest))

    assert teams.api.get(manifest).status == 200
    proof.record(
        "refused",
        f"to make, change or delete {manifest['kind']} {manifest['metadata']['name']}, as {role}",
        "forbidden",
    )


CLUSTERS_OWN = [m for m in platform() if "namespace" not in m["metadata"] and m["metadata"]["name"] != "team-search"]


@BOTH
def test_a_team_cannot_make_or_change_what_is_the_clusters(teams: Sandbox, proof: Proof, role: str) -> None:
    """Namespaces, priorities, flavors, queues, nodes and rights over all."""
    everything = {"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}
    rbac = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": "all"}}
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    also: list[Manifest] = [
        {**rbac, "kind": "ClusterRole", **everything},
        {**rbac, "kind": "ClusterRoleBinding", "roleRef": ref, "subjects": []},
        {**rbac, "kind": "RoleBinding", "metadata": {"name": "all", "namespace": "team-search"}, "roleRef": ref},
        system_node("mine"),
    ]
    tried = [*CLUSTERS_OWN, *also]
    with acting(teams, SEARCH, role) as somebody:
        for manifest in tried:
            forbidden(somebody.create({**manifest, "metadata": {**manifest["metadata"], "name": "another"}}))
            forbidden(somebody.apply(manifest))
            forbidden(somebody.delete(manifest))
    kinds = ", ".join(sorted({m["kind"] for m in tried}))
    proof.record("refused", f"to make, change or delete what is the cluster's, as {role}", f"forbidden: {kinds}")


def test_people_look_at_everything_of_their_own_but_secrets_and_run_jobs(teams: Sandbox) -> None:
    """What they may do works: else the refusals above would prove little."""
    with acting(teams, SEARCH, "people") as people:
        assert [p["metadata"]["name"] for p in people.list("v1", "Pod", "team-search")] == ["running"]
        assert people.get(HELD["quota"]).status == 200
        assert people.get(HELD["queue"]).status == 200
        assert people.apply(job("nightly", SEARCH)).status == 201
        assert people.delete(job("nightly", SEARCH)).status == 200
        forbidden(people.call("GET", "/api/v1/namespaces/team-search/secrets/key"))
        forbidden(people.apply(deployment("mine", SEARCH)))


def test_the_pipeline_declares_in_its_own_namespace_and_reads_no_secret(teams: Sandbox) -> None:
    """Its own kinds, nothing else."""
    with acting(teams, SEARCH, "pipeline") as pipeline:
        assert pipeline.apply(deployment("own", SEARCH, replicas=0)).status == 201
        assert pipeline.delete(deployment("own", SEARCH)).status == 200
        forbidden(pipeline.call("GET", "/api/v1/namespaces/team-search/secrets/key"))
        forbidden(pipeline.apply(job("own", SEARCH)))
        forbidden(pipeline.create(pod("own", SEARCH)))


def test_nobody_acts_as_somebody_else(teams: Sandbox) -> None:
    """Who is impersonated here cannot impersonate in turn, and no service account's token is handed out."""
    spec = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"audiences": ["a"]}}
    for role in ROLES:
        with acting(teams, SEARCH, role) as somebody:
            path = "/api/v1/namespaces/team-search/serviceaccounts/search-engine/token"
            forbidden(somebody.call("POST", path, {}, spec))
