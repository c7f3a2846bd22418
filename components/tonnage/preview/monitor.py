"""The engine's side of Pulumi's wire, in a preview of a stack that does not exist yet: it notes, creates nothing."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped] # protobuf ships no types
from google.protobuf.struct_pb2 import Struct, Value  # type: ignore[import-untyped] # protobuf ships no types
from pulumi.runtime import rpc
from pulumi.runtime.proto import callback_pb2, engine_pb2, provider_pb2, resource_pb2

from tonnage.findings import Finding, Severity
from tonnage.preview.transforms import Transforms
from tonnage.preview.wire import Plain, key_of

_STACK = "pulumi:pulumi:Stack"
_FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
)


@dataclass(frozen=True)
class _Support:
    hasSupport: bool  # noqa: N815 the name of the wire message's field


@dataclass
class Monitor:
    """Answers the calls of one program run. Its methods carry the names of the wire protocol's.

    Calls come from several threads; what they note is kept under one lock.
    """

    project: str
    stack: str
    plain: Plain
    requests: dict[str, resource_pb2.RegisterResourceRequest] = field(default_factory=dict)
    """What was registered, by URN; the stack itself is left out."""
    exports: dict[str, object] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    _root: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _transforms: Transforms = field(default_factory=Transforms)

    def RegisterResource(  # noqa: N802 the wire protocol's name
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        """Note one resource. As in a preview its id is not known, and its outputs are its inputs."""
        urn = self._urn(request.parent, request.type, request.name)
        if request.type == _STACK:
            self._root = urn
            return resource_pb2.RegisterResourceResponse(urn=urn)
        self._transforms.apply(urn, request)
        with self._lock:
            if urn in self.requests:
                self.findings.append(_duplicate(request))
            else:
                self.requests[urn] = request
        return resource_pb2.RegisterResourceResponse(urn=urn, object=_outputs(request))

    def RegisterResourceOutputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> Empty:  # noqa: N802
        """Keep what the stack exports; outputs of components change nothing that is declared."""
        if request.urn == self._root:
            self.exports = self.plain.inputs(_STACK, request.outputs)
        return Empty()

    def ReadResource(self, request: resource_pb2.ReadResourceRequest) -> resource_pb2.ReadResourceResponse:  # noqa: N802
        """What exists elsewhere is not read: everything but what the program says of it is unknown."""
        urn = self._urn(request.parent, request.type, request.name)
        return resource_pb2.ReadResourceResponse(urn=urn, properties=request.properties)

    def Invoke(self, request: resource_pb2.ResourceInvokeRequest) -> resource_pb2.ResourceInvokeResponse:  # noqa: N802
        """A provider's function is not called: its answer is unknown, and the recording says so."""
        with self._lock:
            self.findings.append(_unanswered(request.tok))
        return resource_pb2.ResourceInvokeResponse(unknown=True)

    def Call(self, request: resource_pb2.ResourceCallRequest) -> provider_pb2.CallResponse:  # noqa: N802
        """A method of a component from elsewhere is not called either."""
        with self._lock:
            self.findings.append(_unanswered(request.tok))
        return provider_pb2.CallResponse()

    def ExistsResource(self, _: object) -> resource_pb2.ExistsResourceResponse:  # noqa: N802
        """Nothing exists in a preview of nothing."""
        return resource_pb2.ExistsResourceResponse(exists=False)

    def RegisterStackTransform(self, request: callback_pb2.Callback) -> Empty:  # noqa: N802
        """From now on every resource passes through it, last of all transforms."""
        self._transforms.of_stack.append(request)
        return Empty()

    def RegisterStackInvokeTransform(self, _: object) -> Empty:  # noqa: N802
        """Nothing is invoked, so there is nothing to transform."""
        return Empty()

    def RegisterResourceHook(self, _: object) -> Empty:  # noqa: N802
        """Hooks run when something is created; nothing is."""
        return Empty()

    RegisterErrorHook = RegisterResourceHook

    def RegisterPackage(self, request: resource_pb2.RegisterPackageRequest) -> resource_pb2.RegisterPackageResponse:  # noqa: N802
        """Accept a parameterised provider without looking for it."""
        return resource_pb2.RegisterPackageResponse(ref=f"{request.name}@{request.version}")

    def SignalAndWaitForShutdown(self, _: object) -> Empty:  # noqa: N802
        """The program has said everything."""
        return Empty()

    def SupportsFeature(self, _: object) -> _Support:  # noqa: N802
        """Older way to ask; the newer one answers."""
        return _Support(hasSupport=False)

    def GetDeploymentInfo(self, _: object) -> resource_pb2.DeploymentInfo:  # noqa: N802
        """What the program may send. Output values are not asked for: they add nothing to a recording."""
        return resource_pb2.DeploymentInfo(supportedFeatures=_FEATURES)

    def close(self) -> None:
        """Let go of connections to the program's callbacks."""
        self._transforms.close()

    def _urn(self, parent: str, token: str, name: str) -> str:
        kinds = parent.split("::")[2] if parent and parent != self._root else ""
        return f"urn:pulumi:{self.stack}::{self.project}::{f'{kinds}${token}' if kinds else token}::{name}"


@dataclass
class Engine:
    """The engine's log. Errors that a program logs fail a real run, so they become findings."""

    stack: str
    plain: Plain
    findings: list[Finding] = field(default_factory=list)

    def Log(self, request: engine_pb2.LogRequest) -> Empty:  # noqa: N802 the wire protocol's name
        """Keep errors and warnings."""
        severities = {engine_pb2.ERROR: Severity.ERROR, engine_pb2.WARNING: Severity.WARNING}
        severity = severities.get(request.severity)
        if severity is not None:
            where = key_of(request.urn) if request.urn.count("::") > 2 else f"stack {self.stack}"
            what, way_out = _parted(self.plain.hidden(request.message.strip()))
            self.findings.append(Finding(where, what, way_out, severity, code="TN607"))
        return Empty()

    def RequirePulumiVersion(self, _: object) -> Empty:  # noqa: N802
        """There is no command line whose version could be too old."""
        return Empty()


def _parted(message: str) -> tuple[str, str]:
    """What is wrong and the way out, where the message says both as components do: `what; fix`."""
    what, _, fix = message.rpartition("; ")
    return (what, fix) if what and "\n" not in fix else (message, "correct the program that logs it")


def same_key(urns: Iterable[str]) -> list[Finding]:
    """Errors for resources that differ only in the types of their parents.

    Pulumi takes them, but in a list of changes one could not be told from the other.
    """
    seen: dict[str, int] = {}
    for urn in urns:
        seen[key_of(urn)] = seen.get(key_of(urn), 0) + 1
    what = "is declared under parents of different types with one name"
    return [
        Finding(key, what, "give one of them another name", code="TN605")
        for key, count in sorted(seen.items())
        if count > 1
    ]


def _outputs(request: resource_pb2.RegisterResourceRequest) -> Struct:
    """The inputs; an object without a name gets one from the provider, with a suffix not known before."""
    if not request.type.startswith("kubernetes:") or "apiVersion" not in request.object.fields:
        return request.object
    meta = request.object.fields["metadata"].struct_value.fields if "metadata" in request.object.fields else {}
    if "name" in meta or "generateName" in meta:
        return request.object
    outputs = Struct()
    outputs.CopyFrom(request.object)
    outputs.fields["metadata"].struct_value.fields["name"].CopyFrom(Value(string_value=rpc.UNKNOWN))
    return outputs


def _duplicate(request: resource_pb2.RegisterResourceRequest) -> Finding:
    return Finding(
        f"{request.type}::{request.name}",
        "is declared twice: Pulumi tells resources apart by type and name",
        "give one of them another name",
        code="TN605",
    )


def _unanswered(token: str) -> Finding:
    return Finding(
        token,
        "is a function of a provider, which is not asked here: its answer is shown as unknown",
        "nothing, or run `pulumi preview` for it",
        Severity.INFO,
        code="TN606",
    )
