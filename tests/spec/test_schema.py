"""The JSON Schema that editors use: it takes what the loader takes, and refuses what it refuses for its shape."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from jsonschema import Draft202012Validator

from tonnage.files.yaml import parse_yaml, read_yaml
from tonnage.spec.base import SpecModel
from tonnage.spec.cluster import Cluster
from tonnage.spec.problems import problems_of
from tonnage.spec.schema import DIALECT, descriptions, json_schema, models
from tonnage.spec.team import Team

KINDS: dict[Literal["cluster", "team"], type[SpecModel]] = {"cluster": Cluster, "team": Team}
EXAMPLES = [
    (kind, path)
    for kind in KINDS
    for path in sorted((Path(__file__).parents[2] / "stacks" / f"{kind}s").glob("*.yaml"))
]


def as_json(tree: object) -> Any:
    """What an editor sees: days are text there."""
    return json.loads(json.dumps(tree, default=str))


def refusals(kind: Literal["cluster", "team"], tree: object) -> list[str]:
    """What the schema has against a file."""
    validator = Draft202012Validator(json_schema(kind))
    return sorted(e.json_path for e in validator.iter_errors(as_json(tree)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_is_one(kind: Literal["cluster", "team"]) -> None:
    """Of the dialect that it names."""
    schema = json_schema(kind)
    assert schema["$schema"] == DIALECT
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(("kind", "path"), EXAMPLES, ids=lambda x: x if isinstance(x, str) else x.stem)
def test_it_accepts_every_example(kind: Literal["cluster", "team"], path: Path) -> None:
    """An editor marks nothing in the reference specs."""
    document, _ = read_yaml(path, path.name)
    assert document is not None
    assert refusals(kind, document.value) == []


@pytest.mark.parametrize("model", [m for root in KINDS.values() for m in models(root)], ids=lambda m: m.__name__)
def test_every_key_is_described(model: type[SpecModel]) -> None:
    """Hovering over any key tells what it means."""
    assert model.__doc__
    assert set(model.model_fields) <= set(descriptions(model))
    assert all(text.endswith(".") for text in descriptions(model).values())


def walk(schema: Any) -> list[Mapping[str, Any]]:
    """All objects of a schema that say what may be written; a condition says when."""
    if isinstance(schema, dict):
        return [schema, *(s for key, part in schema.items() if key != "if" for s in walk(part))]
    return [s for part in schema for s in walk(part)] if isinstance(schema, list) else []


@pytest.mark.parametrize("kind", KINDS)
def test_no_key_takes_null_or_unknown_neighbours(kind: Literal["cluster", "team"]) -> None:
    """The loader refuses both, so completion must not offer them."""
    parts = walk(json_schema(kind))
    assert {"type": "null"} not in parts
    assert all(p.get("additionalProperties") is False for p in parts if "properties" in p and "$schema" not in p)
    assert not [p for p in parts if "default" in p and p["default"] is None]


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_with_a_pattern_shows_an_example_that_matches(kind: Literal["cluster", "team"]) -> None:
    """Editors insert it."""
    texts = [p for p in walk(json_schema(kind)) if "pattern" in p and "examples" in p]
    assert len(texts) > 5
    for text in texts:
        examples = [str(e).strip('"') for e in text["examples"]]
        assert all(Draft202012Validator(text).is_valid(e) for e in examples), text


def test_keys_without_effect_say_so() -> None:
    """Nobody learns it only from a plan."""
    team = json_schema("team")
    assert team["properties"]["notebooks"]["description"] == (
        "Seats for people. Not planned yet: no nodes are counted for notebooks."
    )
    pools = json_schema("cluster")["$defs"]["NodePools"]["properties"]["provisioner"]["description"]
    assert pools.endswith("Not planned yet (managed, cluster-api): pools are declared for Karpenter only.")


CLUSTER = """\
kind: Cluster
name: east
platform: eks
region: us-east-1
zones: [us-east-1a]
kubernetes: "1.35"
asOf: 2026-11-23
nodePools: {provisioner: karpenter, instanceTypes: [g6e.12xlarge]}
"""
TEAM = """\
kind: Team
name: search
contact: search@example.com
clusters: {east: {}}
serving:
  - name: chat
    model: Qwen/Qwen3-32B
    traffic: {requests: 12/s, inputTokens: 2000, outputTokens: 400}
"""
SHAPES: list[tuple[Literal["cluster", "team"], str, str]] = [
    ("cluster", "platform: eks", "platform: eksx"),
    ("cluster", "platform: eks", "platforn: eks"),
    ("cluster", "kind: Cluster", "kind: Team"),
    ("cluster", "name: east", "name: East"),
    ("cluster", "name: east", f"name: {'e' * 41}"),
    ("cluster", "region: us-east-1\n", ""),
    ("cluster", "zones: [us-east-1a]\n", ""),
    ("cluster", "zones: [us-east-1a]", "zones: []"),
    ("cluster", "zones: [us-east-1a]", "zones: us-east-1a"),
    ("cluster", 'kubernetes: "1.35"', "kubernetes: 1.35"),
    ("cluster", 'kubernetes: "1.35"', 'kubernetes: "1.35.2"'),
    ("cluster", "asOf: 2026-11-23", "asOf: tomorrow"),
    ("cluster", "instanceTypes:", "limits: {gpus: -1}, instanceTypes:"),
    ("cluster", "instanceTypes:", "limits: {gpus: '4'}, instanceTypes:"),
    ("cluster", "instanceTypes:", "limits: {cost: 5}, instanceTypes:"),
    ("cluster", "instanceTypes:", "limits: {cost: 5 EUR/month}, instanceTypes:"),
    ("cluster", "instanceTypes:", "markets: {g6e.12xlarge: [cheap]}, instanceTypes:"),
    ("team", "contact: search@example.com\n", ""),
    ("team", "clusters: {east: {}}", "clusters: {}"),
    ("team", "clusters: {east: {}}", "clusters: [east]"),
    ("team", "12/s", "12"),
    ("team", "12/s", "12/day"),
    ("team", "inputTokens: 2000", "inputTokens: 0"),
    ("team", "inputTokens: 2000", "inputTokens: {trase: a.csv}"),
    ("team", "inputTokens: 2000", "inputTokens: 2000, ramp: fast"),
    ("team", "inputTokens: 2000", "inputTokens: 2000, prefixCacheHits: 0.3"),
    ("team", "model: Qwen/Qwen3-32B", "model: {konfig: x}"),
    ("team", "model: Qwen/Qwen3-32B", "model: 32"),
    ("team", "model: Qwen/Qwen3-32B", "model: m\n    replicas: 0"),
    ("team", "model: Qwen/Qwen3-32B", "model: m\n    replicas: 1.5"),
    ("team", "model: Qwen/Qwen3-32B", "model: m\n    tensorParallel: true"),
    ("team", "model: Qwen/Qwen3-32B", "model: m\n    slo: {tpotP95: 40}"),
    ("team", "model: Qwen/Qwen3-32B", "model: m\n    slo: {tpot_p95: 40ms}"),
    ("team", "model: Qwen/Qwen3-32B", "model: m\n    engineArgs: {a_b: 1}"),
    ("team", "model: Qwen/Qwen3-32B", "model: m\n    engineArgs: {a: [1]}"),
    ("team", "model: Qwen/Qwen3-32B", "model: m\n    run: 1"),
    ("team", "model: Qwen/Qwen3-32B", "model: m\n    adapters: [{name: a, source: s, rank: 2000}]"),
]


@pytest.mark.parametrize(("kind", "old", "new"), SHAPES)
def test_schema_and_loader_refuse_the_same_shapes(kind: Literal["cluster", "team"], old: str, new: str) -> None:
    """What an editor shows as right does not fail in the pipeline, and the other way round."""
    text = CLUSTER if kind == "cluster" else TEAM
    assert old in text
    for content, wrong in ((text, False), (text.replace(old, new), True)):
        document, findings = parse_yaml(content.encode(), "f")
        assert findings == ()
        assert document is not None
        assert bool(refusals(kind, document.value)) == wrong
        assert bool(problems_of(KINDS[kind], document.value)[1]) == wrong


def test_it_is_the_same_under_any_hash_seed() -> None:
    """A committed schema changes only with the models."""
    code = "import json; from tonnage.spec.schema import json_schema as s; print(json.dumps([s('team'), s('cluster')]))"
    texts = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in "012"
    }
    assert len(texts) == 1
