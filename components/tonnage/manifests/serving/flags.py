"""The engine's command line: what the plan has decided first, then what the user adds."""

import json
import re
from collections.abc import Iterator, Mapping

from tonnage.findings import Finding
from tonnage.manifests.contracts import ENGINE_PORT
from tonnage.manifests.secrets import holds_a_secret, names_a_secret
from tonnage.manifests.serving.engine import EngineFacts
from tonnage.manifests.serving.server import Server, scheme_of

_FLAG = re.compile(r"[a-z0-9][a-z0-9-]*(\.[\w.+-]+)?")
"""A flag without dashes in front; a key inside its structure may follow."""


def flags(server: Server, facts: EngineFacts) -> list[str]:
    """Arguments of `vllm serve`: the source, then flags in a fixed order."""
    planned: list[tuple[str, object]] = [
        ("served-model-name", server.model),
        ("port", ENGINE_PORT),
        ("tensor-parallel-size", server.gpus),
        ("max-model-len", server.context_length),
        ("max-num-seqs", server.max_num_seqs),
        ("gpu-memory-utilization", server.gpu_memory_utilization),
        ("shutdown-timeout", facts.drain(server.drain_seconds)),
    ]
    conversion = facts.conversions.get(server.precision)
    if conversion and server.published_precision in conversion.from_:
        planned.append((conversion.flag, conversion.value))
    if cache := facts.kv_cache.get(server.kv_precision):
        planned.append(("kv-cache-dtype", cache))
    if scheme_of(server.source):
        planned.append(("load-format", facts.store_load_format))
    if server.revision:
        planned.append(("revision", server.revision))
    added = sorted((_spelt(name), value) for name, value in server.engine_args.items())
    return [server.source, *(_flag(name, value) for name, value in [*planned, *added])]


def flag_findings(server: Server, facts: EngineFacts, where: str) -> Iterator[Finding]:
    """What is wrong with the flags that the user adds. Values that may be secret are not repeated."""
    for name, value in sorted(server.engine_args.items()):
        place = f"{where}.engine_args.{name}"
        spelt = _spelt(name)
        if names_a_secret(spelt) or holds_a_secret(_shown(value)):
            fix = "put it into a Secret and name that under hub_token or secret_env (vLLM reads HF_TOKEN, VLLM_API_KEY)"
            yield Finding(place, "would write a secret into the pod's command line", fix, code="TN504")
        elif not _FLAG.fullmatch(spelt):
            yield Finding(
                place,
                "is no flag of the engine",
                "write it without leading dashes: enable-prefix-caching",
                code="TN501",
            )
        elif (owner := _owner(spelt, facts)) is not None:
            yield Finding(place, *_decided(owner), code="TN501")
        elif not isinstance(value, bool | int | float | str | Mapping):
            fix = "write the text that the engine expects, or a map for JSON"
            yield Finding(place, "is nothing that a flag can hold", fix, code="TN501")
    for name in _twice(server.engine_args):
        yield Finding(
            f"{where}.engine_args.{name}", "stands there twice in other spellings", "keep one of them", code="TN501"
        )


def precision_findings(server: Server, facts: EngineFacts, where: str) -> Iterator[Finding]:
    """Formats that the engine cannot make of the checkpoint, or does not know."""
    served, published = server.precision, server.published_precision
    conversion = facts.conversions.get(served)
    if served != published and (conversion is None or published not in conversion.from_):
        from_here = sorted(f for f, c in facts.conversions.items() if published in c.from_ and f != published)
        can = f", or serve {' or '.join(from_here)}" if from_here else ""
        fix = f"name a checkpoint that was published in {served} as source{can}"
        yield Finding(
            f"{where}.precision",
            f"vLLM cannot turn {published} weights into {served} while it loads",
            fix,
            code="TN501",
        )
    if server.kv_precision not in facts.kv_cache:
        fix = f"use one of {', '.join(sorted(facts.kv_cache))}"
        yield Finding(
            f"{where}.kv_precision", f"{server.kv_precision!r} is no format of the KV cache", fix, code="TN501"
        )


def _decided(owner: str) -> tuple[str, str]:
    if not owner:
        return "is decided by the component: probes, Service and plan count on it", "drop it"
    return f"is decided by {owner}, and the plan counts on that", f"drop it, and set {owner}"


def _owner(spelt: str, facts: EngineFacts) -> str | None:
    """The argument that decides a flag. The engine takes beginnings of flags too, and `no-` before switches."""
    head = spelt.removeprefix("no-").partition(".")[0]
    return next((owner for flag, owner in facts.owned.items() if flag.startswith(head)), None)


def _spelt(name: str) -> str:
    """As the engine spells it: it takes underscores for dashes, but not inside the keys of a structure."""
    head, dot, rest = name.strip().partition(".")
    return head.replace("_", "-") + dot + rest


def _twice(args: Mapping[str, object]) -> list[str]:
    spelt = [_spelt(name) for name in args]
    return sorted({name for name in spelt if spelt.count(name) > 1})


def _flag(name: str, value: object) -> str:
    if isinstance(value, bool):
        return f"--{name}" if value else f"--no-{name}"
    return f"--{name}={_shown(value)}"


def _shown(value: object) -> str:
    """Whole floats are ints that came over Pulumi's wire."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, str):
        return value
    return json.dumps(_whole(value), separators=(",", ":"), sort_keys=True, default=str)


def _whole(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(k): _whole(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(v) for v in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
