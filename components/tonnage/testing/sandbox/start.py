"""Start a control plane, and know when it is ready."""

import http.client
import shutil
import socket
import ssl
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tonnage.testing.sandbox.api import Api
from tonnage.testing.sandbox.binaries import Programs
from tonnage.testing.sandbox.certificates import ADMIN
from tonnage.testing.sandbox.keeper import Keeper
from tonnage.testing.sandbox.problems import SandboxError
from tonnage.testing.sandbox.processes import LOOPBACK, PORTS, Plan, commands, prepare

_READY_WITHIN = 120.0  # a busy machine; an idle one needs 10 to 15 s
_LOOK_EVERY = 0.1
_TRIES = 3
_TAIL = 12
_TAKEN = "address already in use"
_FIRST = ("etcd", "kube-apiserver")


@dataclass(frozen=True)
class Wanted:
    """What is asked of a control plane."""

    programs: Programs
    score: str
    emulate: str


@dataclass(frozen=True)
class Started:
    """A control plane that is ready."""

    plan: Plan
    keeper: Keeper
    api: Api
    seconds: float
    """That it took to be ready."""


def start(wanted: Wanted, folder: Path | None = None, lock: Path | None = None) -> Started:
    """Start all programs and wait until they are ready.

    Without a folder a temporary one is made for each try. Raises SandboxError with the end of the log of what failed;
    the logs stay then. A port that somebody took between choice and start is chosen anew.
    """
    for left in reversed(range(_TRIES)):
        place = Path(tempfile.mkdtemp(prefix="tonnage-sandbox-")) if folder is None else folder
        plan = Plan(place, wanted.programs, free_ports(), wanted.score, wanted.emulate)
        try:
            return _start(plan, lock or place / "lock")
        except SandboxError as problem:
            if _TAKEN not in str(problem) or not left or folder is not None:
                raise
    raise AssertionError


def free_ports() -> dict[str, int]:
    """Ports of loopback that are free now, all different."""
    sockets = {name: socket.socket() for name in PORTS}
    try:
        for found in sockets.values():
            found.bind((LOOPBACK, 0))
        return {name: found.getsockname()[1] for name, found in sockets.items()}
    finally:
        for found in sockets.values():
            found.close()


def _start(plan: Plan, lock: Path) -> Started:
    begun = time.monotonic()
    try:
        prepare(plan)
    except BaseException:
        shutil.rmtree(plan.folder)
        raise
    api = Api((LOOPBACK, plan.ports["kube-apiserver"]), plan.certificates, ADMIN.name)
    keeper = Keeper(lock, plan.folder)
    try:
        given = commands(plan)
        for name in _FIRST:
            keeper.start(name, given.pop(name), plan.log(name))
        _wait(plan, keeper, "kube-apiserver", lambda: api.call("GET", "/readyz").status == 200)
        for name, argv in given.items():
            keeper.start(name, argv, plan.log(name))
        for name in given:
            _wait(plan, keeper, name, partial(_healthy, plan, name))
        account = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "default", "namespace": "default"},
        }
        _wait(plan, keeper, "kube-controller-manager", lambda: api.get(account).status == 200)
        _judge_version(plan, api)
    except BaseException:
        api.close()
        _keep(keeper)
        raise
    return Started(plan, keeper, api, time.monotonic() - begun)


def _wait(plan: Plan, keeper: Keeper, name: str, ready: Callable[[], bool]) -> None:
    end = time.monotonic() + _READY_WITHIN
    while not _quietly(ready):
        keeper.look()
        for ended, code in keeper.ended.items():
            raise SandboxError(f"{ended} ended with exit code {code}; {_said(plan, ended)}")
        if time.monotonic() > end:
            raise SandboxError(f"{name} was not ready within {_READY_WITHIN:.0f} s; {_said(plan, name)}")
        time.sleep(_LOOK_EVERY)


def _quietly(ready: Callable[[], bool]) -> bool:
    """Who does not answer yet is not ready yet."""
    try:
        return ready()
    except SandboxError:
        return False


def _healthy(plan: Plan, name: str) -> bool:
    """Ask a program itself. KWOK speaks without TLS, and only of its health."""
    port = plan.ports[name]
    if name == "kwok":
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    else:
        trust = ssl.create_default_context(cafile=str(plan.certificates / "ca.crt"))
        connection = http.client.HTTPSConnection(LOOPBACK, port, timeout=5, context=trust)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _judge_version(plan: Plan, api: Api) -> None:
    """A server built without its version says v0.0.0: providers and charts would misjudge it."""
    said = str(api.call("GET", "/version").body.get("gitVersion"))
    if said.startswith("v0."):
        raise SandboxError(f"{plan.programs['kube-apiserver']} reports version {said}; build it with its version set")


def _said(plan: Plan, name: str) -> str:
    log = plan.log(name)
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return f"the end of {log}:\n" + "\n".join(lines[-_TAIL:])


def _keep(keeper: Keeper) -> None:
    """Leave the logs, where the supervisor can still be told."""
    try:
        keeper.keep_logs()
    except SandboxError:
        pass
    finally:
        keeper.stop()
