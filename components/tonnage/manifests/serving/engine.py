"""What vLLM understands: its flags, stores and conversions, as data with source and date."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from tonnage.files.plain import from_plain

FILE = "vllm.v1.json"


@dataclass(frozen=True)
class Conversion:
    """How a weight format comes about from others while the weights load."""

    from_: tuple[str, ...]
    """Formats of checkpoints that can be converted."""
    flag: str
    value: str


@dataclass(frozen=True)
class StartupStep:
    """Seconds that a model may take to start, up to a size."""

    up_to_billions: float
    seconds: int


@dataclass(frozen=True)
class EngineFacts:
    """One engine. `sources` says, by subject, where each fact comes from."""

    schema_version: int
    conversions: Mapping[str, Conversion]
    """By the format that is served."""
    kv_cache: Mapping[str, str]
    """Value of --kv-cache-dtype by format; empty: the engine's default."""
    stores: Mapping[str, tuple[str, ...]]
    """Environment variables that a store needs, by the scheme of its addresses."""
    store_load_format: str
    owned: Mapping[str, str]
    """Flags that are not the user's to set, and the argument that decides each; empty: none does."""
    refused_environment: Mapping[str, str]
    """Environment variables that must not be set, and why."""
    startup: tuple[StartupStep, ...]
    startup_beyond_seconds: int
    node_seconds: int
    """What a pod may wait for its node."""
    drain_seconds: int
    pre_stop_seconds: int
    slack_seconds: int
    user: int
    group: int
    sources: Mapping[str, str]

    def drain(self, stated: int | None) -> int:
        """Seconds that requests in flight get: as stated, or the default."""
        return self.drain_seconds if stated is None else stated

    def startup_seconds(self, billions: float | None) -> int:
        """How long a model of so many billion parameters may take to start; unknown: as long as the largest."""
        steps = () if billions is None else self.startup
        return next((s.seconds for s in steps if (billions or 0) <= s.up_to_billions), self.startup_beyond_seconds)


@cache
def load_engine() -> EngineFacts:
    """The shipped facts of vLLM. Raises ValueError if the package's own file is broken."""
    text = files("tonnage.manifests.serving").joinpath("data", FILE).read_text(encoding="utf-8")
    found, problems = from_plain(EngineFacts, json.loads(text))
    if found is None:
        raise ValueError(f"{FILE} is broken: {problems}")
    return found
