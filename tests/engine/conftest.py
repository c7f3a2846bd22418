"""Tests that need the Pulumi command line; where it is absent they skip, and say so."""

import shutil

import pytest


@pytest.fixture(autouse=True)
def _engine() -> None:
    if shutil.which("pulumi") is None:
        pytest.skip("pulumi is not on PATH: the real engine was not run")
