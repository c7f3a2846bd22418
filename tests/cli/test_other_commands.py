"""Preview, check, schema, help."""

import json
import re
from pathlib import Path

import pytest

from cli.invoke import Tonnage, edit, reference


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    """The reference repository."""
    return reference(tmp_path / "specs")


def test_preview_shows_every_stack_with_its_objects(tonnage: Tonnage, specs: Path) -> None:
    """Components with their children below them."""
    done = tonnage(specs, "preview")

    assert done.code == 0, done.err
    for word in ("platform-prod-east:", "search-staging:", "NodePool", "Deployment team-search/chat", "(protected)"):
        assert word in done.out


def test_preview_of_one_cluster(tonnage: Tonnage, specs: Path) -> None:
    """Stacks of others are left out, and not even run."""
    done = tonnage(specs, "preview", "--cluster", "staging")

    assert "platform-staging" in done.out
    assert "prod-east" not in done.out


def test_preview_as_json(tonnage: Tonnage, specs: Path) -> None:
    """Every resource with stack, type, parent, inputs."""
    tree = json.loads(tonnage(specs, "preview", "--format", "json").out)
    objects = [r for r in tree["resources"] if r["token"].startswith("kubernetes:")]

    assert len(objects) > 50
    assert all(r["parent"] and r["provider"] for r in objects)


def test_preview_runs_the_programs_own_resources_too(tonnage: Tonnage, specs: Path) -> None:
    """What a platform adds in its own program is part of what is declared."""
    own = (
        "import pulumi_kubernetes as k8s\nimport pulumi\n"
        "provider = k8s.Provider('own', context='x')\n"
        "k8s.core.v1.ConfigMap('own-map', metadata={'name': 'own'}, opts=pulumi.ResourceOptions(provider=provider))\n"
    )
    program = specs / "__main__.py"
    program.write_text(program.read_text() + own)
    assert "ConfigMap own" in tonnage(specs, "preview").out


def test_a_stack_without_a_config_file_is_named(tonnage: Tonnage, specs: Path) -> None:
    """What would be declared is not left out in silence."""
    (specs / "config/Pulumi.search-staging.yaml").unlink()
    done = tonnage(specs, "preview")

    assert "stack search-staging: follows from the specs, but has no config file" in done.err


def test_secrets_of_a_stack_config_are_not_shown(tonnage: Tonnage, specs: Path) -> None:
    """A kubeconfig in a config is a secret; its cipher text does not show either."""
    config = specs / "config/Pulumi.platform-staging.yaml"
    edit(config, "tonnage:context: staging", "tonnage:kubeconfig: {secure: CANARY-cipher}")
    done = tonnage(specs, "preview", "--format", "json")

    assert done.code == 0, done.err
    assert "CANARY" not in done.out + done.err


def test_check_is_silent_where_all_is_well(tonnage: Tonnage, specs: Path) -> None:
    """Exit code 0; infos and warnings may stand there, errors not."""
    done = tonnage(specs, "check")

    assert done.code == 0
    assert not re.search(r"(^|: )error( TN\d+)?: ", done.out, re.MULTILINE)


TEN = {
    "clusters/prod-east.yaml": [
        ("platform: eks", "platform: ekss"),
        ("count: 2", "count: 0"),
        ("mode: device-plugin", "mode: device-plugin\n  drivr: x"),
    ],
    "teams/search.yaml": [
        ("requests: 12/s", "requests: 12 per second"),
        ("burstiness: poisson", "burstiness: 2"),
        ("survive: node", "survive: nodes"),
    ],
    "teams/assist.yaml": [
        ("budget: 90000 USD/month", "budget: 90000 EUR/month"),
        ("contextLength: 32768", "contextLength: 3e4"),
        ("name: drafts", "name: Drafts"),
    ],
    "teams/insights.yaml": [("gpus: 1", "gpus: true")],
}


def test_ten_unlike_mistakes_are_ten_findings(tonnage: Tonnage, specs: Path) -> None:
    """Each with its file, line and column, all in one run, and nothing is registered."""
    for name, edits in TEN.items():
        for old, new in edits:
            edit(specs / name, old, new)
    judged, shown = tonnage(specs, "check"), tonnage(specs, "preview")
    lines = [line for line in judged.out.splitlines() if ": error " in line]

    assert judged.code == 1
    files = {name: sum(line.startswith(f"{name}:") for line in lines) for name in TEN}
    assert files == {name: len(edits) for name, edits in TEN.items()}, "\n".join(lines)
    assert len(lines) == 10
    assert all(line.split(" ")[0].count(":") == 3 for line in lines)
    assert (shown.code, shown.out) == (1, "")


@pytest.mark.parametrize("kind", ["cluster", "team"])
def test_schema_prints_a_json_schema(tonnage: Tonnage, tmp_path: Path, kind: str) -> None:
    """It needs no specs."""
    tree = json.loads(tonnage(tmp_path, "schema", kind).out)

    assert tree["$schema"].startswith("https://json-schema.org/")
    assert tree["properties"]["kind"]


@pytest.mark.parametrize("command", ["plan", "preview", "diff", "check", "schema"])
def test_every_command_has_a_help_with_examples(tonnage: Tonnage, tmp_path: Path, command: str) -> None:
    """What it does, every option, and lines to copy."""
    done = tonnage(tmp_path, command, "--help")

    assert done.code == 0
    assert f"tonnage {command}" in done.out.split("Examples:")[1]


def test_outside_of_specs_the_way_out_is_said(tonnage: Tonnage, tmp_path: Path) -> None:
    """Exit code 2, as for any wrong use."""
    done = tonnage(tmp_path, "plan")

    assert (done.code, done.out) == (2, "")
    assert "--specs DIR" in done.err
