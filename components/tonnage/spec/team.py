"""The team file: what one team runs, and on which clusters."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from tonnage.spec.base import Line, MoneyRate, Name, NotPlannedYet, SpecModel
from tonnage.spec.workload import Batch, Notebooks, Priority, Serving, Training

Overrides = Mapping[Name, Mapping[str, Any]]
"""By workload name: the keys that differ on one cluster."""


class Team(SpecModel):
    """One team as it is on one cluster. The file is teams/<name>.yaml."""

    kind: Literal["Team"]
    """What the file describes."""
    name: Name
    """As the file is named."""
    contact: Line
    """Whom to ask or wake."""
    budget: MoneyRate | None = None
    """What the team may cost, over all its clusters."""
    priority: Priority = "standard"
    """Tier of all workloads that state none."""
    clusters: Annotated[Mapping[Name, Overrides], Field(min_length=1)]
    """Clusters that the team runs on, each with what differs there, by workload."""
    serving: tuple[Serving, ...] = ()
    """Served models."""
    training: tuple[Training, ...] = ()
    """Training runs; nodes are counted for those that state their GPUs."""
    batch: tuple[Batch, ...] = ()
    """Pods that run to their end."""
    notebooks: Annotated[tuple[Notebooks, ...], NotPlannedYet("no nodes are counted for notebooks")] = ()
    """Seats for people."""
