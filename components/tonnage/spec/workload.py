"""Workloads of a team: served models, training runs, batch jobs, notebooks."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tonnage.spec.base import Cpu, Duration, Memory, Name, NotPlannedYet, Rate, Share, SpecModel, Tokens

Priority = Literal["production", "standard", "bestEffort"]
Precision = Literal["fp32", "bf16", "fp16", "fp8", "int8", "int4", "mxfp4", "nvfp4"]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Length = Annotated[int, Field(ge=1, le=100_000_000)]
ImagePath = Annotated[str, StringConstraints(min_length=1, max_length=512)]


class LocalModel(SpecModel):
    """A model by its own Hugging Face config.json."""

    config: Annotated[str, NotPlannedYet("only models of the catalogue are sized")]


class Trace(SpecModel):
    """Token lengths from a file."""

    trace: Annotated[str, NotPlannedYet("give one number of tokens instead")]


class Traffic(SpecModel):
    """The load on a served model."""

    requests: Rate | Mapping[str, Rate]
    """Arrivals: one rate, or one per phase of the cluster."""
    input_tokens: Length | Trace | None = None
    """Mean length of a request's input."""
    input_tokens_p95: Length | None = None
    """95th percentile of the input length; left out, twice the mean."""
    output_tokens: Length | Trace | None = None
    """Mean length of a request's output."""
    burstiness: Literal["poisson", "bursty", "veryBursty"] = "poisson"
    """How uneven arrivals are: squared coefficient of variation 1, 2 or 4."""
    prefix_cache_hits: Annotated[Share, NotPlannedYet("every input token is counted as computed")] | None = None
    """Share of input tokens that the prefix cache answers."""
    ramp: (
        Annotated[
            str,
            StringConstraints(pattern=r"^\d+(\.\d+)?x in \d+(s|m|h)$"),
            NotPlannedYet("nothing is held back for it"),
        ]
        | None
    ) = None
    """How fast load may grow: 2x in 5m."""


class Slo(SpecModel):
    """Latency that must hold for 95 % of requests."""

    ttft_p95: Duration | None = Field(default=None, alias="ttftP95")
    """Time to first token."""
    tpot_p95: Duration | None = Field(default=None, alias="tpotP95")
    """Time per later output token."""


class Adapter(SpecModel):
    """A LoRA adapter served beside the base model."""

    name: Name
    source: str
    rank: Annotated[int, Field(ge=1, le=1024)]
    share: Share | None = None


class PrefillPart(SpecModel):
    """Prefill workers of a disaggregated server."""

    replicas: Count | None = None
    tensor_parallel: Count | None = None


class DecodePart(SpecModel):
    """Decode workers of a disaggregated server."""

    nodes_per_replica: Count | None = None
    expert_parallel: Count | None = None


class Disaggregated(SpecModel):
    """Prefill and decode on different workers."""

    prefill: PrefillPart
    decode: DecodePart


class MeasuredServer(SpecModel):
    """A server whose capacity per replica the user has measured."""

    image: str
    gpus: Count
    per_replica: Rate
    accelerator: str


class PodResources(SpecModel):
    """Host resources of one replica; what is left out is derived from GPUs and weights."""

    cpu: Cpu | None = None
    memory: Memory | None = None
    ephemeral: Memory | None = None


class _Workload(SpecModel):
    name: Name
    run: bool = True
    """Whether the workload runs on this cluster; set it false under `clusters` to leave one out."""
    priority: Priority | None = None
    """Tier; left out, the team's."""


class Serving(_Workload):
    """A served model, or a measured server."""

    model: str | LocalModel | None = None
    """A catalogue name, such as Qwen/Qwen3-32B."""
    server: Annotated[MeasuredServer, NotPlannedYet("no nodes are counted for it")] | None = None
    source: str | None = None
    """Where the weights are read from; left out, the model's name."""
    revision: str | None = None
    """Commit of the weights; pin it."""
    precision: Precision | None = None
    """Format of the weights as served; left out, the format that the checkpoint was published in."""
    kv_precision: Literal["bf16", "fp8"] = "bf16"
    """Format of the KV cache."""
    context_length: Length | None = None
    """Longest sequence that must be served; left out, input plus output."""
    engine: Literal["vllm", "sglang"] = "vllm"
    image: ImagePath | None = None
    """Engine image; left out, the pinned one that tonnage ships."""
    engine_args: Mapping[
        Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")], bool | int | float | str
    ] = {}
    """Further flags of the engine, without the leading dashes."""
    traffic: Traffic
    slo: Slo = Slo()
    accelerators: tuple[str, ...] = ()
    """Accelerators that may be used; left out, every feasible one competes on cost."""
    survive: Literal["nothing", "node", "zone", "rack"] = "nothing"
    """The loss after which every required replica finds a place again."""
    adapters: Annotated[tuple[Adapter, ...], NotPlannedYet("adapters are neither sized nor served")] = ()
    disaggregated: Annotated[Disaggregated, NotPlannedYet("no nodes are counted for it")] | None = None
    replicas: Count | None = None
    """Set to override the planner."""
    tensor_parallel: Annotated[int, Field(ge=1, le=64)] | None = None
    """GPUs per replica; set to override the planner."""
    max_num_seqs: Annotated[int, Field(ge=1, le=4096)] | None = None
    """Most sequences in one batch; left out, 256."""
    gpu_memory_utilization: Share | None = None
    """Part of GPU memory that the engine may use; left out, the engine's default."""
    derate: Literal["conservative", "balanced"] = "conservative"
    """How much predicted throughput is trusted."""
    rollout: Literal["surge", "inPlace"] | None = None
    """`surge` needs a free place for one more replica; left out, `inPlace`."""
    resources: PodResources = PodResources()


class Checkpoint(SpecModel):
    """Where a training run saves its state."""

    to: str


class Training(_Workload):
    """A training run."""

    model: str | LocalModel
    method: Literal["full", "lora", "qlora"]
    tokens: Tokens
    sequence_length: Length
    global_batch: Count
    start: date | None = None
    deadline: Duration | None = None
    checkpoint: Checkpoint | None = None
    accelerators: tuple[str, ...] = ()
    gpus: Count | None = None


class Batch(_Workload):
    """Pods that run to their end, or a batch of tokens for a model."""

    pods: Count | None = None
    """How many run at once."""
    gpus: Annotated[int, Field(ge=0, le=16)] = 0
    """GPUs of one pod."""
    accelerator: str | None = None
    cpu: Cpu | None = None
    memory: Memory | None = None
    ephemeral: Memory | None = None
    spot: bool = False
    """Whether the pods may run on spot nodes."""
    model: Annotated[str, NotPlannedYet("no nodes are counted for it")] | None = None
    tokens: Annotated[Tokens, NotPlannedYet("no nodes are counted for it")] | None = None
    when: Annotated[str, NotPlannedYet("it is planned at every hour")] | None = None
    """Phase in which it may run."""
    capacity: Annotated[Literal["own", "idle"], NotPlannedYet("no nodes are counted for it")] = "own"
    """`idle`: runs only on what others leave free."""


class Notebooks(_Workload):
    """Seats for people."""

    users: Count
    gpu_memory: Memory
    concurrent: Share | None = None
    storage: Memory | None = None
