"""A sandbox for the tests that need one; where it cannot be had they skip, and say why."""

import os
from collections.abc import Generator, Iterator, Sequence

import pytest

from sandbox.proof import HERE, RUN, Proof, Run
from stacks.conftest import repo as repo  # noqa: PLC0414 a fixture: its name is its use
from tonnage.testing.sandbox import Sandbox, why_not
from tonnage.testing.sandbox.binaries import programs


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What compares the page with the run comes after all that the run shows."""
    items.sort(key=lambda item: item.nodeid.startswith(f"{HERE}test_proof.py"))


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """A run of some tests is not the whole."""
    for item in items:
        item.config.stash.setdefault(RUN, Run()).deselected += item.nodeid.startswith(HERE)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """How each test of this folder ended."""
    report = yield
    item.config.stash.setdefault(RUN, Run()).note(report)
    return report


@pytest.fixture
def proof(request: pytest.FixtureRequest) -> Proof:
    """What the test shows, for docs/proof.md."""
    return Proof(request.config.stash.setdefault(RUN, Run()), request.node.nodeid)


@pytest.fixture(scope="session", autouse=True)
def _wanted() -> None:
    """Skip where the gate does not want a control plane: it takes 20 minutes to build."""
    if os.environ.get("TONNAGE_SANDBOX") == "off":
        pytest.skip("TONNAGE_SANDBOX is off: no control plane was started")


@pytest.fixture(scope="session")
def real() -> None:
    """Skip where no sandbox can be had; build it where that is allowed."""
    if reason := why_not():
        pytest.skip(reason)
    programs()


@pytest.fixture(scope="module")
def cluster(real: None, request: pytest.FixtureRequest) -> Iterator[Sandbox]:  # noqa: ARG001 it skips
    """One control plane for the tests of a module; its logs stay when one of them fails."""
    before = request.session.testsfailed
    with Sandbox() as started:
        yield started
        if request.session.testsfailed > before:
            print(f"the logs of the sandbox are in {started.keep_logs()}")  # noqa: T201 pytest shows it with the failure
