"""The sandbox as a test uses it: start it, give it definitions, nodes and objects, and hear what it refuses."""

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from tonnage.findings import Finding
from tonnage.manifests.declared import Declared, Manifest
from tonnage.testing.sandbox.api import Api, until
from tonnage.testing.sandbox.binaries import programs
from tonnage.testing.sandbox.objects import definitions_of, in_order, kind_of, named, needed
from tonnage.testing.sandbox.problems import SandboxError
from tonnage.testing.sandbox.refusals import refusal
from tonnage.testing.sandbox.start import Started, Wanted, start
from tonnage.testing.sandbox.waiting import waiting

Score = Literal["MostAllocated", "LeastAllocated"]
_ESTABLISHED_WITHIN = 30.0
_READY_WITHIN = 60.0


class Sandbox:
    """A control plane for the time of a `with` block. Nothing of it is left afterwards, however the block ends.

    `score`: how the scheduler prefers nodes; MostAllocated is the contract under which N is planned, LeastAllocated
    what stock clusters do. `emulate`: a minor version (1.35) whose behaviour is shown. `build`: whether the programs
    may be built where they are absent (20 minutes, once); left out, only where TONNAGE_SANDBOX_BUILD is 1.
    Raises SandboxError where it cannot be had; `why_not()` says so before.
    """

    def __init__(self, *, score: Score = "MostAllocated", emulate: str = "", build: bool | None = None) -> None:
        self._score, self._emulate, self._build = score, emulate, build
        self._started: Started | None = None

    def __enter__(self) -> Self:
        self._started = start(Wanted(programs(may_build=self._build), self._score, self._emulate))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, _: TracebackType | None
    ) -> None:
        if problem is not None and self._started is not None:
            self._started.keeper.keep_logs()
            problem.add_note(f"the logs of the sandbox are in {self.logs}")
        self.close()

    def close(self) -> None:
        """End it; a second time does nothing."""
        if self._started is not None:
            self._started.api.close()
            self._started.keeper.stop()
            self._started = None

    def keep_logs(self) -> Path:
        """Leave the logs when it ends; the folder of them."""
        self.started.keeper.keep_logs()
        return self.logs

    @property
    def started(self) -> Started:
        """Ports, process ids and files. Raises SandboxError outside the `with` block."""
        if self._started is None:
            raise SandboxError("the sandbox is not started; use it in a `with` block")
        return self._started

    @property
    def api(self) -> Api:
        """Calls as administrator."""
        return self.started.api

    @property
    def kubeconfig(self) -> Path:
        """For kubectl, Pulumi and every other client, as administrator."""
        return self.started.plan.kubeconfig("admin")

    @property
    def logs(self) -> Path:
        """Folder of what each program said, and of the audit log."""
        return self.started.plan.folder / "logs"

    def define(
        self, definitions: Path | Iterable[Manifest], needed_by: Iterable[Declared | Manifest] | None = None
    ) -> None:
        """Install definitions of custom resources, and wait until the server serves them.

        `definitions`: a folder of JSON files (`kubectl get crd NAME -o json`), or the objects themselves. `needed_by`:
        install only those of kinds that these objects have: each costs the API server some 20 MB. Raises SandboxError
        where one is refused.
        """
        found = definitions_of(definitions)
        chosen = found if needed_by is None else needed(found, in_order(needed_by))
        for definition in chosen:
            answer = self.api.apply(definition)
            if answer.why_not is not None:
                raise SandboxError(f"{named(definition)} is refused: {answer.why_not}")
        for definition in chosen:
            if not until(partial(self._serves, definition), _ESTABLISHED_WITHIN):
                raise SandboxError(f"{named(definition)} is not served after {_ESTABLISHED_WITHIN:.0f} s")

    def check(self, objects: Iterable[Declared | Manifest]) -> tuple[Finding, ...]:
        """What the server would refuse, by a strict dry run of each object. Empty: it accepts them all.

        Nothing is stored but the namespaces among the objects: in a namespace that does not exist nothing can be tried.
        """
        ordered = in_order(objects)
        spaces = [o for o in ordered if kind_of(o) == "Namespace"]
        refused = [*self._tried(spaces, dry_run=True), *self._tried(spaces, dry_run=False)]
        return (*refused, *self._tried([o for o in ordered if o not in spaces], dry_run=True))

    def apply(self, objects: Iterable[Declared | Manifest]) -> tuple[Finding, ...]:
        """Apply objects in the order of their dependencies (plain manifests: as given); what the server refuses."""
        return self._tried(in_order(objects), dry_run=False)

    def add(self, nodes: Iterable[Manifest]) -> None:
        """Add simulated nodes, and wait until they are ready. Raises SandboxError where one is refused."""
        added = tuple(nodes)
        for node in added:
            answer = self.api.create(node)
            if answer.why_not is not None:
                raise SandboxError(f"{named(node)} is refused: {answer.why_not}")
        names = {n["metadata"]["name"] for n in added}

        def ready() -> bool:
            there = [n for n in self.api.list("v1", "Node") if n["metadata"]["name"] in names]
            return all(not n["spec"].get("taints") or _only_own(n, added) for n in there) and all(map(_ready, there))

        if not until(ready, _READY_WITHIN):
            raise SandboxError(f"nodes are not ready after {_READY_WITHIN:.0f} s; see {self.logs}")

    def settle(self, seconds: float = 60.0) -> tuple[Finding, ...]:
        """Wait until every pod runs or the scheduler has said why it cannot; the pods that wait, and why."""
        return waiting(self.api, seconds)

    def _serves(self, definition: Manifest) -> bool:
        status = self.api.get(definition).body.get("status", {})
        conditions = {c["type"]: c["status"] for c in status.get("conditions") or ()}
        spec = definition["spec"]
        served = [f"{spec['group']}/{v['name']}" for v in spec["versions"] if v["served"]]
        known = [self.api.path(version, spec["names"]["kind"], None) for version in served]
        return conditions.get("Established") == "True" and all(isinstance(path, str) for path in known)

    def _tried(self, objects: Sequence[Manifest], *, dry_run: bool) -> tuple[Finding, ...]:
        refused = []
        for manifest in objects:
            answer = self.api.apply(manifest, dry_run=dry_run)
            if answer.why_not is not None:
                refused.append(refusal(named(manifest), answer.why_not, answer.status))
        return tuple(refused)


def _ready(node: Manifest) -> bool:
    return any(c["type"] == "Ready" and c["status"] == "True" for c in node["status"].get("conditions") or ())


def _only_own(node: Manifest, added: Sequence[Manifest]) -> bool:
    """The server taints a new node until it is ready; what remains then is what it was given."""
    own = next(n for n in added if n["metadata"]["name"] == node["metadata"]["name"])
    given = {t["key"] for t in own.get("spec", {}).get("taints", ())}
    return {t["key"] for t in node["spec"]["taints"]} == given
