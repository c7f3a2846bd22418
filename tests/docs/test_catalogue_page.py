"""What docs/catalogue.md shows works as it stands there."""

from pathlib import Path

from cli.invoke import Tonnage, reference
from docs.blocks import blocks, commands
from tonnage.catalog.hf_architectures import ARCHITECTURES
from tonnage.catalog.load import load_catalog

PAGE = "docs/catalogue.md"


def shown_file() -> str:
    """The file of a user's own rows that the page shows."""
    return next(b.text for b in blocks(PAGE) if b.language == "yaml" and b.text.startswith("kind: Catalog"))


def test_the_shown_file_is_lawful(tmp_path: Path) -> None:
    """A type of a cloud of which nothing is shipped, its price, and the memory of a card."""
    file = tmp_path / "catalog.yaml"
    file.write_text(shown_file(), encoding="utf-8")
    catalog, findings = load_catalog(file)

    assert not findings
    assert catalog is not None
    node = catalog.node_types["BM.GPU.H100.8"]
    assert node.price("onDemand", "eu-frankfurt-1") is not None
    assert node.known_markets == ("onDemand", "reserved")
    assert catalog.accelerators["mi325x"].memory is not None


def test_the_shown_commands_work_with_it(tonnage: Tonnage, tmp_path: Path) -> None:
    """On the reference repository, with the file in it."""
    specs = reference(tmp_path / "specs")
    (specs / "catalog.yaml").write_text(shown_file(), encoding="utf-8")
    listed = commands(PAGE)

    assert len(listed) == 4
    for args in listed:
        done = tonnage(specs, *args)
        assert done.code == 0, f"{args}: {done.err}"


def test_no_architecture_is_missing_from_the_page() -> None:
    """Whoever adds one says so."""
    text = "".join(Path(__file__).parents[2].joinpath(PAGE).read_text(encoding="utf-8").split()).lower()
    for name in ARCHITECTURES:
        family = name.removesuffix("ForCausalLM").lower()
        told = {"deepseekv2": "deepseekv2", "deepseekv3": "v3", "deepseekv32": "v3.2", "gemma3": "gemma2and3",
                "gptoss": "gpt-oss"}  # fmt: skip
        assert told.get(family, family) in text, name
