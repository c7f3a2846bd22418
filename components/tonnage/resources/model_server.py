"""ModelServer: a model, served by vLLM replicas of one node each."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NotRequired, TypedDict

import pulumi

from tonnage.catalog.shipped import shipped_catalog
from tonnage.findings import Finding
from tonnage.manifests.contracts import ENGINE_PORT
from tonnage.manifests.serving.objects import objects
from tonnage.manifests.serving.problems import findings
from tonnage.manifests.serving.server import SecretKey, Server
from tonnage.names import team_namespace
from tonnage.resources.arguments import Arguments, read
from tonnage.resources.base import Component
from tonnage.resources.overrides import Override, overridden
from tonnage.resources.seam import Child
from tonnage.resources.verdict import quantity, settle
from tonnage.units import Cpu, Memory

_AFTER = {"deployment": ("service-account", "service")}


class WeightFormat(Enum):
    """Number format of a model's weights."""

    FP32 = "fp32"
    BF16 = "bf16"
    FP16 = "fp16"
    FP8 = "fp8"
    INT8 = "int8"
    INT4 = "int4"
    MXFP4 = "mxfp4"
    NVFP4 = "nvfp4"


class CacheFormat(Enum):
    """Number format of the KV cache."""

    BF16 = "bf16"
    FP8 = "fp8"


class ServingPriority(Enum):
    """Tier of a served model."""

    PRODUCTION = "production"
    STANDARD = "standard"
    BEST_EFFORT = "bestEffort"


class Survival(Enum):
    """The loss after which every replica finds a place again."""

    NOTHING = "nothing"
    NODE = "node"
    ZONE = "zone"
    RACK = "rack"


class Spreading(Enum):
    """Whether replicas that should survive a loss wait rather than share a node or zone."""

    PREFERRED = "preferred"
    REQUIRED = "required"


class Rollout(Enum):
    """How a new release comes."""

    SURGE = "surge"
    """With a further replica; the plan must hold its place."""
    IN_PLACE = "inPlace"
    """In the place of an old replica, which ends first."""


class SecretKeyArgs(TypedDict):
    """One key of a Secret in the server's namespace. The value itself is never given."""

    name: str
    """Name of the Secret."""
    key: str
    """Key inside it."""


class ModelServerArgs(TypedDict):
    """A served model. Most values come from the plan, and the plan counts on them."""

    team: str
    """Whose model it is."""
    workload: NotRequired[str]
    """Name of the objects, and of the workload in the team's file. Left out: the component's name."""
    namespace: NotRequired[pulumi.Input[str]]
    """Left out: the team's."""
    model: str
    """What clients ask for, such as Qwen/Qwen3-32B."""
    source: NotRequired[str]
    """Repository of a model hub, or s3://, gs:// or az:// with safetensors. Left out: the model."""
    revision: NotRequired[str]
    """Commit of the repository. Left out, the weights change when their publisher changes them."""
    image: NotRequired[str]
    """vLLM 0.18 or later, best with its digest. Left out: the version that this release of tonnage ships."""
    replicas: int
    """Plain: it decides what is declared."""
    gpus: int
    """GPUs of one replica: the tensor-parallel size."""
    cpu: str
    """Of one replica, such as 16 or 500m; request and limit."""
    memory: str
    """Of one replica, such as 160GiB; request and limit. /dev/shm counts against it."""
    ephemeral_storage: str
    """Of one replica, such as 100GiB; request and limit. The weights are kept there."""
    pools: list[str]
    """Pools of the plan that hold the replicas. Empty where node_labels says it."""
    node_labels: NotRequired[list[dict[str, str]]]
    """Labels of nodes that exist already, instead of pools. A replica runs on nodes with all labels of any one set."""
    taints: NotRequired[list[str]]
    """Taints of these nodes besides the GPU taint, such as node.example.com/owner=vision:NoSchedule."""
    context_length: int
    """Longest sequence in tokens."""
    max_num_seqs: int
    """Most sequences in one batch."""
    gpu_memory_utilization: float
    """Part of the GPU's memory that the engine takes, such as 0.92."""
    precision: WeightFormat
    """Format of the weights as served."""
    published_precision: NotRequired[WeightFormat]
    """Format of the checkpoint, where it is converted while it loads. Left out: as served."""
    kv_precision: NotRequired[CacheFormat]
    """Format of the KV cache. Left out: bf16."""
    engine_args: NotRequired[dict[str, Any]]
    """Further flags of vLLM without dashes in front: {"enable-prefix-caching": true}. No secrets."""
    billions_of_parameters: NotRequired[float]
    """For the time that a replica gets to start. Left out: as long as the largest models."""
    priority: NotRequired[ServingPriority]
    """Left out: standard."""
    survive: NotRequired[Survival]
    """Left out: nothing, and replicas may share a node."""
    spread: NotRequired[Spreading]
    """Left out: preferred."""
    rollout: NotRequired[Rollout]
    """Left out: inPlace."""
    drain_seconds: NotRequired[int]
    """What requests in flight get when a replica must stop. Left out: 60."""
    env: NotRequired[dict[str, str]]
    """Variables of the engine. No secrets: they would stand in the Deployment."""
    secret_env: NotRequired[dict[str, SecretKeyArgs]]
    """Variables of the engine from Secrets that exist."""
    hub_token: NotRequired[SecretKeyArgs]
    """Token of the model hub, for repositories that ask for one."""
    service_account_annotations: NotRequired[dict[str, pulumi.Input[str]]]
    """Where a cloud role is bound to the pods: eks.amazonaws.com/role-arn."""
    image_pull_secrets: NotRequired[list[str]]
    """Names of Secrets with the credentials of the image's registry."""
    overrides: NotRequired[dict[str, Override]]
    """Changes of single fields, by object: service-account, disruption-budget, service, deployment."""


class ModelServer(Component):
    """A model served by vLLM: Deployment, Service, PodDisruptionBudget and ServiceAccount in the team's namespace.

    Pods run on the planned pools only, unprivileged and without a token of the API server, and ask for exactly what
    the plan counts. Who may reach them is decided by the TeamSpace. The PriorityClass of the tier must exist.
    """

    url: pulumi.Output[str]
    """Address inside the cluster, without a path."""

    def __init__(self, name: str, args: ModelServerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the server. Raises SpecError with everything that is wrong, before anything is declared."""
        given, found = read(name, args, ModelServerArgs)
        settle(found)
        server, wrong = _server(name, given)
        children = [Child(child, given.fill(m), _AFTER.get(child, ())) for child, m in objects(server).items()]
        changed, misled = overridden(name, children, given.values.get("overrides", {}))
        settle([*wrong, *misled])
        host = given.fill({"url": f"http://{server.workload}.{server.namespace}.svc:{ENGINE_PORT}"})
        super().__init__(name, given.fill(dict(given.values)), changed, opts, host)


def _server(name: str, given: Arguments) -> tuple[Server, tuple[Finding, ...]]:
    values = dict(given.values)
    values.pop("overrides", None)
    amounts: dict[str, Any] = {}
    found: list[Finding] = []
    for field, kind in (("cpu", Cpu), ("memory", Memory), ("ephemeral_storage", Memory)):
        amounts[field], wrong = quantity(kind, values[field], f"{name}.{field}")
        found += wrong
    told = {f.where for f in found}
    values |= {
        "workload": values.get("workload", name),
        "namespace": values.get("namespace", team_namespace(values["team"])),
        "source": values.get("source", values["model"]),
        "image": values.get("image") or shipped_catalog().releases["vllm"].reference,
        "published_precision": values.get("published_precision", values["precision"]),
        "pools": tuple(values["pools"]),
        "node_labels": tuple(values.get("node_labels", ())),
        "taints": tuple(values.get("taints", ())),
        "image_pull_secrets": tuple(values.get("image_pull_secrets", ())),
        "secret_env": {n: _secret(s) for n, s in values.get("secret_env", {}).items()},
        "hub_token": _secret(values["hub_token"]) if "hub_token" in values else None,
    }
    server = Server(**(values | amounts))
    # what is known only later cannot be judged now
    told |= {f"{name}.namespace"} if server.namespace in given.outputs else set()
    return server, (*found, *(f for f in findings(server, name) if f.where not in told))


def _secret(args: Mapping[str, str]) -> SecretKey:
    return SecretKey(args["name"], args["key"])
