"""Batch pods: one option an accelerator that can hold them, or the reason why there is none."""

from capacity.factories import A100, H100, H200
from tonnage.capacity.batch import size_batch
from tonnage.capacity.coefficients import load_coefficients
from tonnage.capacity.options import Offered
from tonnage.capacity.result import Sizing, WorkloadId
from tonnage.spec.workload import Batch
from tonnage.units import Cpu, Memory

C = load_coefficients()
ID = WorkloadId("insights", "embeddings")
OFFER: Offered = [(H200, [8]), (H100, [4, 8]), (A100, [1])]


def sized(offer: Offered = OFFER, **keys: object) -> Sizing:
    """A batch of 40 pods."""
    return size_batch(ID, Batch.model_validate({"name": "embeddings", "pods": 40} | keys), offer, C)


def test_pods_without_gpus_fit_anywhere() -> None:
    """One option without an accelerator, also where the cluster has none."""
    for offer in (OFFER, []):
        (option,) = sized(offer).options
        assert (option.replicas, option.layout, option.pod.accelerator, option.pod.gpus) == (40, None, None, 0)
        assert (option.prediction, option.engine, option.replicas_interval) == (None, None, None)


def test_every_accelerator_with_enough_gpus_on_a_node_competes() -> None:
    """In order of their names; one with too few is rejected with both counts."""
    sizing = sized(gpus=4)
    assert [o.pod.accelerator for o in sizing.options] == ["h100-sxm", "h200-sxm"]
    assert [(r.what, r.why) for r in sizing.rejections] == [
        ("a100-80-sxm", "the largest node of the cluster has 1, a pod needs 4")
    ]
    assert sizing.findings == ()


def test_a_pod_may_take_a_whole_node() -> None:
    """Eight GPUs on a node of eight."""
    assert [o.pod.accelerator for o in sized(gpus=8).options] == ["h100-sxm", "h200-sxm"]


def test_a_stated_accelerator_is_the_only_one() -> None:
    """The others are rejected by that."""
    sizing = sized(gpus=1, accelerator="h200-sxm")
    assert [o.pod.accelerator for o in sizing.options] == ["h200-sxm"]
    assert {r.what: r.why for r in sizing.rejections} == {
        "a100-80-sxm": "not the accelerator that the workload asks for",
        "h100-sxm": "not the accelerator that the workload asks for",
    }


def test_an_accelerator_that_the_cluster_lacks_is_an_error() -> None:
    """With the reason of each rejection."""
    sizing = sized(gpus=1, accelerator="l40s")
    assert sizing.options == ()
    (error,) = sizing.findings
    assert error.where == "insights/embeddings"
    assert error.what.startswith("nothing can run pods of 1 GPUs: l40s: no node type of the cluster has it;")


def test_pods_of_gpus_on_a_cluster_without_any_are_an_error() -> None:
    """Not an empty plan."""
    (error,) = sized([], gpus=1).findings
    assert error.what == "nothing can run pods of 1 GPUs: the cluster has no accelerator"


def test_a_batch_without_pods_is_an_error() -> None:
    """Nothing is guessed."""
    (error,) = sized(pods=None).findings
    assert (error.what, error.fix) == ("pods is not set", "say how many pods run at once")


def test_what_a_pod_asks_of_its_host_by_default() -> None:
    """4 cores a GPU or 1 without, 4 GiB a core, 30 GiB of disk with GPUs and 10 without."""
    (bare,) = sized().options
    assert (bare.pod.cpu, bare.pod.memory, bare.pod.ephemeral) == (Cpu.parse("1"), Memory.gib(4), Memory.gib(10))
    two = sized(gpus=2).options[0]
    assert (two.pod.cpu, two.pod.memory, two.pod.ephemeral) == (Cpu.parse("8"), Memory.gib(32), Memory.gib(30))


def test_what_is_stated_of_a_pod_is_taken_and_the_rest_follows() -> None:
    """Memory follows the stated cores; the ledger says which is which."""
    (option,) = sized(cpu="1500m").options
    assert (option.pod.cpu, option.pod.memory) == (Cpu.parse("1500m"), Memory.gib(6))
    words = {e.name: (e.value, e.formula) for e in option.ledger}
    assert words["pods at once"] == ("40", "as stated")
    assert words["cpu per pod"] == ("1.5 cores", "as stated")
    assert words["memory per pod"] == ("6GiB", "4 GiB x 1.5 cores")
