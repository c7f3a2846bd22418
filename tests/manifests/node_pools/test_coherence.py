"""Mixes that do not go together are found, each once, at the argument to change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.node_pools.factories import ALL, CPU, gpu_pool, reserved
from tonnage.findings import Severity
from tonnage.manifests.node_pools.coherence import MARKETS, incoherent
from tonnage.manifests.node_pools.pool import KarpenterPool, QuietHours
from tonnage.units import Duration, Memory


def wrong(pool: KarpenterPool) -> list[str]:
    """Arguments that are told of."""
    return [f.where.removeprefix("p.") for f in incoherent(pool, "p")]


@pytest.mark.parametrize("pool", ALL, ids=lambda p: p.name)
def test_sound_pools_pass(pool: KarpenterPool) -> None:
    """With GPUs and without, in every market."""
    assert incoherent(pool, "p") == ()


@pytest.mark.parametrize(
    ("pool", "argument"),
    [
        (gpu_pool(market="reserved", zones=("a",)), "reservation"),
        (gpu_pool(market="spot", reservation="cr-0a", zones=("a",)), "reservation"),
        (gpu_pool(market="onDemand", reservation="cr-0a", zones=("a",)), "reservation"),
        (reserved(reservation="my-reservation"), "reservation"),
        (reserved(zones=("a", "b")), "zones"),
        (reserved(instance_types=("p5.48xlarge", "p5en.48xlarge")), "alternates"),
        (reserved(surge=1), "surge"),
        (gpu_pool(zones=()), "zones"),
        (gpu_pool(zones=("a", "a")), "zones"),
        (gpu_pool(accelerator=None), "accelerator"),
        (gpu_pool(gpus_per_node=0), "gpus_per_node"),
        (gpu_pool(gpus_per_node=-1), "gpus_per_node"),
        (gpu_pool(nodes=-1), "nodes"),
        (gpu_pool(surge=-1), "surge"),
        (gpu_pool(name="G6e.12xlarge"), "pool"),
        (gpu_pool(name="a" * 64), "pool"),
        (gpu_pool(instance_types=("g6e.12xlarge", "g6e.12xlarge")), "alternates"),
        (gpu_pool(ami="al2023@latest"), "ami"),
        (gpu_pool(ami="bottlerocket@v20260903"), "ami"),
        (gpu_pool(grace=Duration.parse("9m")), "grace"),
        (gpu_pool(grace=Duration.parse("600500ms")), "grace"),
        (gpu_pool(quiet_hours=QuietHours(duration=Duration.parse("90s"))), "quiet_hours.duration"),
        (gpu_pool(quiet_hours=QuietHours(schedule="8 o'clock")), "quiet_hours.schedule"),
        (gpu_pool(disk=Memory.parse("20GiB")), "disk"),
        (gpu_pool(disk=Memory.parse("200GB")), "disk"),
        (gpu_pool(disk=Memory.parse("17TiB")), "disk"),
        (gpu_pool(labels={"tonnage.dev/pool": "other"}), "labels.tonnage.dev/pool"),
        (gpu_pool(labels={"karpenter.sh/nodepool": "a"}), "labels.karpenter.sh/nodepool"),
        (gpu_pool(labels={"karpenter.k8s.aws/instance-family": "a"}), "labels.karpenter.k8s.aws/instance-family"),
        (gpu_pool(labels={"kubernetes.io/hostname": "a"}), "labels.kubernetes.io/hostname"),
        (gpu_pool(tags={"tonnage.dev/pool": "a"}), "tags.tonnage.dev/pool"),
    ],
)
def test_each_unsound_mix_is_found_where_it_is_changed(pool: KarpenterPool, argument: str) -> None:
    """Before the cloud refuses it, or sells what the plan does not know."""
    assert wrong(pool) == [argument]


def test_every_finding_is_an_error_with_a_way_out() -> None:
    """Nothing of a pool that cannot work is declared."""
    pool = gpu_pool(zones=(), nodes=-1, accelerator=None, market="reserved", ami="latest")

    found = incoherent(pool, "p")
    assert len(found) == 5
    assert all(f.fix and f.severity is Severity.ERROR for f in found)


@given(
    market=st.sampled_from(MARKETS),
    reservation=st.none() | st.just("cr-0a1b"),
    accelerator=st.none() | st.just("l40s"),
    gpus=st.integers(-1, 8),
)
def test_sound_means_paid_for_and_complete(
    market: str, reservation: str | None, accelerator: str | None, gpus: int
) -> None:
    """A reservation goes with its market and only with it; an accelerator with GPUs and only with them."""
    changes = {"market": market, "reservation": reservation, "accelerator": accelerator, "gpus_per_node": gpus}
    pool = gpu_pool(zones=("a",), **changes)

    sound = (market == "reserved") == (reservation is not None) and (gpus > 0) == (accelerator is not None)
    assert (incoherent(pool, "p") == ()) is (sound and gpus >= 0)


def test_an_empty_pool_is_sound() -> None:
    """A plan may need no node of a pool for now: then none may start."""
    assert incoherent(gpu_pool(nodes=0), "p") == ()
    assert CPU.gpus_per_node == 0
