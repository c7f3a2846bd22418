"""Who may do what in a team's namespace. Groups come from outside; no right is wider than its use."""

from collections.abc import Iterable

from tonnage.manifests.declared import Manifest
from tonnage.manifests.tenancy.space import Space

DECLARED_BY_TEAMS = (
    ("apps", "deployments"),
    ("", "services"),
    ("policy", "poddisruptionbudgets"),
    ("", "serviceaccounts"),
)
"""Group and resource of everything that a team's stack declares. A test compares it with what the components build."""
_WATCHED = (
    ("apps", "replicasets"),
    ("discovery.k8s.io", "endpointslices"),
    ("", "endpoints"),
    ("", "events"),
    ("", "pods"),
)
"""What Pulumi reads to tell whether a Deployment or Service has become ready."""
_BATCH = (("batch", "jobs"),)
_QUEUED = (("kueue.x-k8s.io", "localqueues"), ("kueue.x-k8s.io", "workloads"))
"""Where a job waits, and why. The built-in role for viewing does not know Kueue's kinds."""
_READ = ["get", "list", "watch"]
_WRITE = ["create", "update", "patch", "delete"]
_RBAC = "rbac.authorization.k8s.io"


def access(space: Space) -> dict[str, Manifest]:
    """Roles and bindings of a namespace, by name."""
    objects = {"deployer": _role(space, "deployer", [*_rules(DECLARED_BY_TEAMS, _READ + _WRITE), *_watch()])}
    if space.deployer_groups:
        objects["deployer-binding"] = _binding(space, "deployer", "Role", "deployer", space.deployer_groups)
    if space.member_groups:
        # the built-in role shows everything of the namespace but secrets and rights
        objects["members-binding"] = _binding(space, "members", "ClusterRole", "view", space.member_groups)
    if space.member_groups and space.cluster_queue:
        objects["batch"] = _role(space, "batch", [*_rules(_BATCH, _READ + _WRITE), *_rules(_QUEUED, _READ)])
        objects["batch-binding"] = _binding(space, "batch", "Role", "batch", space.member_groups)
    return objects


def _watch() -> list[Manifest]:
    return [*_rules(_WATCHED, _READ), {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]}]


def _rules(resources: Iterable[tuple[str, str]], verbs: list[str]) -> list[Manifest]:
    groups: dict[str, list[str]] = {}
    for group, resource in resources:
        groups.setdefault(group, []).append(resource)
    return [
        {"apiGroups": [group], "resources": sorted(names), "verbs": list(verbs)}
        for group, names in sorted(groups.items())
    ]


def _role(space: Space, name: str, rules: list[Manifest]) -> Manifest:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "Role",
        "metadata": {"name": name, "namespace": space.namespace},
        "rules": rules,
    }


def _binding(space: Space, name: str, kind: str, role: str, groups: tuple[str, ...]) -> Manifest:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": space.namespace},
        "roleRef": {"apiGroup": _RBAC, "kind": kind, "name": role},
        "subjects": [{"kind": "Group", "apiGroup": _RBAC, "name": group} for group in sorted(groups)],
    }
