"""The catalogue as one value: everything that the planner and the components take as given."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from tonnage.catalog.accelerators import Accelerator, Source
from tonnage.catalog.models import Model
from tonnage.catalog.node_types import NodeType
from tonnage.units import Cpu, Memory


def version_with(shipped: str, changes: object) -> str:
    """Version of a catalogue that is changed: by that of the one beneath it, and what JSON says of the changes."""
    text = json.dumps([shipped, changes], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class DaemonSetRequest:
    """What one DaemonSet of the platform asks of every node that it runs on."""

    name: str
    on: Literal["gpu", "all"]
    cpu: Cpu
    memory: Memory
    source: Source


@dataclass(frozen=True)
class Release:
    """One pinned piece of software: an image, or a machine image alias."""

    name: str
    """vllm, device-plugin, nfd, ami-al2023."""
    version: str
    reference: str
    """What is written into a manifest: registry/name:tag, or alias@version."""
    source: Source


@dataclass(frozen=True)
class Catalog:
    """Facts with source and date; the user's own rows are in their places already."""

    accelerators: Mapping[str, Accelerator]
    node_types: Mapping[str, NodeType]
    """Over all clouds; names are unique."""
    models: Mapping[str, Model]
    daemon_sets: tuple[DaemonSetRequest, ...]
    """Of tonnage's own stack and of the platform."""
    releases: Mapping[str, Release]
    version: str
    """Digest of the meaning of all rows: equal for equal catalogues."""
    prices_as_of: date | None = None
    """The oldest price in the book."""
