"""Whether adapters have a model to stand beside, names of their own, and shares that fit into one whole."""

from collections.abc import Iterator

from tonnage.catalog.catalog import Catalog
from tonnage.check.rule import TeamRule, again
from tonnage.findings import Finding
from tonnage.spec.cluster import Cluster
from tonnage.spec.team import Team
from tonnage.units import Share


def _adapters(team: Team, _: Cluster, __: Catalog) -> Iterator[Finding]:
    for s in team.serving:
        at = f"{team.name}/{s.name} adapters"
        if s.adapters and s.model is None:
            yield Finding(at, "stand beside no model", "add model, or drop the adapters", code="TN240")
        for i, name in again([s.name, *(a.name for a in s.adapters)]):
            what = f"'{name}' is a name that requests use already"
            yield Finding(f"{at}[{i - 1}].name", what, "give it another name", code="TN241")
        whole = sum((a.share for a in s.adapters if a.share is not None), Share.parse("0%"))
        if whole > Share.parse("100%"):
            yield Finding(at, f"have shares of {whole} together", "let them sum to 100% at most", code="TN242")


ADAPTERS: tuple[TeamRule, ...] = (_adapters,)
"""Rules over adapters."""
