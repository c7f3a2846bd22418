"""The engine is started as it was planned, and nobody changes that by a side door."""

import json
import re
from dataclasses import fields
from itertools import product
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.serving.factories import FULL, MINIMAL, server
from tonnage.manifests.serving.engine import load_engine
from tonnage.manifests.serving.flags import flag_findings, flags, precision_findings
from tonnage.manifests.serving.server import Server
from tonnage.spec.workload import Precision, Serving

FACTS = load_engine()


def command(**changes: Any) -> list[str]:
    """The engine's arguments."""
    return flags(server(**changes), FACTS)


def found(**engine_args: Any) -> list[tuple[str, str, str]]:
    """Where, what and fix of each finding about added flags, spelt with underscores here."""
    args = {name.replace("_", "-"): value for name, value in engine_args.items()}
    return [(f.where, f.what, f.fix) for f in flag_findings(server(engine_args=args), FACTS, "chat")]


def test_a_plain_server_is_started_with_what_was_planned_and_nothing_else() -> None:
    """In a fixed order; the format of the checkpoint needs no flag."""
    assert flags(MINIMAL, FACTS) == [
        "Qwen/Qwen3-32B",
        "--served-model-name=Qwen/Qwen3-32B",
        "--port=8000",
        "--tensor-parallel-size=1",
        "--max-model-len=16384",
        "--max-num-seqs=256",
        "--gpu-memory-utilization=0.92",
        "--shutdown-timeout=60",
        "--revision=9216db5781bf21249d130ec9da846c4624c16137",
    ]


def test_a_full_server_converts_streams_and_takes_the_users_flags_by_name() -> None:
    """Whole floats came over a wire and are written as whole numbers, inside structures too."""
    assert flags(FULL, FACTS)[0] == "s3://models/qwen3-32b/v1"
    assert flags(MINIMAL, FACTS)[0] == "Qwen/Qwen3-32B"
    published = server(
        precision="fp8", published_precision="bf16", kv_precision="fp8", source="s3://m/x", revision=None
    )
    assert flags(published, FACTS)[8:] == [
        "--quantization=fp8_per_tensor",
        "--kv-cache-dtype=fp8",
        "--load-format=runai_streamer",
    ]
    assert flags(FULL, FACTS)[-3:] == [
        '--compilation-config={"level":3}',
        "--enable-prefix-caching",
        "--max-num-batched-tokens=8192",
    ]


@pytest.mark.parametrize(
    ("published", "served", "flag"),
    [
        ("bf16", "bf16", None),
        ("fp8", "fp8", None),
        ("mxfp4", "mxfp4", None),
        ("nvfp4", "nvfp4", None),
        ("int4", "int4", None),
        ("bf16", "fp8", "--quantization=fp8_per_tensor"),
        ("fp16", "fp8", "--quantization=fp8_per_tensor"),
        ("bf16", "mxfp4", "--quantization=mxfp4"),
        ("fp16", "bf16", "--dtype=bfloat16"),
        ("bf16", "fp16", "--dtype=float16"),
        # left alone, the engine makes 16 bit of a 32-bit checkpoint
        ("fp32", "fp32", "--dtype=float32"),
    ],
)
def test_weights_are_converted_only_where_they_differ_from_the_checkpoint(
    published: str, served: str, flag: str | None
) -> None:
    """A flag for a checkpoint that is already so would make the engine refuse or convert it again."""
    made = command(precision=served, published_precision=published)

    assert [f for f in made if f.startswith(("--quantization", "--dtype"))] == ([flag] if flag else [])
    assert not list(precision_findings(server(precision=served, published_precision=published), FACTS, "c"))


@pytest.mark.parametrize(("published", "served"), list(product(get_args(Precision), repeat=2)))
def test_each_pair_of_formats_is_served_as_planned_or_refused(published: str, served: str) -> None:
    """Never served silently in another format than the plan counts with."""
    of = server(precision=served, published_precision=published)
    converts = any(f.startswith(("--quantization", "--dtype")) for f in flags(of, FACTS))
    refusals = list(precision_findings(of, FACTS, "chat"))

    assert bool(refusals) == (published != served and not converts)
    assert all("name a checkpoint" in f.fix for f in refusals)


def test_a_refused_format_names_what_the_checkpoint_can_become() -> None:
    """The fix is one that works."""
    (finding,) = precision_findings(server(precision="int4", published_precision="bf16"), FACTS, "chat")

    assert str(finding) == (
        "error TN501: chat.precision: vLLM cannot turn bf16 weights into int4 while it loads; "
        "name a checkpoint that was published in int4 as source, or serve fp16 or fp32 or fp8 or mxfp4"
    )


@pytest.mark.parametrize("flag", sorted(FACTS.owned))
def test_no_flag_that_the_plan_counts_on_can_be_set_beside_it(flag: str) -> None:
    """Whatever its spelling: with underscores, negated, or shortened as far as the engine takes it."""
    spellings = {flag, flag.replace("-", "_"), flag[: max(4, len(flag) - 2)], f"no-{flag}", f"{flag}.key"}
    for spelling in sorted(spellings):
        findings = list(flag_findings(server(engine_args={spelling: 1}), FACTS, "chat"))
        assert [f.where for f in findings] == [f"chat.engine_args.{spelling}"], spelling
        assert findings[0].fix.startswith("drop it"), spelling


def test_the_fix_names_the_argument_that_decides() -> None:
    """So that the reader does not have to guess."""
    assert found(max_model_len=100) == [
        (
            "chat.engine_args.max-model-len",
            "is decided by context_length, and the plan counts on that",
            "drop it, and set context_length",
        )
    ]


def test_every_owner_is_an_argument() -> None:
    """A fix that names what does not exist helps nobody."""
    known = {f.name for f in fields(Server)}
    assert {owner for owner in FACTS.owned.values() if owner} <= known


@pytest.mark.parametrize(
    "flag",
    [
        "enable-prefix-caching",
        "max-num-batched-tokens",
        "tokenizer",
        "tokenizer-mode",
        "skip-tokenizer-init",
        "kv-cache-dtype-skip-layers",
        "enable-expert-parallel",
        "trust-remote-code",
        "reasoning-parser",
        "hf-overrides.rope_scaling",
    ],
)
def test_flags_that_the_plan_does_not_count_on_are_the_users(flag: str) -> None:
    """Also where a forbidden name stands inside theirs."""
    assert not list(flag_findings(server(engine_args={flag: "x"}), FACTS, "chat"))


SECRETS = {
    "api-key": "correct-horse-battery",
    "hf-token": "anything",
    "hf_token": "anything-else",
    "ssl-keyfile-password": "swordfish",
    "middleware": "hf_" + "A1b2C3d4E5f6G7h8J9",
    "otlp-traces-endpoint": "https://user:swordfish@collector.example.com",
    "additional-config": {"deep": {"key": "AKIA" + "ABCDEFGHIJKLMNOP"}},
}


@pytest.mark.parametrize("flag", sorted(SECRETS))
def test_a_secret_in_a_flag_is_refused_and_never_repeated(flag: str) -> None:
    """Command lines stand in the Deployment, in state and in every report."""
    value = SECRETS[flag]
    (finding,) = flag_findings(server(engine_args={flag: value}), FACTS, "chat")

    assert "would write a secret" in finding.what
    assert "secret_env" in finding.fix
    texts = [value] if isinstance(value, str) else ["AKIA"]
    assert not [t for t in texts if t in str(finding)]


def test_what_no_flag_can_hold_is_refused() -> None:
    """Lists would be guessed at, dashes doubled, and two spellings are one flag."""
    args = {"lora-modules": ["a", "b"], "--seed": 1, "Bad Flag": 1, "max-loras": 1, "max_loras": 2}
    findings = list(flag_findings(server(engine_args=args), FACTS, "chat"))

    assert sorted((f.where.removeprefix("chat.engine_args."), f.what) for f in findings) == [
        ("--seed", "is no flag of the engine"),
        ("Bad Flag", "is no flag of the engine"),
        ("lora-modules", "is nothing that a flag can hold"),
        ("max-loras", "stands there twice in other spellings"),
    ]


JSON = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.from_regex(r"[a-z]{3}-[a-z]{1,8}", fullmatch=True), JSON, max_size=5))
def test_each_added_flag_is_one_argument_that_reads_back(args: dict[str, Any]) -> None:
    """No value breaks out of its flag, and the order of the map changes nothing."""
    made = flags(server(engine_args=args), FACTS)[9:]

    assert made == flags(server(engine_args=dict(reversed(args.items()))), FACTS)[9:]
    read: dict[str, Any] = {}
    for flag in made:
        match = re.fullmatch(r"--(no-)?([a-z-]+?)(?:=(.*))?", flag, re.DOTALL)
        assert match
        negated, name, text = match.groups()
        value = args[name]
        read[name] = not negated if text is None else json.loads(text) if not isinstance(value, str) else text
    assert read == args


def test_the_flags_of_the_team_file_are_of_the_form_that_is_taken_here() -> None:
    """What the loader lets in, the component understands."""
    serving = Serving.model_validate(
        {"name": "chat", "traffic": {"requests": "1/s"}, "engineArgs": {"enable-prefix-caching": True, "seed": 1}}
    )
    assert not list(flag_findings(server(engine_args=dict(serving.engine_args)), FACTS, "chat"))


def test_every_fact_of_the_engine_says_where_it_comes_from() -> None:
    """And on which day it was read."""
    assert {"conversions", "kvCache", "stores", "owned", "refusedEnvironment", "startup", "drain", "user"} <= set(
        FACTS.sources
    )
    assert all("2026-" in source for source in FACTS.sources.values())
