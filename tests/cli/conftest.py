"""The command line as a fixture."""

import pytest

from cli.invoke import Tonnage


@pytest.fixture
def tonnage(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tonnage:
    """Runs commands in this process."""
    return Tonnage(monkeypatch, capsys)
