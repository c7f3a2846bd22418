"""What the report says, in sentences and cells that every renderer prints alike. Nothing here is escaped."""

from collections.abc import Iterator, Sequence

from tonnage.capacity.releasing_words import kept_words
from tonnage.capacity.result import CapacityPlan, PlannedWorkload, Pool, TeamCost
from tonnage.findings import Finding
from tonnage.report import money
from tonnage.report.causes import Reason
from tonnage.report.changes import Change, Tally
from tonnage.report.compare import ClusterReport, Report, TeamRow
from tonnage.report.counts import count_change

DASH = "\N{EN DASH}"


def verdict(report: Report) -> str:
    """The first line: nodes, GPUs, money, and what stands in the way."""
    parts = [_headline(report)]
    if report.blocked:
        parts.append(f"{len(report.blocked)} blocked")
    if report.risks:
        parts.append(count(len(report.risks), "risk"))
    return "tonnage: " + " · ".join(parts)


def _headline(report: Report) -> str:
    if not report.comparable:
        return "no comparison, because the specs of one side cannot be planned"
    if not report.changed:
        return "nothing changes"
    deltas = [_tally(report.nodes, "node"), _tally(report.gpus, "GPU")]
    if report.money != "hidden":
        deltas.append(_cost(report))
    said = [d for d in deltas if d]
    objects = f"{count(len(report.objects), 'object')} changed"
    same = "same nodes and GPUs" if report.money == "hidden" else "same nodes, GPUs and money"
    return ", ".join(said) if said else f"{same}, {objects}"


def _tally(tally: Tally, noun: str) -> str:
    if tally.added and tally.removed:
        return f"+{tally.added} and -{tally.removed} {noun}s"
    return count(tally.added, noun, "+") if tally.added else count(tally.removed, noun, "-") if tally.removed else ""


def _cost(report: Report) -> str:
    cost = report.cost
    return money.delta(cost) if cost.cash or cost.committed or cost.unknown else ""


def count(number: int, noun: str, sign: str = "") -> str:
    """1 node, +5 nodes"""
    return f"{sign}{number:,} {noun}{'' if number == 1 else 's'}"


def arrow(before: object, after: object) -> str:
    """9 → 14; one value where both are equal, and a dash for what is not there."""
    b, a = (DASH if v is None else str(v) for v in (before, after))
    return a if a == b else f"{b} → {a}"


def why_lines(cluster: ClusterReport) -> Iterator[tuple[str, str]]:
    """Subject and sentence for each change of the plan, causes first."""
    changes, why = cluster.changes, cluster.why
    for work, reason in zip(changes.workloads, why.workloads, strict=True):
        yield work.name, _because(reason, workload_change(work))
    for pool, reason in zip(changes.pools, why.pools, strict=True):
        yield f"pool {pool.name}", _because(reason, pool_change(pool))
    for quota, reason in zip(changes.quotas, why.quotas, strict=True):
        old, new = (q.gpus if q else {} for q in (quota.before, quota.after))
        held = [f"{n} {arrow(old.get(n, 0), new.get(n, 0))}" for n in sorted({*old, *new}) if old.get(n) != new.get(n)]
        pods = arrow(quota.before.pods if quota.before else 0, quota.after.pods if quota.after else 0)
        yield f"quota of {quota.name}", _because(reason, "GPUs " + ", ".join(held) if held else f"pods {pods}")
    for account, reason in zip(changes.account, why.account, strict=True):
        old_use, new_use = (u.used_vcpus if u else None for u in (account.before, account.after))
        limit = arrow(*(u.limit_vcpus if u else None for u in (account.before, account.after)))
        yield f"account quota {account.name}", _because(reason, f"vCPUs {arrow(old_use, new_use)} of {limit}")
    if counts := count_change(changes.before, changes.after):
        yield "scheduling", counts
    yield from _without_effect(cluster)


def _because(reason: Reason, effect: str) -> str:
    if reason.edits:
        return f"{', '.join(map(str, reason.edits))}: {effect}"
    return f"{effect}; follows from {', '.join(reason.follows)}"


def _without_effect(cluster: ClusterReport) -> Iterator[tuple[str, str]]:
    """Edits that no change of the plan follows from are named too: somebody expected something."""
    w = cluster.why
    used = {e for reasons in (w.workloads, w.pools, w.quotas, w.account) for r in reasons for e in r.edits}
    for edit in cluster.edits:
        if edit not in used:
            yield edit.subject, f"{edit}: the plan stays as it is"


def workload_change(change: Change[PlannedWorkload]) -> str:
    """replicas 9 → 14; limit: tpot at 31 in flight. Every part that differs."""
    before, after = change.before, change.after
    if after is None:
        return f"{count(before.option.replicas if before else 0, 'replica')} fewer"
    if before is None:
        return f"replicas {replicas(after)} on {layout(after)}; limit: {limit(after)}"
    pairs = [
        ("replicas", replicas(before), replicas(after)),
        ("layout", layout(before), layout(after)),
        ("priority", before.priority, after.priority),
        ("survives", before.survive, after.survive),
        ("places for rollouts", before.surge, after.surge),
        ("pod", pod(before), pod(after)),
        ("limit", limit(before), limit(after)),
        ("pods", placed(before), placed(after)),
    ]
    changed = [f"{name} {arrow(b, a)}" for name, b, a in pairs if b != a]
    if before.option.replicas != after.option.replicas and limit(before) == limit(after):
        changed.append(f"limit: {limit(after)}")
    return "; ".join(changed) or "predicted performance differs"


def replicas(planned: PlannedWorkload) -> str:
    """9 (7 to 12): the count and its interval."""
    interval = planned.option.replicas_interval
    return f"{planned.option.replicas}" + (f" ({interval[0]}{DASH}{interval[1]})" if interval else "")


def layout(planned: PlannedWorkload) -> str:
    """l40s x4, or what a pod without a model asks for"""
    o = planned.option
    if o.layout is not None:
        return str(o.layout)
    return f"{o.pod.accelerator} x{o.pod.gpus}" if o.pod.gpus else "CPU"


def limit(planned: PlannedWorkload) -> str:
    """tpot at 31 in flight"""
    prediction = planned.option.prediction
    return planned.option.binding + (f" at {prediction.batch} in flight" if prediction else "")


def pod(planned: PlannedWorkload) -> str:
    """4 GPUs, 24 CPU, 180GiB"""
    p = planned.option.pod
    gpus = f"{count(p.gpus, 'GPU')}, " if p.gpus else ""
    return f"{gpus}{p.cpu} CPU, {p.memory}"


def placed(planned: PlannedWorkload) -> str:
    """9 on g6e-12xlarge"""
    return ", ".join(f"{n} on {pool}" for pool, n in sorted(planned.pools.items())) or "nowhere"


def pool_change(change: Change[Pool]) -> str:
    """nodes 9 → 14; spare 1 unchanged; alternate g6e.24xlarge"""
    before, after = change.before, change.after
    parts = [f"nodes {arrow(before.nodes if before else 0, after.nodes if after else 0)}"]
    old, new = before.spares if before else 0, after.spares if after else 0
    if old or new:
        parts.append(f"spare {old} unchanged" if old == new else f"spare {old} → {new}")
    if (before and before.extra) or (after and after.extra):
        parts.append(f"of them for scheduling {arrow(before.extra if before else 0, after.extra if after else 0)}")
    if after and after.releasing:
        parts.append(kept_words(after))
    elif before and before.releasing:
        parts.append(f"{before.releasing} released")
    if before and after and before.zones != after.zones:
        parts.append(f"zones {arrow(', '.join(before.zones), ', '.join(after.zones))}")
    if after and after.alternates:
        parts.append(f"alternate {', '.join(after.alternates)}")
    return "; ".join(parts)


def standing(pool: Pool) -> str:
    """7, or 7 (2 for scheduling, 3 until released)"""
    apart = [f"{n} {why}" for n, why in ((pool.extra, "for scheduling"), (pool.releasing, "until released")) if n]
    return f"{pool.nodes} ({', '.join(apart)})" if apart else str(pool.nodes)


def price(pool: Pool | None) -> str | None:
    """Money a month of all its nodes."""
    if pool is None:
        return None
    return money.monthly(pool.cost)


def total(plan: CapacityPlan) -> str:
    """$38,298/month; at least that where prices are missing; unknown where all are, for nodes are never free."""
    if not priced(plan):
        return "cost unknown"
    return f"{'at least ' if plan.unpriced else ''}{money.monthly(plan.total)}/month"


def priced(plan: CapacityPlan) -> bool:
    """Whether anything of the plan has a known price, or nothing of it needs one."""
    return not plan.unpriced or any(p.price.rate is not None for p in plan.pools) or bool(plan.total)


def spent(cost: TeamCost | None) -> str:
    """Money a month of a team, as far as prices are known."""
    if cost is None:
        return DASH
    if not cost.unpriced:
        return money.monthly(cost.rate)
    return f"at least {money.monthly(cost.rate)}" if cost.rate else "unknown"


def pool_rows(report: Report) -> Iterator[tuple[str, ...]]:
    """Cluster, pool, type, market, nodes, spares, GPUs, money of each changed pool."""
    for cluster in report.clusters:
        for c in cluster.changes.pools:
            one = c.after or c.before
            if one is None:
                continue
            b, a = c.before, c.after
            numbers = ((standing(p), p.spares, p.gpus) if p else (0, 0, 0) for p in (b, a))
            yield (
                cluster.changes.cluster,
                c.name,
                one.instance_type,
                one.market,
                *(arrow(x, y) for x, y in zip(*numbers, strict=True)),
                arrow(price(b), price(a)),
            )


def team_cells(row: TeamRow) -> tuple[str, str, str, str]:
    """Team, GPU quota, money, budget."""
    gpus = ", ".join(f"{kind} {arrow(b, a)} ({cluster})" for cluster, kind, b, a in row.gpus) or "unchanged"
    cost = arrow(*(None if r is None else money.monthly(r) for r in (row.before, row.after)))
    if row.unpriced:
        known = any((row.before, row.after))
        cost = f"{cost} without {', '.join(row.unpriced)}" if known else "unknown"
    return row.team, gpus, cost, money.monthly(row.budget) if row.budget else DASH


def place(finding: Finding) -> str:
    """teams/search.yaml:14:19, or what it is about where no file is known."""
    return str(finding.position) if finding.position else finding.where


def contract_notes(plans: Sequence[CapacityPlan]) -> tuple[str, ...]:
    """Under which promises the counts hold, once each."""
    return tuple(dict.fromkeys(p.contract for p in plans if p.contract))
