"""What the page about existing nodes shows works as it stands there."""

from pathlib import Path

from cli.invoke import Tonnage
from docs.blocks import commands
from docs.test_examples import specs_of


def test_the_example_of_the_page_plans_without_an_error(tonnage: Tonnage, tmp_path: Path) -> None:
    """Its files, as it shows them, and its commands, in its order."""
    folder = specs_of("docs/inventory.md", tmp_path)
    listed = commands("docs/inventory.md")

    assert ["plan"] in listed
    for args in listed:
        done = tonnage(folder, *args)
        assert done.code == 0, f"{args}: {done.err}"
        assert "warning" not in done.err
