"""Training runs with stated GPUs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capacity.factories import B200, H100
from tonnage.capacity.coefficients import load_coefficients
from tonnage.capacity.result import Sizing, WorkloadId
from tonnage.capacity.training import largest_pod, size_training
from tonnage.findings import Severity
from tonnage.spec.workload import Training

ID = WorkloadId("search", "ranker")


def sized(**keys: Any) -> Sizing:
    """On nodes of eight H100 and of four B200."""
    base = {"name": "ranker", "model": "Qwen/Qwen3-8B", "method": "full", "tokens": "20B", "sequenceLength": 8192}
    run = Training.model_validate(base | {"globalBatch": 512, "gpus": 16} | keys)
    return size_training(ID, run, [(H100, [1, 8]), (B200, [4])], load_coefficients())


def test_pods_are_as_large_as_a_node_allows() -> None:
    """Sixteen GPUs are two pods of eight, or four of four."""
    shapes = {o.pod.accelerator: (o.replicas, o.pod.gpus) for o in sized().options}

    assert shapes == {"h100-sxm": (2, 8), B200.name: (4, 4)}


@given(st.integers(1, 512), st.integers(0, 16))
def test_every_gpu_is_in_one_pod(gpus: int, per_node: int) -> None:
    """No more on a pod than on a node, and none left over."""
    each = largest_pod(gpus, per_node)

    assert each <= per_node
    assert (each == 0) == (per_node == 0)
    assert each == 0 or gpus % each == 0


def test_without_gpus_nothing_is_counted_and_that_is_said() -> None:
    """How many are needed is not computed yet."""
    sizing = sized(gpus=None)
    (warning,) = sizing.findings

    assert (sizing.options, warning.severity, warning.code) == ((), Severity.WARNING, "TN318")


@pytest.mark.parametrize("wanted", [("a100-80-sxm",), ("a100-80-sxm", "l4")])
def test_an_accelerator_that_no_node_has_is_an_error(wanted: tuple[str, ...]) -> None:
    """With what was tried."""
    (error,) = sized(accelerators=wanted).findings

    assert error.severity is Severity.ERROR
    assert "a100-80-sxm: no node type of the cluster has it" in error.what
