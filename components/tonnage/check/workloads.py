"""Whether the workloads of a team name things that exist, and whether their keys agree with each other."""

from collections.abc import Iterator

from tonnage.catalog.catalog import Catalog
from tonnage.check.rule import TeamRule
from tonnage.findings import Finding, Severity
from tonnage.spec.cluster import Cluster
from tonnage.spec.local_model import LocalModel
from tonnage.spec.suggest import instead
from tonnage.spec.team import Team
from tonnage.spec.workload import Batch, Serving, Training


def _models(team: Team, _: Cluster, catalog: Catalog) -> Iterator[Finding]:
    workloads: tuple[Serving | Training | Batch, ...] = (*team.serving, *team.training, *team.batch)
    for w in workloads:
        if isinstance(w.model, str) and w.model not in catalog.models:
            fix = instead(w.model, catalog.models, "add its row to catalog.yaml")
            yield Finding(f"{team.name}/{w.name} model", f"the catalogue has no model '{w.model}'", fix, code="TN201")


def _accelerators(team: Team, _: Cluster, catalog: Catalog) -> Iterator[Finding]:
    for where, name in _named(team):
        if name not in catalog.accelerators:
            fix = instead(name, catalog.accelerators, "add its row to catalog.yaml")
            yield Finding(where, f"the catalogue has no accelerator '{name}'", fix, code="TN202")


def _named(team: Team) -> Iterator[tuple[str, str]]:
    choosing: tuple[Serving | Training, ...] = (*team.serving, *team.training)
    for w in choosing:
        yield from ((f"{team.name}/{w.name} accelerators[{i}]", name) for i, name in enumerate(w.accelerators))
    for s in team.serving:
        if s.server is not None:
            yield f"{team.name}/{s.name} server.accelerator", s.server.accelerator
    for b in team.batch:
        if b.accelerator is not None:
            yield f"{team.name}/{b.name} accelerator", b.accelerator


def _served(team: Team, _: Cluster, __: Catalog) -> Iterator[Finding]:
    for s in team.serving:
        at = f"{team.name}/{s.name}"
        if s.model is None and s.server is None:
            yield Finding(
                at, "says neither what model it serves nor what server it runs", "add model, or server", code="TN230"
            )
        if isinstance(s.model, LocalModel) and s.source is None:
            what = "tells by its config how large it is, but not where its weights are"
            yield Finding(f"{at} model", what, "add source", code="TN238")
        if s.server is not None:
            yield from _of_server(at, s)
        t = s.traffic
        if isinstance(t.input_tokens, int) and t.input_tokens_p95 is not None and t.input_tokens_p95 < t.input_tokens:
            what = f"the 95th percentile of {t.input_tokens_p95:,} tokens is under the mean of {t.input_tokens:,}"
            yield Finding(
                f"{at} traffic.inputTokensP95", what, "exchange the two, or leave inputTokensP95 out", code="TN232"
            )


def _of_server(at: str, s: Serving) -> Iterator[Finding]:
    """A measured server is a whole; keys of a model would silently do nothing."""
    for key, value in (("model", s.model), ("disaggregated", s.disaggregated), ("tensorParallel", s.tensor_parallel)):
        if value is not None:
            yield Finding(f"{at} {key}", "has no meaning beside server", f"drop {key}, or server", code="TN231")


def _batches(team: Team, _: Cluster, __: Catalog) -> Iterator[Finding]:
    for b in team.batch:
        at = f"{team.name}/{b.name}"
        if b.pods is None and b.tokens is None:
            yield Finding(
                at, "says neither how many pods run nor how many tokens are due", "add pods, or tokens", code="TN233"
            )
        elif b.tokens is not None and b.pods is not None:
            what = "are given with pods: the one follows from the other"
            yield Finding(f"{at} tokens", what, "drop pods, or tokens", code="TN233")
        elif (b.tokens is None) != (b.model is None):
            there, missing = ("tokens", "model") if b.model is None else ("model", "tokens")
            yield Finding(
                f"{at} {there}", f"means nothing without {missing}", f"add {missing}, or drop {there}", code="TN233"
            )
        if b.accelerator is not None and not b.gpus and b.model is None:
            what = "asks for an accelerator, but for no GPU of it"
            yield Finding(f"{at} accelerator", what, "add gpus, or drop accelerator", code="TN234")


def _tiers(team: Team, _: Cluster, __: Catalog) -> Iterator[Finding]:
    for s in team.serving:
        if (s.priority or team.priority) == "bestEffort" and s.survive != "nothing":
            what = f"holds places for the loss of a {s.survive}, but as bestEffort it gives way to everything"
            fix = "write survive: nothing, or a higher priority"
            yield Finding(f"{team.name}/{s.name} survive", what, fix, Severity.WARNING, code="TN235")
    for b in team.batch:
        yield from _tier(f"{team.name}/{b.name}", b, b.priority or team.priority)


def _tier(at: str, b: Batch, priority: str) -> Iterator[Finding]:
    if b.capacity == "idle" and priority != "bestEffort":
        what = f"runs on idle capacity and yields at once, but its priority is {priority}"
        yield Finding(f"{at} capacity", what, "write priority: bestEffort", code="TN236")
    if b.spot and priority == "production":
        what = "may lose its nodes at any time, but its priority is production"
        yield Finding(f"{at} spot", what, "drop spot, or write a lower priority", Severity.WARNING, code="TN237")


WORKLOADS: tuple[TeamRule, ...] = (_models, _accelerators, _served, _batches, _tiers)
"""Rules over workloads."""
