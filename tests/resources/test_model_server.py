"""ModelServer: usable from every language, checked as a whole, declared in order."""

from typing import Any

import pulumi
import pytest

from resources.stacked import as_floats, objects, recorded, refusals, signature
from tonnage.resources.model_server import ModelServer, ModelServerArgs, Rollout, ServingPriority, WeightFormat

MINIMAL: ModelServerArgs = {
    "team": "search",
    "model": "Qwen/Qwen3-32B",
    "revision": "9216db5781bf21249d130ec9da846c4624c16137",
    "replicas": 2,
    "gpus": 1,
    "cpu": "4",
    "memory": "80GiB",
    "ephemeral_storage": "95GiB",
    "pools": ["p5-48xlarge-reserved"],
    "context_length": 16384,
    "max_num_seqs": 256,
    "gpu_memory_utilization": 0.92,
    "precision": WeightFormat.BF16,
}
FULL: ModelServerArgs = {
    **MINIMAL,
    "workload": "chat",
    "namespace": "models",
    "image": "registry.example.com/vllm:v0.33.0",
    "published_precision": WeightFormat.BF16,
    "precision": WeightFormat.FP8,
    "engine_args": {"enable-prefix-caching": True, "max-num-batched-tokens": 8192},
    "billions_of_parameters": 32.8,
    "priority": ServingPriority.PRODUCTION,
    "rollout": Rollout.SURGE,
    "drain_seconds": 90,
    "env": {"AWS_REGION": "us-east-1"},
    "secret_env": {"VLLM_API_KEY": {"name": "engine", "key": "password"}},
    "hub_token": {"name": "hub", "key": "token"},
    "image_pull_secrets": ["registry"],
    "overrides": {"deployment": {"because": "a test", "merge": {"spec": {"minReadySeconds": 5}}}},
}
TOKEN = "hf_" + "AbCdEfGhIjKlMnOpQrSt"


def args(**changes: Any) -> ModelServerArgs:
    """The small server's arguments with changes."""
    return {**MINIMAL, **changes}  # type: ignore[typeddict-item] # tests give wrong ones on purpose


def test_its_schema_is_what_other_languages_were_promised() -> None:
    """A change here breaks programs that are not Python; an argument that became an empty object fails too."""
    assert signature(ModelServer) == {
        "billionsOfParameters?": "<number",
        "contextLength": "<integer",
        "cpu": "<string",
        "drainSeconds?": "<integer",
        "engineArgs?": "<{<Any}",
        "env?": "<{<string}",
        "ephemeralStorage": "<string",
        "gpuMemoryUtilization": "<number",
        "gpus": "<integer",
        "hubToken?": "<SecretKeyArgs",
        "image?": "<string",
        "imagePullSecrets?": "<[<string]",
        "kvPrecision?": "<CacheFormat",
        "maxNumSeqs": "<integer",
        "memory": "<string",
        "model": "<string",
        "namespace?": "string",
        "overrides?": "<{<Override}",
        "pools": "<[<string]",
        "nodeLabels?": "<[<{<string}]",
        "taints?": "<[<string]",
        "precision": "<WeightFormat",
        "priority?": "<ServingPriority",
        "publishedPrecision?": "<WeightFormat",
        "replicas": "<integer",
        "revision?": "<string",
        "rollout?": "<Rollout",
        "secretEnv?": "<{<SecretKeyArgs}",
        "serviceAccountAnnotations?": "<{string}",
        "source?": "<string",
        "spread?": "<Spreading",
        "survive?": "<Survival",
        "team": "<string",
        "workload?": "<string",
        "=url": "string",
        "WeightFormat": "fp32 | bf16 | fp16 | fp8 | int8 | int4 | mxfp4 | nvfp4",
        "CacheFormat": "bf16 | fp8",
        "ServingPriority": "production | standard | bestEffort",
        "Survival": "nothing | node | zone | rack",
        "Spreading": "preferred | required",
        "Rollout": "surge | inPlace",
        "SecretKeyArgs.key": "<string",
        "SecretKeyArgs.name": "<string",
        "Override.because": "<string",
        "Override.merge": "<{<Any}",
    }


@pytest.mark.parametrize("given", [MINIMAL, FULL], ids=["minimal", "full"])
def test_it_declares_the_same_from_python_and_from_another_language(given: ModelServerArgs) -> None:
    """There, integers are floats and choices are text; not even the recorded arguments differ."""
    other = as_floats({k: getattr(v, "value", v) for k, v in given.items()})

    python = recorded(lambda opts: ModelServer("chat", given, opts)).resources
    assert python == recorded(lambda opts: ModelServer("chat", other, opts)).resources
    assert len([d for d in python if d.is_object]) == 4


def test_every_object_names_the_provider_its_parent_and_what_it_needs() -> None:
    """The Deployment comes last: its account and address stand before its pods start."""
    made = objects(lambda opts: ModelServer("chat", MINIMAL, opts))

    assert sorted(made) == ["chat-deployment", "chat-disruption-budget", "chat-service", "chat-service-account"]
    assert {d.provider for d in made.values()} == {"pulumi:providers:kubernetes::cluster"}
    assert {d.parent for d in made.values()} == {"tonnage:index:ModelServer::chat"}
    assert made["chat-deployment"].depends_on == (
        "kubernetes:core/v1:Service::chat-service",
        "kubernetes:core/v1:ServiceAccount::chat-service-account",
    )


def test_the_shipped_engine_is_used_where_no_image_is_named() -> None:
    """A pinned version, with its source in the catalogue."""
    pod = objects(lambda opts: ModelServer("chat", MINIMAL, opts))["chat-deployment"].inputs["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    assert container["image"].startswith("vllm/vllm-openai:v")


def test_an_override_reaches_its_object() -> None:
    """With its reason, for what the component does not offer."""
    made = objects(lambda opts: ModelServer("chat", FULL, opts))
    assert made["chat-deployment"].inputs["spec"]["minReadySeconds"] == 5


def test_namespace_and_cloud_role_may_come_from_other_resources() -> None:
    """They are known only when those exist; everything else is checked at once."""

    def program(opts: pulumi.ResourceOptions) -> None:
        later = pulumi.Output.from_input("models")
        role = {"eks.amazonaws.com/role-arn": pulumi.Output.from_input("arn:aws:iam::000000000000:role/models")}
        ModelServer("chat", args(namespace=later, service_account_annotations=role), opts)

    made = objects(program)
    assert {d.inputs["metadata"]["namespace"] for d in made.values()} == {"models"}
    assert made["chat-service-account"].inputs["metadata"]["annotations"] == {
        "eks.amazonaws.com/role-arn": "arn:aws:iam::000000000000:role/models"
    }


def test_its_address_can_be_passed_on() -> None:
    """By workload and namespace, on the engine's port."""
    seen: list[str] = []
    recorded(lambda opts: ModelServer("a", args(workload="chat"), opts).url.apply(seen.append))
    assert seen == ["http://chat.team-search.svc:8000"]


def test_all_mistakes_are_told_at_once_and_nothing_is_declared() -> None:
    """Values, formats and overrides in one go."""
    wrong = args(
        memory="80 gigs",
        replicas=-1,
        engine_args={"dtype": "half"},
        overrides={"deploymnt": {"because": "", "merge": {}}},
    )

    found = refusals(lambda opts: ModelServer("chat", wrong, opts))

    assert [f.partition(": ")[2].partition(": ")[0] for f in found] == [
        "chat.engine_args.dtype",
        "chat.memory",
        "chat.overrides.deploymnt",
        "chat.overrides.deploymnt.because",
        "chat.overrides.deploymnt.merge",
        "chat.replicas",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"cpu": "four"}, "chat.cpu: 'four' is not a number of CPU cores; write it like 8 or 500m"),
        ({"memory": "80"}, "chat.memory: '80' has no unit; write it like 80GiB"),
        (
            {"ephemeral_storage": "95Gi"},
            "chat.ephemeral_storage: 'Gi' is not a unit of an amount of memory; use one of",
        ),
        ({"precision": "fp7"}, "chat.precision: input should be 'fp32', 'bf16'"),
        ({"replicas": 1.5}, "chat.replicas: input should be a valid integer, not 1.5; correct the value"),
        ({"pool": ["a"]}, "chat.pool: is not an argument; did you mean 'pools'?"),
        ({"replicas": None}, "chat.replicas: is missing; give it"),
    ],
)
def test_a_malformed_argument_is_refused_with_its_fix(changes: dict[str, Any], expected: str) -> None:
    """One mistake, one finding."""
    (found,) = refusals(lambda opts: ModelServer("chat", args(**changes), opts))
    assert found.startswith(f"error TN501: {expected}")


@pytest.mark.parametrize(
    "changes",
    [
        {"hub_token": TOKEN},
        {"hub_token": {"name": TOKEN, "key": "token"}},
        {"secret_env": {"ANY": "opaque-but-secret"}},
        {"env": {"HF_TOKEN": "opaque-but-secret"}},
        {"engine_args": {"api-key": "opaque-but-secret"}},
        {"engine_args": {"middleware": TOKEN}},
        {"replicas": TOKEN},
    ],
    ids=[
        "token for reference",
        "token for name",
        "value for reference",
        "env",
        "flag by name",
        "flag by value",
        "number",
    ],
)
def test_a_pasted_secret_is_refused_and_not_repeated(changes: dict[str, Any]) -> None:
    """Not in the error, and nothing is declared that could hold it."""
    found = refusals(lambda opts: ModelServer("chat", args(**changes), opts))

    assert found
    assert TOKEN not in "".join(found)
    assert "opaque-but-secret" not in "".join(found)


def test_an_output_where_a_plain_value_decides_is_refused() -> None:
    """A preview could not say what would be declared."""
    found = refusals(lambda opts: ModelServer("chat", args(team=pulumi.Output.from_input("search")), opts))
    assert found[0].startswith("error TN501: chat.team: must be known when the program runs")


def test_a_warning_is_told_and_stops_nothing() -> None:
    """In the program's log, where a preview shows it."""
    recording = recorded(lambda opts: ModelServer("chat", args(revision=None), opts))

    assert [f.what.partition(";")[0] for f in recording.findings] == [
        "chat.revision: is not set: the weights change when their publisher changes them"
    ]
    assert len([d for d in recording.resources if d.is_object]) == 4
