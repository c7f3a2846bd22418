"""Everything that is wrong with a team's space, all at once, each with its fix."""

import re
from collections.abc import Iterator
from ipaddress import ip_network

from tonnage.findings import Finding, Severity
from tonnage.manifests.contracts import PRIORITY_CLASSES
from tonnage.manifests.tenancy.space import Space
from tonnage.names import is_label

_EVERYONE = ("system:authenticated", "system:unauthenticated", "system:serviceaccounts", "system:anonymous")
_MINOR = re.compile(r"1\.(0|[1-9][0-9]{0,2})")


def findings(space: Space, where: str) -> tuple[Finding, ...]:
    """Problems of a space; `where` is how its owner is called in them."""
    return (
        *_names(space, where),
        *_quota(space, where),
        *_priorities(space, where),
        *_groups(space, where),
        *_network(space, where),
    )


def _names(space: Space, where: str) -> Iterator[Finding]:
    if not is_label(space.team) or not is_label(space.namespace):
        fix = "use lower-case letters, digits and dashes, a letter first, 58 at most"
        yield Finding(f"{where}.team", f"no namespace can be called {space.namespace[:80]!r}", fix, code="TN501")
    if space.cluster_queue is not None and not is_label(space.cluster_queue):
        what = f"{space.cluster_queue[:80]!r} is no name of a ClusterQueue"
        yield Finding(f"{where}.cluster_queue", what, "name the one that Queueing declares for the team", code="TN501")


def _quota(space: Space, where: str) -> Iterator[Finding]:
    quota = space.quota
    for field, value in (("gpus", quota.gpus), ("pods", quota.pods)):
        if value < 0:
            yield Finding(
                f"{where}.quota.{field}", f"{value} is less than nothing", "give what the plan counts", code="TN501"
            )
    if quota.gpus > 0 and quota.pods == 0:
        yield Finding(f"{where}.quota.pods", "no pod could use the GPUs", "give what the plan counts", code="TN501")
    if quota.pods > 0 and not (quota.cpu and quota.memory):
        field = "memory" if quota.cpu else "cpu"
        yield Finding(
            f"{where}.quota.{field}", "is 0, so no pod could start", "give what the plan counts", code="TN501"
        )


def _priorities(space: Space, where: str) -> Iterator[Finding]:
    for tier in space.priorities:
        if tier not in PRIORITY_CLASSES:
            fix = f"name some of: {', '.join(PRIORITY_CLASSES)}"
            yield Finding(f"{where}.priorities", f"{tier[:80]!r} is no tier", fix, code="TN501")
    if space.kubernetes is not None and not _MINOR.fullmatch(space.kubernetes):
        what = f"{space.kubernetes[:80]!r} is no minor version of Kubernetes"
        yield Finding(f"{where}.kubernetes", what, 'write it like "1.35"', code="TN501")


def _groups(space: Space, where: str) -> Iterator[Finding]:
    for field in ("member_groups", "deployer_groups"):
        groups = getattr(space, field)
        for group in groups:
            if not group.strip():
                yield Finding(f"{where}.{field}", "names a group without a name", "drop it", code="TN501")
            elif group in _EVERYONE:
                what = f"{group} is everyone who reaches the API server"
                yield Finding(f"{where}.{field}", what, "name a group of the team", code="TN501")
            elif group == "system:masters":
                yield Finding(
                    f"{where}.{field}", f"{group} may do everything already", "name a group of the team", code="TN501"
                )
        if len(set(groups)) < len(groups):
            yield Finding(f"{where}.{field}", "names a group twice", "keep one of them", code="TN501")


def _network(space: Space, where: str) -> Iterator[Finding]:
    for cidr in space.store_ranges:
        try:
            ip_network(cidr)
        except ValueError:
            fix = "write it like 10.0.0.0/8, without bits behind the mask"
            yield Finding(f"{where}.store_ranges", f"{cidr[:80]!r} is no range of addresses", fix, code="TN501")
    if not space.store_ranges:
        what = "is empty: nothing in the namespace can read weights or data"
        yield Finding(f"{where}.store_ranges", what, "leave it out, or name the stores", Severity.WARNING, code="TN501")
    for field in ("gateway_namespaces", "prometheus_namespaces"):
        for name in getattr(space, field):
            if not is_label(name):
                yield Finding(
                    f"{where}.{field}", f"{name[:80]!r} is no name of a namespace", "name the namespace", code="TN501"
                )
