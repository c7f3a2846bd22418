"""What a check is: a function from specs and catalogue to findings, which name their subject and its key."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias, TypeVar

from tonnage.catalog.catalog import Catalog
from tonnage.findings import Finding
from tonnage.spec.cluster import Cluster
from tonnage.spec.team import Team

ClusterRule: TypeAlias = Callable[[Cluster, Catalog], Iterable[Finding]]
TeamRule: TypeAlias = Callable[[Team, Cluster, Catalog], Iterable[Finding]]
"""The team is as it is on the cluster."""
T = TypeVar("T")

CLOUD_OF = {"eks": "aws", "gke": "gcp", "aks": "azure"}
"""The cloud whose node types a platform runs on; platforms that are left out run on several, or on none."""


def again(items: Iterable[T]) -> Iterator[tuple[int, T]]:
    """Index and value of those items that stood before."""
    seen: set[T] = set()
    for index, item in enumerate(items):
        if item in seen:
            yield index, item
        seen.add(item)
