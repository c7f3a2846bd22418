"""The ledger in words: every number of a plan with its formula, its inputs and its source."""

from collections.abc import Iterator, Sequence

from tonnage.capacity.ledger import Entry
from tonnage.capacity.result import CapacityPlan, PlannedWorkload, Pool
from tonnage.report import words
from tonnage.report.counts import count_lines
from tonnage.report.escape import visible
from tonnage.units import HOURS_PER_MONTH


def subjects(plans: Sequence[CapacityPlan]) -> tuple[str, ...]:
    """What can be explained alone: workloads as team/name, pools, clusters."""
    names = [str(w.id) for p in plans for w in p.workloads] + [x.name for p in plans for x in p.pools]
    return tuple(sorted({*names, *(p.cluster for p in plans)}))


def explain(plans: Sequence[CapacityPlan], what: str | None = None) -> str | None:
    """The derivation of everything, or of one workload (team/name or bare name), pool or cluster; None: not found."""
    lines = [line for plan in plans for line in _plan(plan, what)]
    return "\n".join(map(visible, lines)).rstrip("\n") + "\n" if lines else None


def _plan(plan: CapacityPlan, what: str | None) -> Iterator[str]:
    for w in plan.workloads:
        if what in {None, str(w.id), w.id.name, plan.cluster}:
            yield from _workload(w, plan)
    for p in plan.pools:
        if what in {None, p.name, plan.cluster}:
            yield from _pool(p, plan)
    if what in {None, plan.cluster}:
        yield from _whole(plan)


def _workload(w: PlannedWorkload, plan: CapacityPlan) -> Iterator[str]:
    yield f"{w.id} on {plan.cluster}: {words.replicas(w)} replicas on {words.layout(w)}; limit: {words.limit(w)}"
    yield f"  Demand: {w.demand}. Tier {w.priority}, survives the loss of {w.survive}."
    if w.option.by_phase:
        needed = ", ".join(f"{n} {phase}" for phase, n in w.option.by_phase.items())
        yield f"  Replicas that each phase needs: {needed}. Declared and paid at all hours: {w.option.replicas}."
    yield f"  One pod asks for {words.pod(w)}. Placed: {words.placed(w)}."
    yield from _entries(w.option.ledger)
    if w.rejections:
        yield "  What else could run it, and why it does not:"
        yield from (f"    {r.what}: {r.why}" for r in w.rejections)
    yield ""


def _pool(p: Pool, plan: CapacityPlan) -> Iterator[str]:
    extra = f", {p.extra} of them for scheduling {plan.scheduling}" if p.extra else ""
    spare = f"{extra}, {p.spares} of them spare" if p.spares else extra
    until = f", {p.releasing} until released" if p.releasing else ""
    nodes = f"{words.count(p.nodes, 'node')} of {p.instance_type}, {p.market}{spare}{until}"
    yield f"pool {p.name} on {plan.cluster}: {nodes}"
    for pattern in p.patterns:
        held = ", ".join(f"{n} x {workload}" for workload, n in sorted(pattern.pods.items()))
        yield f"  {words.count(pattern.nodes, 'node')} each with {held}"
    if p.by_phase:
        yield f"  Nodes by part of the month: {', '.join(f'{n} {name}' for name, n in p.by_phase.items())}"
    if p.utilisation:
        used = ", ".join(f"{name} {float(share.amount):.0%}" for name, share in sorted(p.utilisation.items()))
        yield f"  Used of what pods may use, spares left out: {used}"
    yield from _price(p)
    yield from _entries(e for e in plan.ledger if _about(e, p.name))
    yield ""


def _price(p: Pool) -> Iterator[str]:
    dated = f", as of {p.price.as_of}" if p.price.as_of else ""
    if p.price.rate is None:
        yield f"  Price: unknown ({p.price.source})"
        return
    hour = float(p.price.rate.amount)
    month = f"{float(p.cost.per_month.amount) if p.cost else 0:,.2f} USD a month"
    part = f" x {float(p.paid):.2%} of the hours" if p.paid is not None else ""
    sum_ = f"{p.nodes} x {hour:.4f} USD/h x {HOURS_PER_MONTH} h{part} = {month}"
    yield f"  Price: {sum_} (source: {p.price.source}{dated})"


def _whole(plan: CapacityPlan) -> Iterator[str]:
    cost = f"{plan.total.per_month} in {HOURS_PER_MONTH} hours" if words.priced(plan) else "cost unknown"
    yield f"{plan.cluster}, as of {plan.as_of}: {cost}"
    if plan.phases:
        yield f"  Parts of the month: {', '.join(f'{name} {float(share):.1%}' for name, share in plan.phases.items())}"
    for run in plan.runs:
        cost = f"{run.money}" if run.money is not None else "unknown money"
        yield f"  Run {run.id}: under way {float(run.hours):.1%} of the month, {cost} in it beside everything else"
    if plan.if_scaled is not None:
        yield f"  If replicas followed the phases: {plan.if_scaled.per_month}; not counted, for nothing declares it yet"
    if plan.releasing is not None:
        yield f"  Of it, for nodes that stand until they are released: {plan.releasing.per_month} a month"
    if plan.contract:
        yield f"  The counts hold under: {plan.contract}"
    for line in count_lines(plan):
        yield f"    {line}"
    yield from _entries(e for e in plan.ledger if not any(_about(e, p.name) for p in plan.pools))
    yield ""


def _about(entry: Entry, pool: str) -> bool:
    """Whether an entry of the plan speaks of a pool: its name stands in it as a word."""
    return pool in entry.name.replace(":", " ").replace(",", " ").split()


def _entries(ledger: Sequence[Entry] | Iterator[Entry]) -> Iterator[str]:
    entries = list(ledger)
    if entries:
        yield "  How it follows:"
    for e in entries:
        yield f"    {e.name} = {e.value}"
        if e.formula:
            yield f"        {e.formula}"
        if e.source:
            yield f"        source: {e.source}"
