"""A model by its own config.json, the whole way: sized, declared, and stale when the file's meaning changes."""

import json
from pathlib import Path

import pytest

from cli.invoke import Tonnage, edit, reference
from tonnage.capacity.situation import planned, situation
from tonnage.catalog.local import with_local_models

CONFIG = {
    "architectures": ["Qwen3ForCausalLM"],
    "hidden_size": 5120,
    "intermediate_size": 25600,
    "num_hidden_layers": 64,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "vocab_size": 151936,
    "max_position_embeddings": 40960,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
    "quantization_config": {"quant_method": "fp8", "weight_block_size": [128, 128]},
}
"""The shape of Qwen3 32B in fp8."""
OWN = "models/own/config.json"


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    """The reference repository, whose chat model is one of its own."""
    folder = reference(tmp_path / "specs")
    for file in folder.glob("plan/**/*.yaml"):
        file.unlink()
    (folder / OWN).parent.mkdir(parents=True)
    write(folder)
    named = f"    model: {{config: {OWN}}}\n    source: s3://models/own\n"
    edit(folder / "teams/search.yaml", "    model: Qwen/Qwen3-32B-FP8\n", named)
    return folder


def write(folder: Path, **changes: object) -> None:
    """The file, with other values."""
    (folder / OWN).write_text(json.dumps(CONFIG | changes, indent=2), encoding="utf-8")


def test_it_is_planned_as_the_shipped_model_of_the_same_shape(specs: Path, tmp_path: Path) -> None:
    """Pools, replicas and money alike."""
    shipped = planned(situation(reference(tmp_path / "shipped")))
    own = planned(situation(specs))

    assert not [f for f in own.findings if f.severity == "error"]
    assert {n: p.pools for n, p in own.plans.items()} == {n: p.pools for n, p in shipped.plans.items()}
    assert own.plans["prod-east"].total == shipped.plans["prod-east"].total


def test_it_is_declared_with_its_weights(tonnage: Tonnage, specs: Path) -> None:
    """From the source that the team names, under a name that requests can use."""
    done = tonnage(specs, "preview", "--format", "json")

    assert done.code == 0, done.err
    assert "s3://models/own" in done.out
    assert "--served-model-name=models/own" in done.out


def test_the_plan_is_stale_when_the_file_means_something_else(tonnage: Tonnage, specs: Path) -> None:
    """A word that changes nothing leaves it fresh; a layer more does not."""
    assert tonnage(specs, "plan", "--write").code == 0
    write(specs, transformers_version="5.2")
    assert "has changed since" not in tonnage(specs, "check").out

    write(specs, num_hidden_layers=63)
    done = tonnage(specs, "check")
    assert done.code == 1
    assert "search has changed since it was planned" in done.out
    assert "assist has changed" not in done.out


def test_without_source_nobody_knows_where_the_weights_are(tonnage: Tonnage, specs: Path) -> None:
    """The config holds none."""
    edit(specs / "teams/search.yaml", "    source: s3://models/own\n", "")
    done = tonnage(specs, "check")

    assert done.code == 1
    assert "but not where its weights are; add source" in done.out


def test_a_mistake_in_the_file_is_found_there(tonnage: Tonnage, specs: Path) -> None:
    """With its line; nothing is planned on half a model."""
    write(specs, hidden_size="wide")
    done = tonnage(specs, "plan")

    assert (done.code, done.out) == (1, "")
    assert f"{OWN}:5:3: error TN402: hidden_size: 'wide' is not a whole number" in done.err


def test_a_missing_file_is_found_where_the_spec_names_it(tonnage: Tonnage, specs: Path) -> None:
    """Once for each workload that does."""
    (specs / OWN).unlink()
    done = tonnage(specs, "check")
    lines = [line for line in done.out.splitlines() if OWN in line]

    assert done.code == 1
    assert len(lines) == 1
    assert lines[0].startswith("teams/search.yaml:")
    assert f"there is no file {OWN}" in lines[0]


@pytest.mark.parametrize("link", ["models", "models/own", OWN])
def test_no_link_on_the_way_is_followed(tonnage: Tonnage, specs: Path, tmp_path: Path, link: str) -> None:
    """Neither of the file nor of a folder above it: a repository must hold what is planned."""
    (specs / link).rename(tmp_path / "elsewhere")
    (specs / link).symlink_to(tmp_path / "elsewhere")
    done = tonnage(specs, "check")

    assert done.code == 1
    assert f"{OWN} lies behind a symbolic link" in done.out


def test_without_local_models_nothing_changes(tmp_path: Path) -> None:
    """Not even the catalogue's version."""
    at = situation(reference(tmp_path / "specs"))
    assert at.specs is not None
    assert at.catalog is not None
    assert with_local_models(at.specs, at.catalog, tmp_path) == (at.specs, at.catalog, ())
