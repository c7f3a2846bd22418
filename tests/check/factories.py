"""A small catalogue, made by hand: two clouds, three accelerators, three models."""

from datetime import date

from tonnage.catalog.accelerators import Accelerator, Source
from tonnage.catalog.catalog import Catalog
from tonnage.catalog.models import Model
from tonnage.catalog.node_types import NodeType
from tonnage.units import Bandwidth, Compute, Cpu, Memory

SOURCE = Source("made for a test", date(2026, 11, 23))


def accelerator(name: str) -> Accelerator:
    """An accelerator; checks read its name only."""
    return Accelerator(
        name=name,
        vendor="nvidia",
        memory=Memory.parse("44GiB"),
        bandwidth=Bandwidth.parse("864GB/s"),
        peak={"bf16": Compute.parse("362TFLOP/s")},
        link=None,
        resource="nvidia.com/gpu",
        source=SOURCE,
    )


def node_type(name: str, cloud: str = "aws", accelerator: str | None = None, gpus: int = 0) -> NodeType:
    """A node type without price."""
    return NodeType(
        name=name,
        cloud=cloud,
        accelerator=accelerator,
        gpus=gpus,
        cpu=Cpu.parse("48"),
        memory=Memory.parse("384GiB"),
        local_disk=None,
        rdma=None,
        max_pods=110,
        arch="amd64",
        allocatable_cpu=None,
        allocatable_memory=None,
        source=SOURCE,
    )


def model(name: str) -> Model:
    """A dense model of 8 billion parameters."""
    return Model(
        id=name,
        layers=36,
        hidden_size=4096,
        heads=32,
        kv_heads=8,
        head_dim=128,
        mla_width=None,
        full_attention_layers=36,
        window_layers=0,
        window=0,
        linear=None,
        vocabulary=151_936,
        tied_embeddings=False,
        max_context=40_960,
        moe=None,
        total_parameters=8_190_735_360,
        embedding_parameters=1_244_659_712,
        active_parameters=7_568_405_504,
        precision="bf16",
        source=SOURCE,
    )


def catalog() -> Catalog:
    """The whole catalogue."""
    types = (
        node_type("g6e.12xlarge", "aws", "l40s", 4),
        node_type("g6e.48xlarge", "aws", "l40s", 8),
        node_type("p5.48xlarge", "aws", "h100-sxm", 8),
        node_type("m7i.4xlarge"),
        node_type("a3-highgpu-8g", "gcp", "h100-sxm", 8),
        node_type("n2-standard-8", "gcp"),
    )
    return Catalog(
        accelerators={name: accelerator(name) for name in ("h100-sxm", "l4", "l40s")},
        node_types={t.name: t for t in types},
        models={name: model(name) for name in ("Qwen/Qwen3-32B", "Qwen/Qwen3-8B", "openai/gpt-oss-20b")},
        daemon_sets=(),
        releases={},
        version="test",
    )
