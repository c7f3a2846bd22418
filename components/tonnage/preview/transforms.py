"""Transforms: functions of the program that change a resource's inputs and options on their way to the engine."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import grpc  # type: ignore[import-untyped] # grpc ships no types
from pulumi.runtime.proto import callback_pb2, callback_pb2_grpc, resource_pb2

_Request = resource_pb2.RegisterResourceRequest
# options that both messages hold, each under its own name: transform's name, request's name
_LISTS = (
    ("depends_on", "dependencies"),
    ("ignore_changes", "ignoreChanges"),
    ("replace_on_changes", "replaceOnChanges"),
    ("aliases", "aliases"),
    ("additional_secret_outputs", "additionalSecretOutputs"),
)
_TEXTS = (
    ("version", "version"),
    ("provider", "provider"),
    ("plugin_download_url", "pluginDownloadURL"),
    ("deleted_with", "deletedWith"),
)


@dataclass
class Transforms:
    """Runs a resource's own transforms, then those of its parents outward, then the stack's: the engine's order.

    Source of the order: pulumi/pulumi, pkg/resource/deploy/source_eval.go (Apache-2.0). The functions live in the
    program's process and are called as the engine does, over the address that they were registered with.
    """

    of_stack: list[callback_pb2.Callback] = field(default_factory=list)
    _own: dict[str, list[callback_pb2.Callback]] = field(default_factory=dict)
    _parents: dict[str, str] = field(default_factory=dict)
    _channels: dict[str, grpc.Channel] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def apply(self, urn: str, request: _Request) -> None:
        """Change the request as the transforms say."""
        self._parents[urn] = request.parent
        if request.transforms:
            self._own[urn] = list(request.transforms)
        for callback in self._in_order(urn):
            self._call(callback, request)

    def close(self) -> None:
        """Close the connections."""
        for channel in self._channels.values():
            channel.close()

    def _in_order(self, urn: str) -> Iterator[callback_pb2.Callback]:
        at = urn
        while at:
            yield from self._own.get(at, ())
            at = self._parents.get(at, "")
        yield from self.of_stack

    def _call(self, callback: callback_pb2.Callback, request: _Request) -> None:
        asked = resource_pb2.TransformRequest(
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent=request.parent,
            properties=request.object,
            options=_options(request),
        )
        answer = callback_pb2_grpc.CallbacksStub(self._channel(callback.target)).Invoke(
            callback_pb2.CallbackInvokeRequest(token=callback.token, request=asked.SerializeToString())
        )
        changed = resource_pb2.TransformResponse.FromString(answer.response)
        request.object.CopyFrom(changed.properties)
        if changed.HasField("options"):
            _take(changed.options, request)

    def _channel(self, target: str) -> grpc.Channel:
        with self._lock:
            if target not in self._channels:
                self._channels[target] = grpc.insecure_channel(target)
            return self._channels[target]


def _options(request: _Request) -> resource_pb2.TransformResourceOptions:
    options = resource_pb2.TransformResourceOptions()
    for theirs, ours in _LISTS:
        getattr(options, theirs).extend(getattr(request, ours))
    for theirs, ours in _TEXTS:
        setattr(options, theirs, getattr(request, ours))
    if request.HasField("protect"):
        options.protect = request.protect
    if request.HasField("retainOnDelete"):
        options.retain_on_delete = request.retainOnDelete
    if request.deleteBeforeReplaceDefined:
        options.delete_before_replace = request.deleteBeforeReplace
    if request.HasField("customTimeouts"):
        options.custom_timeouts.CopyFrom(request.customTimeouts)
    options.providers.update(request.providers)
    return options


def _take(options: resource_pb2.TransformResourceOptions, request: _Request) -> None:
    for theirs, ours in _LISTS:
        del getattr(request, ours)[:]
        getattr(request, ours).extend(getattr(options, theirs))
    for theirs, ours in _TEXTS:
        setattr(request, ours, getattr(options, theirs))
    if options.HasField("protect"):
        request.protect = options.protect
    if options.HasField("retain_on_delete"):
        request.retainOnDelete = options.retain_on_delete
    request.deleteBeforeReplaceDefined = options.HasField("delete_before_replace")
    request.deleteBeforeReplace = options.delete_before_replace
    request.ClearField("customTimeouts")
    if options.HasField("custom_timeouts"):
        request.customTimeouts.CopyFrom(options.custom_timeouts)
    request.ClearField("providers")
    request.providers.update(options.providers)
