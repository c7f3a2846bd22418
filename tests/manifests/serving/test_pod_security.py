"""Engines run unprivileged: their namespace lets in nothing else."""

from pathlib import Path

import pytest
import yaml

from manifests.pod_security import refused
from manifests.serving.factories import FULL, MINIMAL
from tonnage.manifests.serving.pods import pod
from tonnage.manifests.serving.server import Server


@pytest.mark.parametrize("server", [MINIMAL, FULL], ids=["minimal", "full"])
def test_the_restricted_standard_lets_an_engine_in(server: Server) -> None:
    """Not one of its rules is broken."""
    assert refused(pod(server)) == []


def test_an_engine_that_breaks_a_rule_would_be_seen() -> None:
    """The check is no formality: each single change is refused."""
    changes: tuple[dict[str, object], ...] = (
        {"privileged": True},
        {"allowPrivilegeEscalation": True},
        {"capabilities": {"drop": []}},
    )
    for change in changes:
        template = pod(MINIMAL)
        template["spec"]["containers"][0]["securityContext"] |= change
        assert refused(template), change


def test_the_check_agrees_with_kubernetes_on_its_own_examples(data: Path) -> None:
    """Both ways: every pod that must fail fails, and every one that must pass passes."""
    folder = data / "podsecurity" / "restricted" / "v1.35"
    judged = {
        (verdict, file.stem): refused(yaml.safe_load(file.read_text()))
        for verdict in ("pass", "fail")
        for file in sorted((folder / verdict).glob("*.yaml"))
    }

    assert len(judged) == 23 + 76
    assert not [key for key, found in judged.items() if (key[0] == "fail") != bool(found)]
