"""What is refused before anything is declared: all at once, each with its fix, no secret repeated."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.serving.factories import FULL, MINIMAL, server
from tonnage.findings import Severity, errors
from tonnage.manifests.secrets import holds_a_secret, names_a_secret
from tonnage.manifests.serving.problems import findings
from tonnage.manifests.serving.server import SecretKey, Server
from tonnage.units import Cpu, Memory

TOKEN = "hf_" + "AbCdEfGhIjKlMnOpQrSt"


def said(of: Server) -> list[str]:
    """Errors as people read them."""
    return [f"{f.where}: {f.what}; {f.fix}" for f in errors(findings(of, "chat"))]


@pytest.mark.parametrize("fine", [MINIMAL, FULL], ids=["minimal", "full"])
def test_lawful_servers_have_no_problem(fine: Server) -> None:
    """Not even a warning, except where one replica carries production."""
    assert findings(fine, "chat") == ()


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "team": ({"team": "Search"}, "chat.team: Kubernetes does not take 'Search' as a name; use at most 63"),
    "workload": ({"workload": "a" * 64}, "chat.workload: Kubernetes does not take"),
    "namespace": ({"namespace": "team_search"}, "chat.namespace: Kubernetes does not take"),
    "no pool": ({"pools": ()}, "chat.pools: names no pool, so no node may hold the replicas; name those of the plan"),
    "labels of any node": (
        {"pools": (), "node_labels": ({},)},
        "chat.node_labels: holds a set without labels, which every node carries; name labels that only the",
    ),
    "pools and labels": (
        {"node_labels": ({"pool": "dgx"},)},
        "chat.node_labels: stands beside pools; keep one of the two",
    ),
    "no taint": ({"taints": ("owner",)}, "chat.taints: 'owner' is no taint; write key=value:NoSchedule"),
    "bad pool": ({"pools": ("g6e.12xlarge",)}, "chat.pools: 'g6e.12xlarge' is no name of a pool; name those of"),
    "tier": ({"priority": "urgent"}, "chat.priority: 'urgent' is no tier; use one of production, standard, bestEff"),
    "replicas": ({"replicas": -1}, "chat.replicas: -1 is too small; give at least 0"),
    "gpus": ({"gpus": 0}, "chat.gpus: 0 is too small; give at least 1"),
    "context": ({"context_length": 0}, "chat.context_length: 0 is too small; give at least 1"),
    "batch": ({"max_num_seqs": 0}, "chat.max_num_seqs: 0 is too small; give at least 1"),
    "drain": ({"drain_seconds": -5}, "chat.drain_seconds: -5 is too small; give at least 0"),
    "gpu memory": (
        {"gpu_memory_utilization": 92.0},
        "chat.gpu_memory_utilization: 92.0 is no part of the GPU's memory",
    ),
    "cpu": ({"cpu": Cpu.parse("0")}, "chat.cpu: is 0; give what the plan counts for one replica"),
    "storage": ({"ephemeral_storage": Memory.parse("0B")}, "chat.ephemeral_storage: is 0; give what the plan counts"),
    "memory": ({"gpus": 2, "memory": Memory.parse("8GiB")}, "chat.memory: 8GiB is all taken by /dev/shm (8GiB); give"),
    "latest": ({"image": "vllm/vllm-openai:latest"}, "chat.image: 'vllm/vllm-openai:latest' means another image"),
    "no tag": (
        {"image": "registry.example.com:5000/vllm"},
        "chat.image: 'registry.example.com:5000/vllm' means another",
    ),
    "no image": ({"image": ""}, "chat.image: is no image; give registry/name:tag, best with @sha256:..."),
    "source": (
        {"source": "a b"},
        "chat.source: 'a b' is no repository of a model hub; write organisation/model, or an",
    ),
    "volume": ({"source": "pvc://weights/x"}, "chat.source: vLLM does not read weights from pvc://; copy the weights"),
    "web": ({"source": "https://example.com/x"}, "chat.source: vLLM does not read weights from https://; copy the"),
    "bucket": (
        {"source": "s3://models", "revision": None},
        "chat.source: names no folder of a bucket; write s3://buck",
    ),
    "store revision": (
        {"source": "s3://models/x"},
        "chat.revision: is set, but objects of a store have no revision; drop it, and put the version into the path",
    ),
    "azure": (
        {"source": "az://models/x", "revision": None},
        "chat.env.AZURE_STORAGE_ACCOUNT_NAME: is missing, and az:// needs it; give it under env",
    ),
    "precision": ({"precision": "nvfp4"}, "chat.precision: vLLM cannot turn bf16 weights into nvfp4 while it loads"),
    "cache": ({"kv_precision": "int4"}, "chat.kv_precision: 'int4' is no format of the KV cache; use one of bf16, fp8"),
    "owned flag": ({"engine_args": {"max-num-seqs": 8}}, "chat.engine_args.max-num-seqs: is decided by max_num_seqs"),
    "development": (
        {"env": {"VLLM_SERVER_DEV_MODE": "1"}},
        "chat.env.VLLM_SERVER_DEV_MODE: opens endpoints that reset",
    ),
    "home": (
        {"env": {"HOME": "/root"}},
        "chat.env.HOME: is set by the component; drop it, or change it by an override",
    ),
    "variable": ({"env": {"A-B": "1"}}, "chat.env.A-B: is no name of a variable; use letters, digits and underscores"),
    "twice": (
        {"env": {"A": "1"}, "secret_env": {"A": SecretKey("s", "k")}},
        "chat.env.A: stands under secret_env too; keep one of them",
    ),
    "two tokens": (
        {"secret_env": {"HF_TOKEN": SecretKey("s", "k")}, "hub_token": SecretKey("s", "k")},
        "chat.secret_env.HF_TOKEN: is what hub_token sets; keep one of them",
    ),
    "pull secret": ({"image_pull_secrets": ("My Secret",)}, "chat.image_pull_secrets: holds what is no name of a Sec"),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_an_incoherent_server_is_refused_with_its_fix(case: str) -> None:
    """One mistake, one finding."""
    changes, expected = REFUSED[case]
    (only,) = said(server(**changes))

    assert only.startswith(expected)
    assert "; " in only


def test_all_mistakes_are_told_at_once() -> None:
    """Nobody corrects them one by one."""
    changes = [
        REFUSED[case][0] for case in ("team", "no pool", "replicas", "latest", "precision", "owned flag", "home")
    ]
    merged: dict[str, Any] = {}
    for change in changes:
        merged |= change

    assert len(said(server(**merged))) == len(changes)


LEAKS: dict[str, dict[str, Any]] = {
    "source": {"source": f"https://user:{TOKEN}@example.com/x"},
    "env by name": {"env": {"HF_TOKEN": "opaque-" + TOKEN}},
    "env by value": {"env": {"EXTRA": TOKEN}},
    "flag": {"engine_args": {"extra": TOKEN}},
    "token as name": {"hub_token": SecretKey(TOKEN, "token")},
    "token as key": {"hub_token": SecretKey("hub", TOKEN)},
    "pull secret": {"image_pull_secrets": (TOKEN,)},
}


@pytest.mark.parametrize("case", sorted(LEAKS))
def test_a_literal_secret_is_an_error_and_is_not_echoed(case: str) -> None:
    """Wherever it was pasted."""
    of = server(**LEAKS[case])

    assert said(of)
    assert TOKEN not in repr(findings(of, "chat"))


def test_credentials_by_name_only_are_refused_for_plain_variables() -> None:
    """A value that looks harmless is still the secret that its name says."""
    names = ["AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AZURE_CLIENT_SECRET", "VLLM_API_KEY", "DB_PASSWORD"]
    of = server(env=dict.fromkeys(names, "harmless"))

    assert len(said(of)) == len(names)
    assert "harmless" not in repr(findings(of, "chat"))


WARNED: dict[str, tuple[dict[str, Any], str, str]] = {
    "no revision": ({"revision": None}, "chat.revision", "is not set: the weights change"),
    "branch": ({"revision": "main"}, "chat.revision", "'main' is a branch or tag"),
    "one replica": ({"priority": "production"}, "chat.replicas", "is 1: draining its node takes the model away"),
    "rack": ({"survive": "rack", "replicas": 2}, "chat.survive", "racks have no label"),
}


@pytest.mark.parametrize("case", sorted(WARNED))
def test_what_is_lawful_but_unwise_is_a_warning(case: str) -> None:
    """It stops nothing."""
    changes, where, what = WARNED[case]
    (finding,) = findings(server(**changes), "chat")

    assert (finding.severity, finding.where) == (Severity.WARNING, where)
    assert finding.what.startswith(what)


@pytest.mark.parametrize("scheme", ["s3", "gs"])
def test_object_stores_are_read_directly(scheme: str) -> None:
    """Without a volume and a copy first."""
    assert not said(server(source=f"{scheme}://models/x", revision=None))


def test_azure_is_read_where_its_account_is_named() -> None:
    """By env or from a Secret."""
    of = server(source="az://models/x", revision=None, env={"AZURE_STORAGE_ACCOUNT_NAME": "models"})
    assert not said(of)


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_no_text_breaks_the_judgement(source: str, image: str, flag: str) -> None:
    """Whatever stands in an argument, the answer is a list of findings."""
    of = replace(MINIMAL, source=source, image=image, engine_args={flag: source}, env={flag: image})
    assert all(f.fix for f in findings(of, "chat"))


@pytest.mark.parametrize(
    "name", ["api-key", "HF_TOKEN", "hub-token", "AWS_SECRET_ACCESS_KEY", "aws_access_key_id", "password", "token"]
)
def test_names_of_secrets_are_known(name: str) -> None:
    """In the spelling of flags and of variables."""
    assert names_a_secret(name)


@pytest.mark.parametrize(
    "name", ["tokenizer", "max-num-batched-tokens", "skip-tokenizer-init", "AWS_REGION", "enable-prompt-tokens-details"]
)
def test_names_that_only_sound_alike_are_free(name: str) -> None:
    """Tokens of text are no secrets."""
    assert not names_a_secret(name)


@pytest.mark.parametrize("text", ["Qwen/Qwen3-32B", "https://example.com/a:b@c", "sk-short", "s3://bucket/key", ""])
def test_ordinary_text_holds_no_secret(text: str) -> None:
    """A false alarm would stop a lawful program."""
    assert not holds_a_secret(text)
