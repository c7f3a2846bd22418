"""The reference platform repository, read, planned and recorded once."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tonnage.capacity.result import CapacityPlan
from tonnage.capacity.situation import planned, situation, stored
from tonnage.catalog.catalog import Catalog
from tonnage.cli.sides import side_of
from tonnage.findings import errors
from tonnage.manifests.declared import Declared
from tonnage.spec.load import Specs

REFERENCE = Path(__file__).parents[2] / "stacks"


@dataclass(frozen=True)
class Reference:
    """The repository as everything in it follows from its specs."""

    specs: Specs
    catalog: Catalog
    plans: dict[str, CapacityPlan]
    declared: tuple[Declared, ...]

    @property
    def objects(self) -> tuple[Declared, ...]:
        """Kubernetes objects of all stacks."""
        return tuple(d for d in self.declared if d.is_object)


@pytest.fixture(scope="session")
def repo() -> Reference:
    """Planned and recorded without an error."""
    return reference_at(REFERENCE)


def reference_at(folder: Path) -> Reference:
    """The repository in that folder, or a copy of it that a test has changed; where it has plan files, as they say."""
    at = situation(folder)
    made = planned(at, before=stored(at).plans)
    side = side_of(folder, "here", "")
    assert not errors([*made.findings, *side.findings])
    assert at.specs is not None
    assert at.catalog is not None
    return Reference(at.specs, at.catalog, dict(made.plans), side.declared)
