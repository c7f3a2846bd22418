"""Everything that is wrong with a server, all at once, each with its fix."""

import re
from collections.abc import Iterator

from tonnage.findings import Finding, Severity
from tonnage.manifests.contracts import PRIORITY_CLASSES
from tonnage.manifests.secrets import holds_a_secret, names_a_secret
from tonnage.manifests.serving.engine import EngineFacts, load_engine
from tonnage.manifests.serving.flags import flag_findings, precision_findings
from tonnage.manifests.serving.pods import HUB_TOKEN, OWN_ENVIRONMENT, shared_memory
from tonnage.manifests.serving.server import SecretKey, Server, scheme_of
from tonnage.names import is_label

_HUB = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TAINT = re.compile(r"[A-Za-z0-9][\w./-]*(=[\w.-]*)?:(NoSchedule|PreferNoSchedule|NoExecute)")
_COMMIT = re.compile(r"[0-9a-f]{7,40}")


def findings(server: Server, where: str) -> tuple[Finding, ...]:
    """Problems of a server; `where` is how its owner is called in them."""
    facts = load_engine()
    return (
        *_names(server, where),
        *_numbers(server, where),
        *_image(server, where),
        *_source(server, facts, where),
        *precision_findings(server, facts, where),
        *flag_findings(server, facts, where),
        *_environment(server, facts, where),
        *_survival(server, where),
    )


def _names(server: Server, where: str) -> Iterator[Finding]:
    for field, value in (("team", server.team), ("workload", server.workload), ("namespace", server.namespace)):
        if not is_label(value):
            fix = "use at most 63 lower-case letters, digits and dashes, a letter first"
            yield Finding(f"{where}.{field}", f"Kubernetes does not take {value[:80]!r} as a name", fix, code="TN501")
    yield from _nodes(server, where)
    if server.priority not in PRIORITY_CLASSES:
        fix = f"use one of {', '.join(PRIORITY_CLASSES)}"
        yield Finding(f"{where}.priority", f"{server.priority!r} is no tier", fix, code="TN501")


def _nodes(server: Server, where: str) -> Iterator[Finding]:
    if not server.pools and not server.node_labels:
        yield Finding(
            f"{where}.pools", "names no pool, so no node may hold the replicas", "name those of the plan", code="TN501"
        )
    for pool in server.pools:
        if not is_label(pool):
            yield Finding(
                f"{where}.pools", f"{pool[:80]!r} is no name of a pool", "name those of the plan", code="TN501"
            )
    if not all(server.node_labels):
        what = "holds a set without labels, which every node carries"
        yield Finding(f"{where}.node_labels", what, "name labels that only the planned nodes carry", code="TN501")
    if server.pools and server.node_labels:
        yield Finding(f"{where}.node_labels", "stands beside pools", "keep one of the two", code="TN501")
    for taint in server.taints:
        if not _TAINT.fullmatch(taint):
            yield Finding(f"{where}.taints", f"{taint[:80]!r} is no taint", "write key=value:NoSchedule", code="TN501")


def _numbers(server: Server, where: str) -> Iterator[Finding]:
    least = {"replicas": 0, "gpus": 1, "context_length": 1, "max_num_seqs": 1, "drain_seconds": 0}
    for field, bound in least.items():
        value = getattr(server, field)
        if value is not None and value < bound:
            yield Finding(f"{where}.{field}", f"{value} is too small", f"give at least {bound}", code="TN501")
    if not 0 < server.gpu_memory_utilization <= 1:
        what = f"{server.gpu_memory_utilization} is no part of the GPU's memory"
        yield Finding(f"{where}.gpu_memory_utilization", what, "give a number above 0, at most 1", code="TN501")
    for field in ("cpu", "memory", "ephemeral_storage"):
        if not getattr(server, field):
            yield Finding(f"{where}.{field}", "is 0", "give what the plan counts for one replica", code="TN501")
    if server.gpus >= 1 and server.memory and server.memory <= shared_memory(server.gpus):
        what = f"{server.memory} is all taken by /dev/shm ({shared_memory(server.gpus)})"
        yield Finding(f"{where}.memory", what, "give the weights' size on top", code="TN501")


def _image(server: Server, where: str) -> Iterator[Finding]:
    name, _, digest = server.image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    if not name or any(c.isspace() for c in server.image):
        yield Finding(f"{where}.image", "is no image", "give registry/name:tag, best with @sha256:...", code="TN501")
    elif not digest and tag in {"", "latest", "nightly"}:
        what = f"{server.image!r} means another image every day"
        yield Finding(f"{where}.image", what, "name a version, best with its digest: name:v1@sha256:...", code="TN501")


def _source(server: Server, facts: EngineFacts, where: str) -> Iterator[Finding]:
    scheme, place = scheme_of(server.source), f"{where}.source"
    if holds_a_secret(server.source):
        yield Finding(
            place, "would write a secret into the pod's command line", "give credentials by secret_env", code="TN504"
        )
    elif scheme is None:
        yield from _hub(server, where)
    elif scheme not in facts.stores:
        fix = f"copy the weights to a model hub or to one of {', '.join(f'{s}://' for s in facts.stores)}"
        yield Finding(place, f"vLLM does not read weights from {scheme}://", fix, code="TN501")
    else:
        bucket, _, path = server.source.partition("://")[2].partition("/")
        if not bucket or not path:
            yield Finding(place, "names no folder of a bucket", f"write {scheme}://bucket/path", code="TN501")
        if server.revision:
            what = "is set, but objects of a store have no revision"
            yield Finding(
                f"{where}.revision", what, "drop it, and put the version into the path of source", code="TN501"
            )
        for variable in facts.stores[scheme]:
            if variable not in {*server.env, *server.secret_env}:
                yield Finding(
                    f"{where}.env.{variable}",
                    f"is missing, and {scheme}:// needs it",
                    "give it under env",
                    code="TN501",
                )


def _hub(server: Server, where: str) -> Iterator[Finding]:
    if not _HUB.fullmatch(server.source):
        fix = "write organisation/model, or an address such as s3://bucket/path"
        yield Finding(f"{where}.source", f"{server.source[:80]!r} is no repository of a model hub", fix, code="TN501")
    elif server.revision is None:
        what = "is not set: the weights change when their publisher changes them"
        yield Finding(f"{where}.revision", what, "pin the commit of the repository", Severity.WARNING, code="TN505")
    elif not _COMMIT.fullmatch(server.revision):
        what = f"{server.revision[:80]!r} is a branch or tag, which its publisher can move"
        yield Finding(f"{where}.revision", what, "pin the commit of the repository", Severity.WARNING, code="TN505")


def _environment(server: Server, facts: EngineFacts, where: str) -> Iterator[Finding]:
    for name, value in sorted(server.env.items()):
        place = f"{where}.env.{name}"
        if names_a_secret(name) or holds_a_secret(value):
            fix = "put it into a Secret of the namespace and name that under secret_env"
            yield Finding(place, "would write a secret into the pod", fix, code="TN504")
        elif name in server.secret_env:
            yield Finding(place, "stands under secret_env too", "keep one of them", code="TN501")
        yield from _variable(server, facts, name, place)
    for name, secret in sorted(server.secret_env.items()):
        yield from _variable(server, facts, name, f"{where}.secret_env.{name}")
        yield from _reference(secret, f"{where}.secret_env.{name}")
    if server.hub_token:
        yield from _reference(server.hub_token, f"{where}.hub_token")
    for pull in server.image_pull_secrets:
        if not _SUBDOMAIN.fullmatch(pull):
            yield Finding(
                f"{where}.image_pull_secrets", "holds what is no name of a Secret", "name the Secret", code="TN501"
            )


def _variable(server: Server, facts: EngineFacts, name: str, place: str) -> Iterator[Finding]:
    if not _VARIABLE.fullmatch(name):
        yield Finding(place, "is no name of a variable", "use letters, digits and underscores", code="TN501")
    elif name in facts.refused_environment:
        yield Finding(place, facts.refused_environment[name], "drop it", code="TN501")
    elif name in OWN_ENVIRONMENT:
        yield Finding(place, "is set by the component", "drop it, or change it by an override", code="TN501")
    elif name == HUB_TOKEN and server.hub_token:
        yield Finding(place, "is what hub_token sets", "keep one of them", code="TN501")


def _reference(secret: SecretKey, where: str) -> Iterator[Finding]:
    """A pasted token fails the form of a name, so the text is not shown."""
    if not _SUBDOMAIN.fullmatch(secret.name) or holds_a_secret(secret.name):
        yield Finding(f"{where}.name", "is no name of a Secret", "name the Secret, never its value", code="TN501")
    if not re.fullmatch(r"[-._a-zA-Z0-9]{1,253}", secret.key) or holds_a_secret(secret.key):
        yield Finding(
            f"{where}.key", "is no key of a Secret", "name the key inside the Secret, never its value", code="TN501"
        )


def _survival(server: Server, where: str) -> Iterator[Finding]:
    if server.survive == "rack":
        what = "racks have no label that all platforms write, so replicas are spread over nodes"
        yield Finding(f"{where}.survive", what, "add the rack's label by an override", Severity.WARNING, code="TN505")
    if server.replicas == 1 and server.priority == "production":
        what = "is 1: draining its node takes the model away until another replica has started"
        yield Finding(f"{where}.replicas", what, "give 2 where that is not acceptable", Severity.WARNING, code="TN505")
