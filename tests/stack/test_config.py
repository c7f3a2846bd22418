"""The config of a stack, read and judged as a whole."""

from pathlib import Path

import pulumi
import pytest

from tonnage.findings import Finding
from tonnage.manifests.declared import SECRET
from tonnage.preview import record
from tonnage.stack.config import StackConfig, stack_config

PLATFORM = {"role": "platform", "cluster": "prod-east", "context": "east"}
TEAM = {**PLATFORM, "role": "team", "team": "search"}


def read(config: dict[str, str], root: Path = Path("/repo")) -> tuple[StackConfig | None, tuple[Finding, ...]]:
    """The config as a program sees it."""
    seen: list[tuple[StackConfig | None, tuple[Finding, ...]]] = []
    full = {f"tonnage:{key}": value for key, value in config.items()}
    recording = record(lambda: seen.append(stack_config()), "p", "s", full, ["tonnage:kubeconfig"], root=root)
    assert not recording.findings
    return seen[0]


def test_a_platform_stack_names_its_cluster() -> None:
    """The shortest config that works."""
    config, found = read(PLATFORM)

    assert not found
    assert config is not None
    assert (config.role, config.cluster, config.team, config.context) == ("platform", "prod-east", None, "east")
    assert config.kubeconfig is None


def test_a_team_stack_names_its_team() -> None:
    """Role, cluster, team."""
    config, found = read(TEAM)

    assert not found
    assert config is not None
    assert (config.role, config.team) == ("team", "search")


def test_specs_lie_beside_the_program_or_where_the_config_says() -> None:
    """A relative folder counts from Pulumi.yaml, as other paths of a project do."""
    beside, elsewhere, absolute = (
        read({**PLATFORM, **more})[0] for more in ({}, {"specs": "../specs"}, {"specs": "/specs"})
    )
    assert beside is not None
    assert elsewhere is not None
    assert absolute is not None
    assert beside.specs == Path.cwd()
    assert (elsewhere.specs, absolute.specs) == (Path("/repo/../specs"), Path("/specs"))


def test_a_kubeconfig_is_a_secret_even_where_the_config_file_forgot_to_say_so() -> None:
    """It never shows in a preview or a log."""

    def program() -> None:
        config, _ = stack_config()
        assert config is not None
        pulumi.export("seen", config.kubeconfig)

    plain = {"tonnage:role": "platform", "tonnage:cluster": "c", "tonnage:kubeconfig": "canary"}
    assert record(program, "p", "s", plain).exports == {"seen": SECRET}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, ["role", "cluster", "kubeconfig"]),
        ({**PLATFORM, "role": "admin"}, ["role"]),
        ({**PLATFORM, "team": "search"}, ["team"]),
        ({"role": "team", "cluster": "c", "context": "x"}, ["team"]),
        ({**PLATFORM, "kubeconfig": "both"}, ["kubeconfig"]),
        ({"role": "team"}, ["cluster", "team", "kubeconfig"]),
    ],
    ids=["nothing", "unknown role", "team of a platform", "no team", "two ways in", "several"],
)
def test_every_mistake_is_found_at_once(config: dict[str, str], expected: list[str]) -> None:
    """Each with the key that is wrong and how to set it right."""
    read_config, found = read(config)

    assert read_config is None
    assert [f.where for f in found] == [f"tonnage:{key}" for key in expected]
    assert all(f.fix for f in found)
