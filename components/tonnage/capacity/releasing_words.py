"""What a plan says of nodes and quotas that stand until they are released: findings and ledger."""

from collections.abc import Iterator

from tonnage.capacity.ledger import Entry
from tonnage.capacity.packing.dollars import hourly, monthly
from tonnage.capacity.result import CapacityPlan, Pool
from tonnage.catalog.catalog import Catalog
from tonnage.findings import Finding, Severity
from tonnage.spec.cluster import Cluster

RELEASE = "tonnage plan --write --release"
_FIX = f"apply the platform's stack, then the teams'; then run `{RELEASE}`, commit and apply the platform's again"


def kept_words(pool: Pool) -> str:
    """keeps 3 of its 7 nodes until released"""
    return f"keeps {pool.releasing} of its {pool.nodes} node{'' if pool.nodes == 1 else 's'} until released"


def releasing_findings(plan: CapacityPlan, cluster: Cluster, catalog: Catalog) -> Iterator[Finding]:
    """What waits for a release, what it leaves no room for, and what cannot be kept."""
    for pool in plan.pools:
        if pool.releasing:
            where = f"pool {pool.name} on {plan.cluster}"
            yield Finding(where, kept_words(pool), _FIX, Severity.WARNING, code="TN380")
            if pool.instance_type not in catalog.node_types:
                what = f"its nodes stand until released, but the catalogue no longer has {pool.instance_type}"
                yield Finding(where, what, "put the type back into catalog.yaml until it is released", code="TN383")
    if waiting := sorted({*plan.after_release, *plan.former_tiers}):
        what = f"what pods of the plan before may hold stands until released: {', '.join(waiting)}"
        yield Finding(f"plan of {plan.cluster}", what, _FIX, Severity.WARNING, code="TN381")
    if any(p.releasing for p in plan.pools):
        yield from _over(plan, cluster)


def _over(plan: CapacityPlan, cluster: Cluster) -> Iterator[Finding]:
    """Limits that the plan itself respects, but not together with what is releasing."""
    said = [
        f"account quota {use.name!r} allows {use.limit_vcpus} vCPUs, {use.used_vcpus} are counted"
        for use in plan.account
        if use.used_vcpus > use.limit_vcpus
    ]
    limits, gpus = cluster.node_pools.limits, sum(p.gpus for p in plan.pools)
    if limits.gpus is not None and gpus > limits.gpus:
        said.append(f"limits.gpus is {limits.gpus}, the pools hold {gpus}")
    if limits.cost is not None and plan.total > limits.cost:
        said.append(f"limits.cost is {monthly(limits.cost)}, the plan costs {monthly(plan.total)}")
    for what in said:
        fix = "release before you grow: write the shrink and release it, then write the growth"
        where = f"cluster {plan.cluster} nodePools"
        yield Finding(where, f"until nodes are released, {what}", fix, Severity.WARNING, code="TN382")


def releasing_entries(plan: CapacityPlan) -> Iterator[Entry]:
    """Which nodes are kept, and what they add to the total."""
    for pool in plan.pools:
        if pool.releasing:
            needed = pool.nodes - pool.releasing
            how = f"{pool.nodes} in the plan before - {needed} needed now"
            yield Entry(f"nodes of {pool.name}, until released", str(pool.releasing), how, "")
    if plan.releasing is not None:
        cost = plan.releasing.amount
        how = f"{hourly(plan.total.amount - cost)} + {hourly(cost)} for nodes until they are released"
        yield Entry("total, until released", hourly(plan.total.amount), how, "")
