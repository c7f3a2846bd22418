"""A small client of the API server: what tests ask of it, in one class, with the standard library alone."""

import http.client
import json
import re
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from tonnage.manifests.declared import Manifest
from tonnage.testing.sandbox.problems import SandboxError

FIELD_MANAGER = "tonnage"
_APPLY = "application/apply-patch+yaml"  # JSON is YAML
_MERGE = "application/merge-patch+json"
_TIMEOUT = 60.0
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPED = re.compile(r"\\(.)")
_Sent = tuple[object, str]  # a body and its content type


@dataclass(frozen=True)
class Answer:
    """What the API server said."""

    status: int
    """HTTP status."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """The object, list or Status."""
    warnings: tuple[str, ...] = ()
    """Of deprecated versions, and of pods that a Pod Security level would refuse."""

    @property
    def why_not(self) -> str | None:
        """The reason of a refusal, in the server's words; None: it was granted."""
        if self.status < 400:
            return None
        return str(self.body.get("message") or f"HTTP status {self.status}")


@dataclass(frozen=True)
class _Resource:
    plural: str
    namespaced: bool


class Api:
    """Calls to one API server as one user. A refusal is an answer; only a server that does not answer is an error."""

    def __init__(
        self, server: tuple[str, int], certificates: Path, pair: str, user: str = "", groups: tuple[str, ...] = ()
    ) -> None:
        """`certificates` holds ca.crt and the client's PAIR.crt and PAIR.key. `user` and `groups`: impersonated."""
        self._server, self._certificates, self._pair = server, certificates, pair
        self._as = [("Impersonate-User", user)] if user else []
        self._as += [("Impersonate-Group", group) for group in groups]
        self._tls = ssl.create_default_context(cafile=str(certificates / "ca.crt"))
        self._tls.load_cert_chain(certificates / f"{pair}.crt", certificates / f"{pair}.key")
        self._connection: http.client.HTTPSConnection | None = None
        self._one_at_a_time = threading.Lock()
        self._kinds: dict[tuple[str, str], _Resource] = {}

    def impersonating(self, user: str, *groups: str) -> "Api":
        """The same server, asked as somebody else: what RBAC lets them do."""
        return Api(self._server, self._certificates, self._pair, user, ("system:authenticated", *groups))

    def close(self) -> None:
        """End the connection; the next call opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def apply(self, manifest: Manifest, *, dry_run: bool = False) -> Answer:
        """Server-side apply. Unknown and doubled fields are refused, and so is a field that another manager owns."""
        query = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict", **({"dryRun": "All"} if dry_run else {})}
        return self._about(manifest, "PATCH", query, (manifest, _APPLY))

    def create(self, manifest: Manifest, *, dry_run: bool = False) -> Answer:
        """Create, as controllers do: the object must not exist yet. `generateName` may stand for a name."""
        query = {"fieldValidation": "Strict", **({"dryRun": "All"} if dry_run else {})}
        path = self.path(manifest["apiVersion"], manifest["kind"], manifest["metadata"].get("namespace"))
        return path if isinstance(path, Answer) else self.call("POST", path, query, manifest)

    def patch(self, manifest: Manifest, change: Mapping[str, Any], subresource: str = "") -> Answer:
        """Merge a change into the object that the manifest names."""
        below = f"/{subresource}" if subresource else ""
        return self._about(manifest, "PATCH", {}, (change, _MERGE), below)

    def get(self, manifest: Manifest) -> Answer:
        """The object that the manifest names, as the server holds it."""
        return self._about(manifest, "GET", {})

    def delete(self, manifest: Manifest, *, at_once: bool = False) -> Answer:
        """Delete the object that the manifest names; what it owns goes in the background.

        `at_once`: a pod's grace is not waited for, as it is when its node is gone.
        """
        grace = {"gracePeriodSeconds": "0"} if at_once else {}
        return self._about(manifest, "DELETE", {"propagationPolicy": "Background", **grace})

    def list(self, api_version: str, kind: str, namespace: str | None = None, **query: str) -> tuple[Manifest, ...]:
        """All objects of a kind, in one namespace or in all, by namespace and name. Raises SandboxError if refused."""
        path = self.path(api_version, kind, namespace)
        answer = path if isinstance(path, Answer) else self.call("GET", path, query)
        if answer.why_not is not None:
            raise SandboxError(f"cannot list {kind}: {answer.why_not}")
        found = [{"apiVersion": api_version, "kind": kind, **item} for item in answer.body["items"]]
        return tuple(sorted(found, key=lambda o: (o["metadata"].get("namespace", ""), o["metadata"]["name"])))

    def path(self, api_version: str, kind: str, namespace: str | None, name: str = "") -> str | Answer:
        """The URL path of an object, or of all; an Answer where the server serves no such kind."""
        resource = self._resource(api_version, kind)
        if isinstance(resource, Answer):
            return resource
        place = f"/namespaces/{quote(namespace, safe='')}" if namespace and resource.namespaced else ""
        own = f"/{quote(name, safe='')}" if name else ""
        return f"{_root(api_version)}{place}/{resource.plural}{own}"

    def call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: object = None,
        content: str = "application/json",
    ) -> Answer:
        """One request. Raises SandboxError where the server does not answer."""
        target = f"{path}?{urlencode(query)}" if query else path
        data = None if body is None else json.dumps(body).encode()
        with self._one_at_a_time:
            for tries_left in (1, 0):
                try:
                    return self._send(method, target, data, content)
                except (OSError, http.client.HTTPException) as problem:
                    self.close()  # an idle connection may have been closed by the server: once more
                    if not tries_left:
                        raise SandboxError(f"the API server does not answer: {problem}") from problem
        raise AssertionError

    def _send(self, method: str, target: str, data: bytes | None, content: str) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPSConnection(*self._server, context=self._tls, timeout=_TIMEOUT)
        self._connection.putrequest(method, target, skip_accept_encoding=True)
        self._connection.putheader("Accept", "application/json")
        for name, value in self._as:
            self._connection.putheader(name, value)
        if data is not None:
            self._connection.putheader("Content-Type", content)
            self._connection.putheader("Content-Length", str(len(data)))
        self._connection.endheaders(data)
        response = self._connection.getresponse()
        text = response.read()
        warned = map(_unquoted, response.headers.get_all("Warning", []))
        try:
            read = json.loads(text)
        except ValueError:
            read = None
        body = read if isinstance(read, dict) else {"message": text.decode(errors="replace")}
        return Answer(response.status, body, tuple(warned))

    def _about(
        self, manifest: Manifest, method: str, query: Mapping[str, str], sent: _Sent | None = None, below: str = ""
    ) -> Answer:
        """A request about the object that the manifest names, or what is below it (status, eviction)."""
        metadata = manifest["metadata"]
        path = self.path(manifest["apiVersion"], manifest["kind"], metadata.get("namespace"), metadata["name"])
        return path if isinstance(path, Answer) else self.call(method, f"{path}{below}", query, *(sent or ()))

    def _resource(self, api_version: str, kind: str) -> _Resource | Answer:
        """How a kind is called in paths. Asked anew for an unknown kind: definitions come while we run."""
        if (api_version, kind) not in self._kinds:
            answer = self.call("GET", _root(api_version))
            if answer.why_not is not None and answer.status != 404:
                return answer
            for found in answer.body.get("resources", ()):
                if "/" not in found["name"]:
                    self._kinds[api_version, found["kind"]] = _Resource(found["name"], found["namespaced"])
        missing = Answer(
            404, {"message": f"the server serves no {kind} of {api_version}: its definition is not installed"}
        )
        return self._kinds.get((api_version, kind), missing)


def _unquoted(warning: str) -> str:
    """The text of a warning: 299 - "text", with quotes inside escaped (RFC 7234, 5.5; RFC 9110, 5.6.4)."""
    match = _QUOTED.search(warning)
    return warning if match is None else _ESCAPED.sub(r"\1", match[1])


def _root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def until(condition: Callable[[], bool], seconds: float, every: float = 0.1) -> bool:
    """Ask until the condition holds; False when it did not within the time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True
