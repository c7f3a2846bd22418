"""Kubernetes' own examples of Pod Security, judged by a real server under the labels of our namespaces."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from manifests.gpu_stack.factories import MINIMAL as STACK
from manifests.pod_security import refused as second_opinion
from sandbox.proof import Proof
from sandbox.spaces import SEARCH, account, pod
from tonnage.manifests.declared import Manifest
from tonnage.manifests.gpu_stack.objects import namespace as stack_namespace
from tonnage.manifests.tenancy.objects import namespace
from tonnage.testing.sandbox import Sandbox
from tonnage.testing.sandbox.api import until

RELEASES = {"v1.35": "1.35", "v1.36": "1.36", "latest": None}
"""What the namespace's label says, by what the cluster's file says."""
VERSIONS = ("v1.35", "v1.36")
UNMASKED = {"procmount0", "procmount1"}
"""Pods that no namespace takes: /proc is shown whole in a user namespace only, and they are in none."""
COUNTS = {("baseline", "pass"): 15, ("baseline", "fail"): 34, ("restricted", "pass"): 23, ("restricted", "fail"): 76}


def space_named(label: str) -> str:
    """The namespace whose rules are those of the label."""
    return f"team-{label.replace('.', '-')}"


@pytest.fixture(scope="module")
def spaces(real: None) -> Iterator[Sandbox]:  # noqa: ARG001 it skips
    """A team's namespace for each release, and that of the node agents: without quotas, which would refuse too."""
    with Sandbox() as sandbox:
        made = [
            namespace(replace(SEARCH, team=label.replace(".", "-"), kubernetes=minor))
            for label, minor in RELEASES.items()
        ]
        made.append(stack_namespace(STACK))
        assert sandbox.apply(made) == ()
        own = [
            {**account("default", SEARCH), "metadata": {"name": "default", "namespace": m["metadata"]["name"]}}
            for m in made
        ]
        assert until(lambda: all(sandbox.api.get(a).status == 200 for a in own), 30)
        yield sandbox


def examples(data: Path, level: str, version: str, verdict: str) -> dict[str, Manifest]:
    """Pods by the name of their file; fails where some are absent."""
    folder = data / "podsecurity" / level / version / verdict
    found = {f.stem: yaml.safe_load(f.read_text(encoding="utf-8")) for f in sorted(folder.glob("*.yaml"))}
    assert len(found) == COUNTS[level, verdict]
    return found


def in_user_namespace(manifest: Manifest) -> Manifest:
    """The pod with users of its own."""
    return {**manifest, "spec": {**manifest["spec"], "hostUsers": False}}


def said(sandbox: Sandbox, manifest: Manifest, space: str) -> str | None:
    """Why the server takes no such pod in the namespace; None: it does. Names of some examples are not lawful."""
    name = manifest["metadata"]["name"].replace("_", "-")
    placed = {**manifest, "metadata": {**manifest["metadata"], "name": name, "namespace": space}}
    return sandbox.api.create(placed, dry_run=True).why_not


@pytest.mark.parametrize("label", sorted(RELEASES))
@pytest.mark.parametrize(
    "of", [(level, version) for level in ("baseline", "restricted") for version in VERSIONS], ids="-".join
)
def test_no_pod_that_must_fail_passes_in_a_teams_namespace(
    spaces: Sandbox, data: Path, proof: Proof, of: tuple[str, str], label: str
) -> None:
    """Refused by Pod Security, under the rules that the label names. What fails baseline fails here."""
    level, version = of
    pods = examples(data, level, version, "fail")
    pods |= {f"{n} in a user namespace": in_user_namespace(pods.pop(n)) for n in sorted(UNMASKED)}
    answers = {n: said(spaces, m, space_named(label)) for n, m in pods.items()}

    let_in = [n for n, why in answers.items() if f'violates PodSecurity "restricted:{label}"' not in str(why)]
    assert let_in == []
    proof.record(
        "security",
        f"{level} fail pods of {version} in a team's namespace, enforce-version {label}",
        f"{len(answers)} of {len(answers)} refused",
    )


@pytest.mark.parametrize("label", sorted(RELEASES))
@pytest.mark.parametrize("version", VERSIONS)
def test_no_pod_that_must_pass_is_refused_in_a_teams_namespace(
    spaces: Sandbox, data: Path, proof: Proof, version: str, label: str
) -> None:
    """Under the restricted rules."""
    answers = {n: said(spaces, m, space_named(label)) for n, m in examples(data, "restricted", version, "pass").items()}

    assert {n: why for n, why in answers.items() if why} == {}
    proof.record(
        "security",
        f"restricted pass pods of {version} in a team's namespace, enforce-version {label}",
        f"{len(answers)} of {len(answers)} let in",
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_every_pod_passes_in_the_namespace_of_node_agents(
    spaces: Sandbox, data: Path, proof: Proof, version: str
) -> None:
    """It is privileged; what refuses them elsewhere is Pod Security, but for those that no namespace takes."""
    pods = [(n, verdict, m) for level, verdict in COUNTS for n, m in examples(data, level, version, verdict).items()]
    refused = [(n, v, why) for n, v, m in pods if (why := said(spaces, m, STACK.namespace))]

    assert [(n, v) for n, v, _ in refused] == [
        (name, "fail") for _ in ("baseline", "restricted") for name in sorted(UNMASKED)
    ]
    assert all("`hostUsers` must be false" in why for _, _, why in refused)
    assert not [n for n, v, m in pods if n in UNMASKED and said(spaces, in_user_namespace(m), STACK.namespace)]
    let_in = f"{len(pods) - len(UNMASKED) * 2} of {len(pods)} let in; the others no namespace takes"
    proof.record("security", f"all pods of {version} in the namespace of node agents", let_in)


@pytest.mark.parametrize("version", VERSIONS)
def test_our_own_check_agrees_with_the_server_on_every_pod(
    spaces: Sandbox, data: Path, proof: Proof, version: str
) -> None:
    """The one that judges engines where no server runs."""
    pods = {
        f"{level} {verdict} {name}": m
        for level, verdict in COUNTS
        for name, m in examples(data, level, version, verdict).items()
    }
    differ = [n for n, m in pods.items() if bool(second_opinion(m)) != bool(said(spaces, m, space_named(version)))]

    assert differ == []
    proof.record(
        "agreement",
        f"our own Pod Security check and the server's, pods of {version}",
        f"{len(pods)} of {len(pods)} alike",
    )


def test_a_user_namespace_lifts_the_rules_of_root(spaces: Sandbox) -> None:
    """Since 1.35; no example shows it. Root outside of one is refused."""

    def root(**more: Any) -> Manifest:
        made = copy.deepcopy(pod("root", SEARCH, **more))
        made["spec"]["securityContext"] |= {"runAsNonRoot": False, "runAsUser": 0}
        return made

    assert said(spaces, root(hostUsers=False), space_named("v1.35")) is None
    assert "runAsNonRoot" in str(said(spaces, root(), space_named("v1.35")))


def test_a_debugging_container_obeys_the_same_rules(spaces: Sandbox) -> None:
    """No example shows one either: it is added to a pod that runs."""
    place = space_named("v1.35")
    plain = pod("debugged", SEARCH)
    plain["metadata"]["namespace"] = place
    assert spaces.api.create(plain).status == 201
    own = plain["spec"]["containers"][0]["securityContext"]
    added = {"name": "debug", "image": "registry.example.com/debug:1"}

    rude = spaces.api.patch(plain, {"spec": {"ephemeralContainers": [added]}}, "ephemeralcontainers")
    polite = spaces.api.patch(
        plain, {"spec": {"ephemeralContainers": [{**added, "securityContext": own}]}}, "ephemeralcontainers"
    )

    assert 'violates PodSecurity "restricted:v1.35"' in str(rude.why_not)
    assert polite.why_not is None


def test_what_newer_rules_would_refuse_is_warned_of(spaces: Sandbox) -> None:
    """The person who applies reads it, before an upgrade of the cluster's file makes it a refusal."""
    rude = pod("rude", SEARCH, hostNetwork=True)
    rude["metadata"]["namespace"] = space_named("v1.35")
    template = {"metadata": {"labels": {"app": "rude"}}, "spec": rude["spec"]}
    spec = {"replicas": 0, "selector": {"matchLabels": {"app": "rude"}}, "template": template}
    metadata = {"name": "rude", "namespace": space_named("v1.35")}
    answer = spaces.api.apply(
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}, dry_run=True
    )

    assert answer.why_not is None
    assert any(
        'would violate PodSecurity "restricted:latest": host namespaces (hostNetwork=true)' in w
        for w in answer.warnings
    ), answer.warnings
