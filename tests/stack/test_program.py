"""What a stack's program refuses, before anything is declared."""

from pathlib import Path

import pytest

from cli.invoke import Tonnage, edit, reference
from tonnage.preview import Recording, record
from tonnage.stack import declare

PLATFORM = {"role": "platform", "cluster": "prod-east", "context": "x"}
TEAM = {"role": "team", "cluster": "prod-east", "team": "search", "context": "x"}


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    """The reference repository without plan files."""
    folder = reference(tmp_path / "specs")
    for file in folder.glob("plan/**/*.yaml"):
        file.unlink()
    return folder


def run(specs: Path, config: dict[str, str]) -> Recording:
    """A recording of the stack."""
    full = {f"tonnage:{key}": value for key, value in config.items()} | {"tonnage:specs": str(specs)}
    return record(declare, "p", "s", full)


def refused(specs: Path, config: dict[str, str]) -> list[str]:
    """Errors of a stack that declares nothing."""
    recording = run(specs, config)
    assert recording.resources == ()
    return [f"{f.where}: {f.what}" for f in recording.findings]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cluster": "prod-west"}, "tonnage:cluster: there is no cluster 'prod-west'"),
        ({"team": "serach"}, "tonnage:team: no team 'serach' runs on prod-east"),
        ({"cluster": "staging", "team": "assist"}, "tonnage:team: no team 'assist' runs on staging"),
    ],
)
def test_a_config_that_names_what_is_not_there_is_refused(specs: Path, change: dict[str, str], said: str) -> None:
    """With what there is."""
    assert refused(specs, TEAM | change) == [said]


def test_a_mistake_in_a_spec_stops_every_stack(specs: Path) -> None:
    """Nothing is declared from specs that cannot be read."""
    edit(specs / "teams/assist.yaml", "burstiness: bursty", "burstiness: rough")
    assert any("rough" in f for f in refused(specs, TEAM))


def test_a_plan_with_errors_is_not_declared(specs: Path) -> None:
    """A budget that would be exceeded, without plan files that say otherwise."""
    edit(specs / "teams/search.yaml", "budget: 75000 USD/month", "budget: 10 USD/month")
    (found,) = refused(specs, {**TEAM, "cluster": "staging"}) or [""]
    assert "budget" in found


def test_pools_of_another_platform_are_planned_but_not_declared(specs: Path) -> None:
    """Karpenter's objects for AWS would start nothing on Google's nodes."""
    edit(specs / "clusters/staging.yaml", "platform: eks", "platform: gke")
    edit(specs / "clusters/staging.yaml", "[g6e.4xlarge, g6e.12xlarge]", "[g2-standard-48]")
    edit(specs / "clusters/staging.yaml", "region: us-east-1", "region: us-central1")
    edit(specs / "clusters/staging.yaml", "zones: [us-east-1a]", "zones: [us-central1-a]")
    edit(specs / "teams/search.yaml", "accelerators: [l40s]", "accelerators: [l40s, l4]")
    found = refused(specs, {**PLATFORM, "cluster": "staging"})

    assert found == ["cluster staging platform: pools of karpenter on gke are not declared yet"]


def test_a_stale_slice_stops_its_own_stack_and_the_platforms_alone(specs: Path, tonnage: Tonnage) -> None:
    """Two merged pull requests cannot stop a third."""
    assert tonnage(specs, "plan", "--write").code == 0
    edit(specs / "teams/search.yaml", "requests: 12/s", "requests: 13/s")

    for config in (TEAM, PLATFORM):
        assert any("has changed since it was planned" in f for f in refused(specs, config))
    assert run(specs, {**TEAM, "team": "assist"}).resources


def test_a_stored_plan_is_declared_as_it_is(specs: Path, tonnage: Tonnage) -> None:
    """What was reviewed is what is applied: the plan is not made again."""
    tonnage(specs, "plan", "--write")
    stored = specs / "plan/prod-east/search.yaml"
    assert stored.is_file()
    own, fresh = run(specs, TEAM).resources, None
    for file in specs.glob("plan/**/*.yaml"):
        file.unlink()
    fresh = run(specs, TEAM).resources

    assert own == fresh
