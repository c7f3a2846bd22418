"""What specs and catalogue say against each other, word for word and at its place."""

from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import get_args

import pytest

from check.factories import catalog
from spec.folders import FILES, SEARCH, WEST, write
from spec.table import Case, cases
from tonnage.catalog.shipped import shipped_catalog
from tonnage.check import check
from tonnage.check.floors import floors
from tonnage.findings import Severity
from tonnage.spec.cluster import Platform
from tonnage.spec.load import Specs, load_specs, load_what_can_be

CASES = cases(Path(__file__).parent / "wrong.txt")


def loaded(folder: Path) -> Specs:
    """Specs that load without an error."""
    specs, findings = load_specs(folder)
    assert specs is not None, findings
    return specs


def test_right_specs_have_no_findings(tmp_path: Path) -> None:
    """So that every finding below comes from its exchange."""
    assert check(loaded(write(tmp_path)), catalog()) == ()


def test_the_table_is_whole() -> None:
    """A table that is read wrongly would prove nothing."""
    assert len(CASES) >= 45
    assert all(c.said for c in CASES)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_cannot_be_is_said(case: Case, tmp_path: Path) -> None:
    """What is wrong, how to mend it, at the line where it stands."""
    assert case.seen(check(loaded(write(tmp_path, *case.changes)), catalog())) == case.said


def test_a_team_called_platform_would_take_the_platforms_stack(tmp_path: Path) -> None:
    """Stacks are named after team and cluster; the platform's own are named first."""
    team = {"teams/platform.yaml": SEARCH.replace("search", "platform")}
    found = check(loaded(write(tmp_path, files=team)), catalog())
    assert [str(f) for f in found] == [
        "teams/platform.yaml:2:7: error TN255: team platform name: "
        f"its stack platform-{cluster} has the name of the stack of the platform on {cluster}; "
        "give one of them another name"
        for cluster in ("east", "west")
    ]


def test_stacks_of_two_teams_never_share_a_name(tmp_path: Path) -> None:
    """search on a-west and search-a on west would."""
    files = {
        "clusters/a-west.yaml": WEST.replace("name: west", "name: a-west"),
        "teams/search-a.yaml": SEARCH.replace("name: search", "name: search-a").replace("  east: {}\n", ""),
    }
    folder = write(tmp_path, ("teams/search.yaml", "  east: {}\n", "  east: {}\n  a-west: {}\n"), files=files)
    (finding,) = check(loaded(folder), catalog())
    assert str(finding) == (
        "teams/search-a.yaml:2:7: error TN255: team search-a name: its stack search-a-west has the name of the stack "
        "of team search on a-west; give one of them another name"
    )


def test_pools_of_two_types_never_share_a_name(tmp_path: Path) -> None:
    """A user's own row may differ from a shipped one by a dot only."""
    rows = catalog()
    twin = replace(rows.node_types["g6e.12xlarge"], name="g6e-12xlarge")
    folder = write(tmp_path, ("clusters/west.yaml", "[g6e.12xlarge]", "[g6e.12xlarge, g6e-12xlarge]"))
    (finding,) = check(loaded(folder), replace(rows, node_types={**rows.node_types, twin.name: twin}))
    assert finding.what == "'g6e-12xlarge' and 'g6e.12xlarge' would give their pools one name"


def test_a_mistake_in_what_differs_is_shown_where_it_differs(tmp_path: Path) -> None:
    """And one that stands in the workload itself only there, however many clusters run it."""
    change = ("teams/search.yaml", "      traffic: {requests: 30/m}\n", "      model: Qwen/Qwen3-8\n")
    found = check(loaded(write(tmp_path, change)), catalog())
    assert [(str(f.position), f.what) for f in found] == [
        ("teams/search.yaml:10:14", "the catalogue has no model 'Qwen/Qwen3-8'")
    ]
    both = check(loaded(write(tmp_path, ("teams/search.yaml", "Qwen3-32B", "Qwen3-64B"))), catalog())
    assert [str(f.position) for f in both] == ["teams/search.yaml:13:12"]


def test_a_budget_beside_an_unlimited_cluster_means_something(tmp_path: Path) -> None:
    """What is not stated is unknown, never 0."""
    assert check(loaded(write(tmp_path, ("teams/search.yaml", "60000 USD", "9000000 USD"))), catalog()) == ()


def test_an_ended_reservation_does_not_stop_a_plan(tmp_path: Path) -> None:
    """Time alone must not turn a pipeline red."""
    change = ("clusters/east.yaml", "price: 31.40", "until: 2026-01-01, price: 31.40")
    assert [f.severity for f in check(loaded(write(tmp_path, change)), catalog())] == [Severity.WARNING]


def test_what_is_right_is_checked_beside_what_is_not(tmp_path: Path) -> None:
    """Mistakes of all stages come in one run: a file that cannot be read hides no other."""
    files = {"teams/broken.yaml": "kind: [", "clusters/west.yaml": FILES["clusters/west.yaml"].replace("12x", "13x")}
    specs, findings = load_what_can_be(write(tmp_path, files=files))
    assert [f.position.file for f in findings if f.position] == ["teams/broken.yaml"]
    assert [f.what for f in check(specs, catalog())] == ["the catalogue has no type 'g6e.13xlarge'"]


def test_the_order_of_rows_and_clusters_means_nothing(tmp_path: Path) -> None:
    """Equal input, equal findings."""
    folder = write(tmp_path, *CASES[0].changes, ("teams/search.yaml", "Qwen3-32B", "Qwen3-64B"))
    specs, rows = loaded(folder), catalog()
    mixed = replace(rows, node_types={n: rows.node_types[n] for n in sorted(rows.node_types, reverse=True)})
    turned = replace(
        specs,
        clusters={n: specs.clusters[n] for n in sorted(specs.clusters, reverse=True)},
        teams={n: specs.teams[n] for n in sorted(specs.teams, reverse=True)},
    )
    assert check(turned, mixed) == check(specs, rows)


def test_a_team_called_pools_would_overwrite_the_pools(tmp_path: Path) -> None:
    """Its plan file lies beside that of the cluster's pools."""
    team = {"teams/pools.yaml": SEARCH.replace("name: search", "name: pools").replace("  east: {}\n", "")}
    (finding,) = check(loaded(write(tmp_path, files=team)), catalog())
    assert str(finding).startswith(
        "teams/pools.yaml:2:7: error TN257: team pools name: 'pools' is the name of the plan"
    )


def test_a_budget_is_not_judged_beside_a_cluster_that_cannot_be_read(tmp_path: Path) -> None:
    """What a broken file says of its limits, nobody knows."""
    limited = (
        "clusters/west.yaml",
        "instanceTypes: [g6e.12xlarge]",
        "instanceTypes: [g6e.12xlarge]\n  limits: {cost: 9 USD/h}",
    )
    over = ("teams/search.yaml", "60000 USD", "9000000 USD")
    specs, _ = load_what_can_be(
        write(tmp_path / "a", limited, over, ("clusters/east.yaml", "platform: eks", "platform: x"))
    )
    assert check(specs, catalog()) == ()
    whole, _ = load_what_can_be(write(tmp_path / "b", limited, over))
    assert [f.code for f in check(whole, catalog())] == ["TN250"]


def test_a_reservation_that_has_ended_commits_to_nothing(tmp_path: Path) -> None:
    """Only what is paid for is held against the limit."""
    tight = ("clusters/east.yaml", "cost: 250000", "cost: 25000")
    ended = ("clusters/east.yaml", "price: 31.40", "until: 2026-01-01, price: 31.40")
    assert {f.code for f in check(loaded(write(tmp_path / "a", tight)), catalog())} == {"TN251"}
    assert {f.code for f in check(loaded(write(tmp_path / "b", tight, ended)), catalog())} == {"TN216"}


def test_a_reservation_without_any_price_is_not_taken_for_free(tmp_path: Path) -> None:
    """Nothing is said of a sum that is not known."""
    unpriced = ("clusters/east.yaml", ", price: 31.40 USD/h", "")
    tight = ("clusters/east.yaml", "cost: 250000", "cost: 1")
    assert check(loaded(write(tmp_path, unpriced, tight)), catalog()) == ()


def test_floors_of_kubernetes_have_sources() -> None:
    """Facts with a day; patterns that name accelerators and platforms that exist."""
    assert floors()
    for floor in floors():
        assert floor.source.title.startswith("NVIDIA/aicr@")
        assert floor.source.checked <= date(2026, 12, 31)
        assert any(fnmatchcase(name, floor.accelerator) for name in shipped_catalog().accelerators)
        assert any(fnmatchcase(platform, floor.platform) for platform in get_args(Platform))


def test_nodes_that_exist_need_neither_region_nor_zones(tmp_path: Path) -> None:
    """Nothing is bought, so no price or zone is asked for; of bought nodes both must be told."""
    nodes = "nodes: [{name: dgx, count: 2, accelerator: h100-sxm, gpus: 8, cpu: 96, memory: 1TiB, labels: {a/b: c}}]"
    own = (
        ("clusters/west.yaml", "region: us-west-2\nzones: [us-west-2a]\n", ""),
        (
            "clusters/west.yaml",
            "provisioner: karpenter\n  instanceTypes: [g6e.12xlarge]",
            f"provisioner: none\n  {nodes}",
        ),
    )
    assert check(loaded(write(tmp_path / "a", *own)), catalog()) == ()
    _, findings = load_specs(write(tmp_path / "b", own[0]))
    assert [(f.where, f.code) for f in findings] == [("region", "TN111"), ("zones", "TN111")]
