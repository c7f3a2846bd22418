"""What a role may do, cell by cell: every verb on every resource that the server knows, asked of its authorizer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from tonnage.testing.sandbox.api import Api

VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
SPECIAL: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("", "serviceaccounts"): ("impersonate",),
    ("authentication.k8s.io", "uids"): ("impersonate",),
    ("", "users"): ("impersonate",),
    ("", "groups"): ("impersonate",),
    ("rbac.authorization.k8s.io", "roles"): ("bind", "escalate"),
    ("rbac.authorization.k8s.io", "clusterroles"): ("bind", "escalate"),
    ("certificates.k8s.io", "signers"): ("approve", "sign", "attest"),
    ("*", "*"): ("*",),
}
"""Verbs that no resource serves and that the authorizer knows all the same. Source: Kubernetes documentation, RBAC."""
PATHS = (
    "/api",
    "/apis",
    "/debug/pprof",
    "/healthz",
    "/livez",
    "/logs",
    "/metrics",
    "/openapi/v2",
    "/readyz",
    "/version",
)
_REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"


@dataclass(frozen=True)
class Who:
    """Somebody as the authorizer sees them."""

    user: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class Resource:
    """A resource or subresource: pods/log."""

    group: str
    name: str
    namespaced: bool


def resources_of(api: Api) -> tuple[Resource, ...]:
    """All that the server knows, in any version, and those that only its authorizer knows."""
    groups = api.call("GET", "/apis").body["groups"]
    versions = [("", "/api/v1"), *((g["name"], f"/apis/{v['groupVersion']}") for g in groups for v in g["versions"])]
    found = {
        Resource(group, r["name"], r["namespaced"])
        for group, path in versions
        for r in api.call("GET", path).body["resources"]
    }
    served = {(r.group, r.name) for r in found}
    return tuple(sorted(found | {Resource(g, n, namespaced=False) for g, n in SPECIAL if (g, n) not in served}))


def granted(api: Api, who: Who, resources: Sequence[Resource], namespace: str = "") -> tuple[list[str], int]:
    """Lines of what is granted in a namespace (or over all), and how many cells were asked."""
    asked = [(r, v) for r in resources if r.namespaced or not namespace for v in _verbs(r)]
    yes = [(r, v) for r, v in asked if _may(api, who, {**_attributes(r, v), "namespace": namespace})]
    lines = [
        f"{resource.group or 'core'} {resource.name}: {' '.join(v for _, v in cells)}"
        for resource, cells in groupby(yes, key=lambda cell: cell[0])
    ]
    if namespace:
        return lines, len(asked)
    paths = [p for p in PATHS if _allows(api, who, {"nonResourceAttributes": {"path": p, "verb": "get"}})]
    return [*lines, *(f"path {p}: get" for p in paths)], len(asked) + len(PATHS)


def page(title: str, sections: Iterable[tuple[str, Sequence[str]]]) -> str:
    """A role's grants as a text that people review."""
    return "\n".join(_page(title, sections)) + "\n"


def _page(title: str, sections: Iterable[tuple[str, Sequence[str]]]) -> Iterator[str]:
    yield f"# {title}"
    yield "# What is not listed is refused."
    for place, lines in sections:
        yield ""
        yield f"[{place}]"
        yield from lines or ["nothing"]


def _verbs(resource: Resource) -> tuple[str, ...]:
    special = SPECIAL.get((resource.group, resource.name), ())
    return special if special == ("*",) else (*VERBS, *special)


def _attributes(resource: Resource, verb: str) -> dict[str, str]:
    name, _, below = resource.name.partition("/")
    return {"group": resource.group, "resource": name, "subresource": below, "verb": verb}


def _may(api: Api, who: Who, attributes: dict[str, str]) -> bool:
    return _allows(api, who, {"resourceAttributes": attributes})


def _allows(api: Api, who: Who, question: Mapping[str, object]) -> bool:
    spec = {"user": who.user, "groups": ["system:authenticated", *who.groups], **question}
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "metadata": {}, "spec": spec}
    answer = api.call("POST", _REVIEWS, {}, review)
    assert answer.status == 201, answer
    return bool(answer.body["status"]["allowed"])
