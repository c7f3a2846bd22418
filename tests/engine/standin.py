"""A stand-in for the engine, to test the tests of crashes with: it writes locks, state and events as the engine does.

It creates the objects of a file one by one on a real API server, and can be killed between any two of its steps. What
it is told comes from the environment, for the command line is the engine's own.
"""

import json
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

from tonnage.testing.sandbox.api import Api

RETAINED = ("Namespace", "CustomResourceDefinition")
PAUSE = 0.02
"""Seconds between an answer and its record in the state: what a crash falls into."""


class StandIn:
    """One command."""

    def __init__(self, stack: str, event_log: str) -> None:
        backend = Path(os.environ["PULUMI_BACKEND_URL"].removeprefix("file://"))
        self.file = backend / f"{stack}.json"
        self.locks = backend / ".pulumi" / "locks" / "organization" / "reference" / stack
        self.log = Path(event_log) if event_log else None
        self.number = 0
        deployment: dict[str, Any] = {"resources": [], "pending_operations": []}
        self.state = json.loads(self.file.read_text()) if self.file.exists() else deployment
        host, port, certificates = os.environ["STANDIN_SERVER"].split(" ")
        self.api = Api((host, int(port)), Path(certificates), "admin")

    def save(self) -> None:
        """At once or not at all, as the engine does."""
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps(self.state))
        new.replace(self.file)

    def tell(self, kind: str, urn: str) -> None:
        """An event."""
        if self.log is not None:
            with self.log.open("a") as out:
                out.write(json.dumps({"sequence": self.number, kind: {"metadata": {"urn": urn}}}) + "\n")
        self.number += 1

    def under_way(self, kind: str, resource: dict[str, Any], answered: Any) -> None:
        """Note the operation, do it, and note that it is done: a crash may fall in between."""
        self.state["pending_operations"] = [{"type": kind, "resource": resource}]
        self.save()
        self.tell("resourcePreEvent", resource["urn"])
        answer = answered(resource["inputs"])
        if answer.why_not is not None and not (kind == "deleting" and answer.status == 404):
            sys.exit(answer.why_not)
        time.sleep(PAUSE)
        self.state["pending_operations"] = []
        resources = [r for r in self.state["resources"] if r["urn"] != resource["urn"]]
        self.state["resources"] = resources if kind == "deleting" else [*resources, resource]
        self.save()
        self.tell("resOutputsEvent", resource["urn"])

    def up(self) -> None:
        """Create what the state does not hold; what exists all the same is refused."""
        held = {r["urn"] for r in self.state["resources"]}
        for manifest in json.loads(Path(os.environ["STANDIN_OBJECTS"]).read_text()):
            metadata = manifest["metadata"]
            name = f"{metadata.get('namespace', '')}-{metadata['name']}"
            urn = f"urn:pulumi:s::reference::kubernetes:{manifest['apiVersion']}:{manifest['kind']}::{name}"
            if urn not in held:
                self.under_way("creating", {"urn": urn, "custom": True, "inputs": manifest}, self.api.create)

    def destroy(self) -> None:
        """Delete, last first, what is not to be retained."""
        for resource in reversed(list(self.state["resources"])):
            if resource["inputs"]["kind"] in RETAINED:
                self.state["resources"].remove(resource)
                self.save()
            else:
                self.under_way("deleting", resource, self.api.delete)

    def refresh(self, args: list[str]) -> None:
        """Import the pending creates that are named, drop the others, and what no longer exists."""
        named = [args[i + 1] for i, arg in enumerate(args) if arg == "--import-pending-creates"][::2]
        for pending in self.state["pending_operations"]:
            if pending["type"] == "creating" and pending["resource"]["urn"] in named:
                self.state["resources"].append(pending["resource"])
        self.state["pending_operations"] = []
        there = [r for r in self.state["resources"] if self.api.get(r["inputs"]).status == 200]
        self.state["resources"] = there
        self.save()


def main(args: list[str]) -> None:
    """Do what a command line of the engine says."""
    stack = args[args.index("--stack") + 1]
    engine = StandIn(stack, args[args.index("--event-log") + 1] if "--event-log" in args else "")
    verb = args[1:3] if args[1] in {"stack", "state"} else args[1:2]
    if verb == ["stack", "export"]:
        print(json.dumps({"version": 3, "deployment": engine.state}))  # noqa: T201 a command line of its own
    elif verb == ["stack", "rm"]:
        engine.file.unlink(missing_ok=True)
    elif verb == ["cancel"]:
        for lock in engine.locks.glob("*.json"):
            lock.unlink()
    elif verb[0] in {"up", "destroy", "refresh"}:
        if held := list(engine.locks.glob("*.json")):
            sys.exit(f"the stack is currently locked by pid {json.loads(held[0].read_text())['pid']}")
        engine.locks.mkdir(parents=True, exist_ok=True)
        own = engine.locks / f"{os.getpid()}.json"
        body = {"pid": os.getpid(), "username": "test", "hostname": socket.gethostname()}
        own.write_text(json.dumps({**body, "timestamp": "2026-11-25T12:00:00Z"}))
        try:
            engine.refresh(args) if verb == ["refresh"] else getattr(engine, verb[0])()
        finally:
            own.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
