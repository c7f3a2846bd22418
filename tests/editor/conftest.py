"""The language server that editors use, where it is installed: `make test` does that, wherever there is npm."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from editor.language_server import LanguageServer

PACKAGE = "yaml-language-server"
PINNED = json.loads((Path(__file__).parent / "package.json").read_text(encoding="utf-8"))["dependencies"][PACKAGE]
ROOT = Path(__file__).parents[2]


def installed() -> Path | None:
    """The folder of the package, in the pinned version."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(os.environ.get("TONNAGE_EDITOR") or cache / "tonnage" / "editor") / "node_modules" / PACKAGE
    about = folder / "package.json"
    if not about.is_file() or json.loads(about.read_text(encoding="utf-8"))["version"] != PINNED:
        return None
    return folder


@pytest.fixture(scope="session")
def editor() -> Iterator[LanguageServer]:
    """A running server for the reference repository."""
    node, package = shutil.which("node"), installed()
    if node is None:
        pytest.skip("node is not on the path: no language server can run")
    if package is None:
        pytest.skip(f"{PACKAGE} {PINNED} is not installed: `make test` installs it where there is npm")
    script = package / "out" / "server" / "src" / "server.js"
    server = LanguageServer.start([node, str(script), "--stdio"], ROOT / "stacks")
    yield server
    server.stop()
