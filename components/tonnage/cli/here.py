"""What a command works on: the specs of a folder, read and judged."""

from pathlib import Path

from tonnage.capacity.situation import Situation, situation
from tonnage.cli.folder import prefix_of, specs_folder
from tonnage.cli.usage import unknown


def situation_here(specs: Path | None, cluster: str | None = None) -> Situation:
    """Of the given folder, else of this one. Raises `UsageError`, also for a cluster that is not there."""
    folder = specs_folder(specs, Path.cwd())
    at = situation(folder, prefix_of(folder))
    if cluster is not None and at.specs is not None and cluster not in at.specs.clusters:
        raise unknown("cluster", cluster, at.specs.clusters)
    return at
