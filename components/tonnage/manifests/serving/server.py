"""One served model as its objects need it: every value decided, most of them by the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tonnage.units import Cpu, Memory


@dataclass(frozen=True)
class SecretKey:
    """One key of a Secret in the team's namespace. Its value is never known here."""

    name: str
    key: str


@dataclass(frozen=True)
class Server:
    """vLLM replicas of one model, each on one node."""

    team: str
    workload: str
    """Name in the team's file; the objects are called so."""
    namespace: str
    model: str
    """What clients ask for."""
    source: str
    """Repository of a model hub, or an address of an object store (s3://bucket/path)."""
    image: str
    """vLLM 0.18 or later."""
    replicas: int
    gpus: int
    """Per replica: the tensor-parallel size."""
    cpu: Cpu
    memory: Memory
    """With weights while they are read, and /dev/shm, which counts against it."""
    ephemeral_storage: Memory
    pools: tuple[str, ...]
    """Pools of the plan that hold the replicas; none where `node_labels` says it."""
    context_length: int
    """Tokens of the longest sequence."""
    max_num_seqs: int
    gpu_memory_utilization: float
    precision: str
    """Format of the weights as served."""
    published_precision: str
    """Format of the checkpoint."""
    kv_precision: str = "bf16"
    revision: str | None = None
    engine_args: Mapping[str, object] = field(default_factory=dict)
    """Further flags: a switch, a number, text, or a map that the engine reads as JSON."""
    billions_of_parameters: float | None = None
    """For the time to start. None: unknown, and the longest time is granted."""
    priority: str = "standard"
    survive: str = "nothing"
    spread: str = "preferred"
    """preferred or required: whether replicas that should survive a loss wait rather than share a node or zone."""
    rollout: str = "inPlace"
    drain_seconds: int | None = None
    """What requests in flight get when a replica must stop; None: the shipped default."""
    env: Mapping[str, str] = field(default_factory=dict)
    secret_env: Mapping[str, SecretKey] = field(default_factory=dict)
    hub_token: SecretKey | None = None
    service_account_annotations: Mapping[str, str] = field(default_factory=dict)
    """Where a cloud role is bound to the service account."""
    image_pull_secrets: tuple[str, ...] = ()
    gpu_resource: str = "nvidia.com/gpu"
    node_labels: tuple[Mapping[str, str], ...] = ()
    """Labels of nodes that exist already, instead of pools: a replica runs on nodes that carry all of any one set."""
    taints: tuple[str, ...] = ()
    """Taints that the nodes carry besides the GPU taint: key=value:NoSchedule."""


def scheme_of(source: str) -> str | None:
    """Scheme of an address (`s3`); None for a repository of a model hub."""
    scheme, separator, _ = source.partition("://")
    return scheme if separator else None
