"""Servers for the tests: a small lawful one, and one that uses everything."""

from dataclasses import replace
from typing import Any

from tonnage.manifests.serving.server import SecretKey, Server
from tonnage.units import Cpu, Memory

MINIMAL = Server(
    team="search",
    workload="chat",
    namespace="team-search",
    model="Qwen/Qwen3-32B",
    source="Qwen/Qwen3-32B",
    revision="9216db5781bf21249d130ec9da846c4624c16137",
    image="vllm/vllm-openai:v0.33.0",
    replicas=1,
    gpus=1,
    cpu=Cpu.parse("4"),
    memory=Memory.parse("80GiB"),
    ephemeral_storage=Memory.parse("95GiB"),
    pools=("p5-48xlarge-reserved",),
    context_length=16384,
    max_num_seqs=256,
    gpu_memory_utilization=0.92,
    precision="bf16",
    published_precision="bf16",
)
FULL = replace(
    MINIMAL,
    source="s3://models/qwen3-32b/v1",
    revision=None,
    replicas=4,
    gpus=2,
    cpu=Cpu.parse("7500m"),
    pools=("p5-48xlarge-reserved", "g6e-12xlarge"),
    precision="fp8",
    kv_precision="fp8",
    engine_args={"enable-prefix-caching": True, "max-num-batched-tokens": 8192, "compilation-config": {"level": 3.0}},
    billions_of_parameters=32.8,
    priority="production",
    survive="zone",
    spread="required",
    rollout="surge",
    drain_seconds=120,
    env={"AWS_REGION": "us-east-1"},
    secret_env={"AWS_SECRET_ACCESS_KEY": SecretKey("store", "key"), "AWS_ACCESS_KEY_ID": SecretKey("store", "id")},
    hub_token=SecretKey("hub", "token"),
    service_account_annotations={"eks.amazonaws.com/role-arn": "arn:aws:iam::000000000000:role/models"},
    image_pull_secrets=("registry",),
)


def server(**changes: Any) -> Server:
    """The small server with changes."""
    return replace(MINIMAL, **changes)
