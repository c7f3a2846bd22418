"""The three counts of the reference repository, as its page tells them."""

from pathlib import Path

from stacks.conftest import Reference
from tonnage.report.money import monthly


def test_the_page_tells_the_counts_of_the_reference_cluster(repo: Reference, root: Path) -> None:
    """N, N_pinned, N_default and the money between them are those of the plan."""
    packed, pinned, unpinned = repo.plans["prod-east"].counts
    n, n_pinned, n_default = (sum((c.nodes or {}).values()) for c in (packed, pinned, unpinned))
    page = " ".join((root / "docs" / "planning.md").read_text(encoding="utf-8").split())

    assert n_pinned == n_default
    assert pinned.beyond == unpinned.beyond
    assert f"N is {n} nodes, N_pinned and N_default {n_pinned}, for {monthly(pinned.beyond)} a month more" in page


def test_the_packing_of_the_reference_is_confirmed_as_it_is(repo: Reference) -> None:
    """Packed, no cluster needs a node beyond its packing, and nothing waits."""
    for plan in repo.plans.values():
        packed = plan.counts[0]
        assert packed.nodes == {p.name: p.count for p in plan.pools if p.count}
        assert packed.pending == {}
