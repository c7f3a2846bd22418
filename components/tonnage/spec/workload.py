"""Workloads of a team: served models, training runs, batch jobs, notebooks."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from tonnage.spec.base import (
    MAPPING,
    VALUE,
    Accelerator,
    Cpu,
    Date,
    Duration,
    Image,
    Memory,
    ModelName,
    Name,
    NotPlannedYet,
    Rate,
    Share,
    SpecModel,
    Tokens,
    Uri,
    form,
)
from tonnage.spec.local_model import LocalModel
from tonnage.spec.values import Flag, Text, Whole

Priority = Literal["production", "standard", "bestEffort"]
Precision = Literal["fp32", "bf16", "fp16", "fp8", "int8", "int4", "mxfp4", "nvfp4"]
Count = Annotated[int, Whole(1, 1_000_000)]
Length = Annotated[int, Whole(1, 100_000_000)]
Csv = Annotated[
    str, Text("a path inside the repository", "lengths.csv", r"^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/-]*$", 512)
]
Revision = Annotated[
    str, Text("a revision", "9216db5781bf21249d130ec9da846c4624c16137", r"^[A-Za-z0-9][A-Za-z0-9._/-]*$", 128)
]
FlagName = Annotated[str, Text("a flag's name", "enable-prefix-caching", r"^[a-z0-9][a-z0-9-]*$", 128)]
FlagValue = Annotated[bool | int | float | str, Flag()]
Growth = Annotated[str, Text("a growth in a time", "2x in 5m", r"^\d{1,6}(\.\d{1,6})?x in \d{1,6}(s|m|h)$", 32)]


class Trace(SpecModel):
    """Token lengths from a file."""

    trace: Annotated[Csv, NotPlannedYet("give one number of tokens instead")]
    """Path of a CSV file, relative to the folder of the specs."""


AnyModel = Annotated[Annotated[ModelName, Tag(VALUE)] | Annotated[LocalModel, Tag(MAPPING)], Discriminator(form)]
TokenLength = Annotated[Annotated[Length, Tag(VALUE)] | Annotated[Trace, Tag(MAPPING)], Discriminator(form)]
Arrivals = Annotated[
    Annotated[Rate, Tag(VALUE)] | Annotated[Mapping[Name, Rate], Tag(MAPPING)],
    Discriminator(form),
]


class Traffic(SpecModel):
    """The load on a served model."""

    requests: Arrivals
    """Arrivals: one rate, or one per phase of the cluster."""
    input_tokens: TokenLength | None = None
    """Mean length of a request's input."""
    input_tokens_p95: Length | None = None
    """95th percentile of the input length; left out, twice the mean."""
    output_tokens: TokenLength | None = None
    """Mean length of a request's output."""
    burstiness: Literal["poisson", "bursty", "veryBursty"] = "poisson"
    """How uneven arrivals are: squared coefficient of variation 1, 2 or 4."""
    prefix_cache_hits: Annotated[Share, NotPlannedYet("every input token is counted as computed")] | None = None
    """Share of input tokens that the prefix cache answers."""
    ramp: Annotated[Growth, NotPlannedYet("nothing is held back for it")] | None = None
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
    """The name that requests ask for."""
    source: Uri
    """Where its weights are read from."""
    rank: Annotated[int, Whole(1, 1024)]
    """Rank of its matrices."""
    share: Share | None = None
    """Part of the requests that ask for it."""


class PrefillPart(SpecModel):
    """Prefill workers of a disaggregated server."""

    replicas: Count | None = None
    """Workers."""
    tensor_parallel: Count | None = None
    """GPUs of one worker."""


class DecodePart(SpecModel):
    """Decode workers of a disaggregated server."""

    nodes_per_replica: Count | None = None
    """Nodes that one replica spans."""
    expert_parallel: Count | None = None
    """GPUs that the experts of a layer are spread over."""


class Disaggregated(SpecModel):
    """Prefill and decode on different workers."""

    prefill: PrefillPart
    """Workers that read the input."""
    decode: DecodePart
    """Workers that write the output."""


class MeasuredServer(SpecModel):
    """A server whose capacity per replica the user has measured."""

    image: Image
    """Its image, best with a digest."""
    gpus: Count
    """GPUs of one replica."""
    per_replica: Rate
    """Requests that one replica answers within its limits."""
    accelerator: Accelerator
    """What it was measured on."""


class PodResources(SpecModel):
    """Host resources of one replica; what is left out is derived from GPUs and weights."""

    cpu: Cpu | None = None
    """Cores."""
    memory: Memory | None = None
    """Memory."""
    ephemeral: Memory | None = None
    """Local disk."""


class _Workload(SpecModel):
    name: Name
    """Unique among the team's workloads of all kinds."""
    run: bool = True
    """Whether the workload runs on this cluster; set it false under `clusters` to leave one out."""
    priority: Priority | None = None
    """Tier; left out, the team's."""


class Serving(_Workload):
    """A served model, or a measured server."""

    model: AnyModel | None = None
    """A catalogue name, such as Qwen/Qwen3-32B, or {config: models/own/config.json}."""
    server: Annotated[MeasuredServer, NotPlannedYet("no nodes are counted for it")] | None = None
    """Anything measured, instead of a model."""
    source: Uri | None = None
    """Where the weights are read from; left out, the model's name."""
    revision: Revision | None = None
    """Commit of the weights; pin it."""
    precision: Precision | None = None
    """Format of the weights as served; left out, the format that the checkpoint was published in."""
    kv_precision: Literal["bf16", "fp8"] = "bf16"
    """Format of the KV cache."""
    context_length: Length | None = None
    """Longest sequence that must be served; left out, input plus output."""
    engine: Literal["vllm", "sglang"] = "vllm"
    """What serves the model."""
    image: Image | None = None
    """Engine image; left out, the pinned one that tonnage ships."""
    engine_args: Mapping[FlagName, FlagValue] = {}
    """Further flags of the engine, without the leading dashes."""
    traffic: Traffic
    """The load."""
    slo: Slo = Slo()
    """Latency that must hold; left out, only memory limits."""
    accelerators: tuple[Accelerator, ...] = ()
    """Accelerators that may be used; left out, every feasible one competes on cost."""
    survive: Literal["nothing", "node", "zone", "rack"] = "nothing"
    """The loss after which every required replica finds a place again."""
    adapters: Annotated[tuple[Adapter, ...], NotPlannedYet("adapters are neither sized nor served")] = ()
    """LoRA adapters beside the model."""
    disaggregated: Annotated[Disaggregated, NotPlannedYet("no nodes are counted for it")] | None = None
    """Prefill and decode apart."""
    replicas: Count | None = None
    """Set to override the planner."""
    tensor_parallel: Annotated[int, Whole(1, 64)] | None = None
    """GPUs per replica; set to override the planner."""
    max_num_seqs: Annotated[int, Whole(1, 4096)] | None = None
    """Most sequences in one batch; left out, 256."""
    gpu_memory_utilization: Share | None = None
    """Part of GPU memory that the engine may use; left out, the engine's default."""
    derate: Literal["conservative", "balanced"] = "conservative"
    """How much predicted throughput is trusted."""
    rollout: Literal["surge", "inPlace"] | None = None
    """`surge` needs a free place for one more replica; left out, `inPlace`."""
    resources: PodResources = PodResources()
    """Host resources of one replica."""


class Checkpoint(SpecModel):
    """Where a training run saves its state."""

    to: Uri
    """Address of a folder."""


class Training(_Workload):
    """A training run."""

    model: AnyModel
    """A catalogue name, such as Qwen/Qwen3-8B."""
    method: Literal["full", "lora", "qlora"]
    """What is trained: all weights, or adapters, on quantized weights."""
    tokens: Tokens
    """Tokens seen in the whole run."""
    sequence_length: Length
    """Tokens of one sequence."""
    global_batch: Count
    """Sequences of one step."""
    start: Date | None = None
    """First day."""
    deadline: Duration | None = None
    """Longest time from the start to the end."""
    checkpoint: Checkpoint | None = None
    """Where state is saved."""
    accelerators: tuple[Accelerator, ...] = ()
    """Accelerators that may be used."""
    gpus: Count | None = None
    """Set to override the planner."""


class Batch(_Workload):
    """Pods that run to their end, or a batch of tokens for a model."""

    pods: Count | None = None
    """How many run at once."""
    gpus: Annotated[int, Whole(0, 16)] = 0
    """GPUs of one pod."""
    accelerator: Accelerator | None = None
    """What the GPUs must be."""
    cpu: Cpu | None = None
    """Cores of one pod."""
    memory: Memory | None = None
    """Memory of one pod."""
    ephemeral: Memory | None = None
    """Local disk of one pod."""
    spot: bool = False
    """Whether the pods may run on spot nodes."""
    model: ModelName | None = None
    """A catalogue name, for a batch of tokens."""
    tokens: Tokens | None = None
    """Tokens of the batch, of input and output, done once a week."""
    input_tokens: Length | None = None
    """Mean length of one request's input, for a batch of tokens; left out, 1,000."""
    output_tokens: Length | None = None
    """Mean length of one request's output, for a batch of tokens; left out, 200."""
    when: Name | None = None
    """Phase of the cluster in which it runs; left out, at all hours."""
    capacity: Literal["own", "idle"] = "own"
    """`idle`: buys no nodes, runs only on what others leave free, and yields at once."""


class Notebooks(_Workload):
    """Seats for people."""

    users: Count
    """How many people."""
    gpu_memory: Memory
    """GPU memory of one seat."""
    concurrent: Share | None = None
    """Part of the users that are there at once."""
    storage: Memory | None = None
    """Disk of one seat."""
