"""Whether two clusters, or one at two times, hold the same objects: none too many, none too few, none different."""

import json
from collections.abc import Iterable, Mapping
from http.client import TOO_MANY_REQUESTS
from typing import Any

from tonnage.manifests.declared import Manifest
from tonnage.report.fields import field_changes
from tonnage.testing.sandbox.api import Api, until
from tonnage.testing.sandbox.objects import named

Objects = Mapping[str, Manifest]
"""Objects by what people call them, with the version: `apps/v1 Deployment team-search/chat`."""

# What a server or controller fills in, anew for each object: Kubernetes API conventions (metadata), and the fields that
# the API reference of Service, Job, PersistentVolumeClaim and Deployment says are allocated.
_METADATA = (
    "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generation", "managedFields",
    "resourceVersion", "selfLink", "uid",
)  # fmt: skip
_ANNOTATIONS = (
    "deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration",
    "pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller",
)  # fmt: skip
_CLUSTERS_OWN = frozenset({
    ("ConfigMap", "kube-root-ca.crt"), ("ConfigMap", "extension-apiserver-authentication"),
    ("ConfigMap", "kube-apiserver-legacy-service-account-token-tracking"), ("Service", "kubernetes"),
})  # fmt: skip
"""What a control plane writes by itself, with its own certificates and dates in it; found on Kubernetes 1.36."""
_READY_WITHIN = 30.0
_ALLOCATED = {
    "Service": ("clusterIP", "clusterIPs", "healthCheckNodePort"),
    "PersistentVolumeClaim": ("volumeName",),
    "Job": ("selector",),
}


def objects_of(api: Api, kinds: Iterable[tuple[str, str]]) -> Objects:
    """All objects of these kinds (version, kind) that somebody declared, in all namespaces.

    What belongs to another object, as a ReplicaSet does to its Deployment, is its owner's, and certificates are the
    control plane's own. Raises SandboxError where a kind cannot be listed.
    """
    found = [o for version, kind in sorted(set(kinds)) for o in _listed(api, version, kind)]
    return {key_of(o): o for o in found if not (o["metadata"].get("ownerReferences") or _is_clusters_own(o))}


def _listed(api: Api, version: str, kind: str) -> tuple[Manifest, ...]:
    """All of a kind. A server that has just learnt of it refuses for a moment, while it makes room for its objects."""
    until(lambda: _is_ready(api, version, kind), _READY_WITHIN)
    return api.list(version, kind)


def _is_ready(api: Api, version: str, kind: str) -> bool:
    path = api.path(version, kind, None)
    return not isinstance(path, str) or api.call("GET", path).status != TOO_MANY_REQUESTS


def _is_clusters_own(manifest: Manifest) -> bool:
    return (str(manifest["kind"]), str(manifest["metadata"]["name"])) in _CLUSTERS_OWN


def key_of(manifest: Manifest) -> str:
    """What an object is called among `Objects`."""
    return f"{manifest['apiVersion']} {named(manifest)}"


def same_objects(wanted: Objects, found: Objects) -> tuple[str, ...]:
    """What `found` has too many, lacks, or holds differently, one line each; empty: the same."""
    missing = [f"{key} is missing" for key in wanted if key not in found]
    orphans = [f"{key} should not be there" for key in found if key not in wanted]
    going = [f"{key} is being deleted" for key, o in found.items() if o["metadata"].get("deletionTimestamp")]
    differing = [
        f"{key} differs in {change.shown_path}"
        for key in wanted.keys() & found.keys()
        for change in field_changes(meaning_of(wanted[key]), meaning_of(found[key]))
    ]
    return tuple(sorted([*missing, *orphans, *going, *differing]))


def meaning_of(manifest: Manifest) -> dict[str, Any]:
    """An object without what only this copy of it has: ids, times, owners' marks, status, allocated addresses."""
    copy: dict[str, Any] = json.loads(json.dumps({k: v for k, v in manifest.items() if k != "status"}))
    metadata = {k: v for k, v in copy["metadata"].items() if k not in _METADATA}
    annotations = {k: v for k, v in metadata.pop("annotations", {}).items() if k not in _ANNOTATIONS}
    copy["metadata"] = {**metadata, **({"annotations": annotations} if annotations else {})}
    spec = copy.get("spec")
    if isinstance(spec, dict):
        for field in _ALLOCATED.get(str(copy["kind"]), ()):
            spec.pop(field, None)
        for port in spec.get("ports") or () if copy["kind"] == "Service" else ():
            port.pop("nodePort", None)
    return copy
