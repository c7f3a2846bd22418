"""What all tests share, and the rule that a skipped test never passes for a run one."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from cli.invoke import Tonnage

ROOT = Path(__file__).parent.parent

settings.register_profile("tonnage", deadline=None)  # on a busy machine any deadline makes sound tests fail
settings.load_profile("tonnage")


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


@pytest.fixture
def tonnage(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Tonnage:
    """The command line, run in this process."""
    return Tonnage(monkeypatch, capsys)


class OneSandboxAtATime(LoadScopeScheduling):  # type: ignore[misc] # xdist ships no types
    """Tests go to whichever worker is free, but those of the sandbox all to one, one after the other.

    A control plane for each worker would want the whole machine, and each module's own would be started twice.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "sandbox" if nodeid.startswith("tests/sandbox/") else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneSandboxAtATime:
    """Of a run with several workers."""
    return OneSandboxAtATime(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the gate say which folder's tests may skip; every other skip then fails the run."""
    parser.addoption(
        "--skips-only-in", metavar="FOLDER", action="append", help="fail if a test outside these folders was skipped"
    )


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in which a check outside the allowed folder saw nothing."""
    allowed = session.config.getoption("--skips-only-in")
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if allowed is None or reporter is None or hasattr(session.config, "workerinput"):
        return
    skipped = [r.nodeid for r in reporter.stats.get("skipped", []) if not r.nodeid.startswith(tuple(allowed))]
    if skipped:
        reporter.write_line(
            f"{len(skipped)} tests outside {', '.join(allowed)} were skipped: {', '.join(skipped[:10])}", red=True
        )
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
