"""Schema and loader judge alike: what one takes the other takes, and shapes that one refuses the other refuses."""

import json
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from spec.generated import Spoiled, files, spoiled
from tonnage.files.yaml import parse_yaml, write_yaml
from tonnage.spec.base import SpecModel
from tonnage.spec.cluster import Cluster
from tonnage.spec.problems import problems_of
from tonnage.spec.schema import json_schema
from tonnage.spec.team import Team

Kind = Literal["cluster", "team"]
MODELS: dict[Kind, type[SpecModel]] = {"cluster": Cluster, "team": Team}
VALIDATORS = {kind: Draft202012Validator(json_schema(kind)) for kind in MODELS}
WIDE = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def refused(kind: Kind, tree: Any) -> list[str]:
    """What the schema has against data; days are text to it."""
    return [e.json_path for e in VALIDATORS[kind].iter_errors(json.loads(json.dumps(tree, default=str)))]


@pytest.mark.parametrize("kind", MODELS)
@WIDE
@given(st.data())
def test_what_is_lawful_is_taken_by_both(kind: Kind, data: st.DataObject) -> None:
    """Files made from the models, with any of their keys; and YAML holds them unchanged."""
    tree = data.draw(files(MODELS[kind]))
    document, findings = parse_yaml(write_yaml(tree).encode(), "f")

    assert findings == ()
    assert document is not None
    assert document.value == tree
    assert problems_of(MODELS[kind], tree)[1] == ()
    assert refused(kind, tree) == []


@pytest.mark.parametrize("kind", MODELS)
@WIDE
@given(st.data())
def test_a_wrong_shape_is_refused_by_both(kind: Kind, data: st.DataObject) -> None:
    """An unknown key, a list or mapping where none can stand, nothing where something must."""
    found: Spoiled = data.draw(spoiled(MODELS[kind]))
    tree, way = found

    assert refused(kind, tree), way
    assert way == "null" or problems_of(MODELS[kind], tree)[1], way
