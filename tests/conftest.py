"""What all tests share."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of outside facts (CRDs, recordings) that TONNAGE_DATA names; without it the test skips."""
    named = os.environ.get("TONNAGE_DATA")
    if not named:
        pytest.skip("TONNAGE_DATA is not set: the outside data of this test is absent")
    return Path(named)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT
