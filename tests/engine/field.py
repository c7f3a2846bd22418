"""A stack that is made, crashed, recovered and destroyed again and again, and what the cluster holds meanwhile."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from engine.driven import PLATFORM, Driven
from tonnage.manifests.declared import Manifest
from tonnage.testing.engine import Kill, objects_of, same_objects
from tonnage.testing.engine.compare import Objects
from tonnage.testing.engine.kills import lines_of
from tonnage.testing.sandbox import Sandbox
from tonnage.testing.sandbox.api import until

_SETTLED_WITHIN = 90.0


@dataclass(frozen=True)
class Field:
    """The platform's stack on one cluster."""

    driven: Driven
    sandbox: Sandbox
    kinds: frozenset[tuple[str, str]]
    bare: Objects
    """What is there without the stack."""

    def holds(self) -> Objects:
        """What the cluster holds now, of the kinds that the stack declares."""
        return objects_of(self.sandbox.api, self.kinds)

    def unlike(self, wanted: Objects) -> tuple[str, ...]:
        """What is not as wanted after controllers have had their time."""
        until(lambda: not self.differences(wanted), _SETTLED_WITHIN, every=0.5)
        return self.differences(wanted)

    def differences(self, wanted: Objects) -> tuple[str, ...]:
        """What is not as wanted at this moment."""
        return same_objects(wanted, self.holds())

    def reset(self) -> None:
        """As if the stack had never been."""
        for key, extra in self.holds().items():
            if key not in self.bare:
                self.sandbox.api.delete(extra)
        assert self.unlike(self.bare) == ()
        self.driven.forget(PLATFORM)

    def prepare(self, phase: str) -> None:
        """To the moment before the phase begins."""
        self.reset()
        if phase == "destroy":
            self.driven.run(PLATFORM, "up", "--yes", "--skip-preview")
            self.driven.unprotect(PLATFORM)

    def clean(self, phase: str, log: Path) -> tuple[int, Objects]:
        """A run of the phase that nobody disturbs: how many events it has, and what stands at its end."""
        self.prepare(phase)
        self.driven.run(PLATFORM, phase, "--yes", "--skip-preview", "--event-log", str(log))
        until(lambda: not any(o["metadata"].get("deletionTimestamp") for o in self.holds().values()), _SETTLED_WITHIN)
        return lines_of(log), self.holds()

    def crash(self, kill: Kill, wanted: Objects, log: Path) -> tuple[str, ...]:
        """One crash, recovery and second run; what is not as it should be."""
        driven = self.driven
        self.prepare(kill.phase)
        stopped = driven.killed(PLATFORM, kill.event, log, kill.phase)
        if stopped.killed:
            driven.recover(PLATFORM, self.sandbox)
            driven.run(PLATFORM, kill.phase, "--yes", "--skip-preview")
        state = driven.state(PLATFORM)
        under_way = [f"{p.kind} {p.resource.urn} is still pending" for p in state.pending]
        return (*self.unlike(wanted), *under_way, *(f"{urn} is held twice" for urn in state.twice))


def field_of(driven: Driven, sandbox: Sandbox, declared: Iterable[Manifest]) -> Field:
    """With what the cluster holds now as what is there without the stack."""
    kinds = frozenset((str(o["apiVersion"]), str(o["kind"])) for o in declared)
    return Field(driven, sandbox, kinds, objects_of(sandbox.api, kinds))
