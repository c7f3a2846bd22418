"""Whether the types that a cluster may buy exist there, and whether every pattern of types means one of them."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from tonnage.catalog.catalog import Catalog
from tonnage.check.rule import CLOUD_OF, ClusterRule, again
from tonnage.files.paths import dotted
from tonnage.findings import Finding, Severity
from tonnage.spec.cluster import Cluster
from tonnage.spec.suggest import instead


def _types(cluster: Cluster, catalog: Catalog) -> Iterator[Finding]:
    cloud = CLOUD_OF.get(cluster.platform)
    fitting = [n for n, t in catalog.node_types.items() if cloud in {None, t.cloud}]
    for i, name in enumerate(cluster.node_pools.instance_types):
        at, node = f"cluster {cluster.name} nodePools.instanceTypes[{i}]", catalog.node_types.get(name)
        if node is None:
            fix = instead(name, fitting, "correct it, or add its row to catalog.yaml")
            yield Finding(at, f"the catalogue has no type '{name}'", fix, code="TN203")
        elif cloud is not None and node.cloud != cloud:
            what = f"'{name}' is a type of {node.cloud}, not of {cloud}, which {cluster.platform} runs on"
            yield Finding(at, what, f"name types of {cloud}", code="TN204")


def _same_types(cluster: Cluster, _: Catalog) -> Iterator[Finding]:
    at, types = f"cluster {cluster.name} nodePools.instanceTypes", cluster.node_pools.instance_types
    for i, name in again(types):
        yield Finding(f"{at}[{i}]", f"'{name}' is listed twice", "keep one of the two", Severity.WARNING, code="TN209")
    pools: dict[str, str] = {}
    for i, name in enumerate(types):
        first = pools.setdefault(name.replace(".", "-").lower(), name)
        if first != name:
            what = f"'{name}' and '{first}' would give their pools one name"
            yield Finding(f"{at}[{i}]", what, "keep one of the two", code="TN221")


def _markets(cluster: Cluster, _: Catalog) -> Iterator[Finding]:
    types = set(cluster.node_pools.instance_types)
    left = set(types)
    for pattern, markets in cluster.node_pools.markets.items():
        at = f"cluster {cluster.name} {dotted(('nodePools', 'markets', pattern))}"
        matched = {t for t in types if fnmatchcase(t, pattern)}
        if not markets:
            yield Finding(at, "names no market", "name reserved, onDemand or spot", code="TN218")
        if not matched:
            yield Finding(at, f"matches no type of {_listed(types)}", _typo(pattern, types), code="TN219")
        elif not matched & left:
            what = f"never counts: earlier patterns decide on {_listed(matched)}"
            yield Finding(at, what, "put it before them, or drop it", Severity.WARNING, code="TN220")
        left -= matched


def _quotas(cluster: Cluster, _: Catalog) -> Iterator[Finding]:
    types, at = set(cluster.node_pools.instance_types), f"cluster {cluster.name} accountQuotas"
    for i, name in again(q.name for q in cluster.account_quotas):
        yield Finding(
            f"{at}[{i}].name", f"'{name}' is the name of another quota too", "give it another name", code="TN209"
        )
    for i, quota in enumerate(cluster.account_quotas):
        for j, pattern in enumerate(quota.instance_types):
            if not any(fnmatchcase(t, pattern) for t in types):
                what = f"'{pattern}' matches no type of {_listed(types)}"
                yield Finding(
                    f"{at}[{i}].instanceTypes[{j}]", what, _typo(pattern, types), Severity.WARNING, code="TN219"
                )


def _typo(pattern: str, types: Iterable[str]) -> str:
    return instead(pattern, types, "correct the pattern, or list the type under instanceTypes")


def _listed(types: Iterable[str]) -> str:
    names = sorted(types)
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return shown or "none"


SUPPLY: tuple[ClusterRule, ...] = (_types, _same_types, _markets, _quotas)
"""Rules over what may be bought."""
