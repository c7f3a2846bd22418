"""Pulumi's wire format as plain data: what a program sent, with secrets masked and unknowns named."""

from collections.abc import Iterable, Mapping

from google.protobuf.struct_pb2 import Struct, Value  # type: ignore[import-untyped] # protobuf ships no types
from pulumi.runtime import rpc

from tonnage.manifests.declared import SECRET, UNKNOWN

# Signature keys of Pulumi's wire format: pulumi/pulumi, sdk/go/common/resource/sig/sig.go (Apache-2.0).
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 names a kind of value; it protects nothing
_RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

_EXACT_INTEGERS = 2.0**53
_SECRET_OBJECT = "kubernetes:core/v1:Secret"  # noqa: S105 a type token
_SECRET_FIELDS = ("data", "stringData")
_KUBECONFIG = ("kubeconfig", "kubeConfig", "kube_config")


def key_of(urn: str) -> str:
    """A resource's key from its URN: `urn:pulumi:stack::project::parent$type::name` becomes `type::name`."""
    _, _, qualified, name = urn.split("::", 3)
    return f"{qualified.rsplit('$', 1)[-1]}::{name}"


def provider_key(reference: str) -> str | None:
    """Key of the provider that a request names; None where it names none."""
    return key_of(reference.rsplit("::", 1)[0]) if reference else None


class Plain:
    """Turns wire values into plain ones. Strings that hold a known secret are masked wherever they appear."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        # a secret of one or two letters would mask half of every text
        self._secrets = tuple(sorted({s for s in secrets if len(s) > 2 and s != SECRET}, key=len, reverse=True))

    def inputs(self, token: str, sent: Struct) -> dict[str, object]:
        """The inputs of a resource of type `token`."""
        plain = {key: self.value(value, key) for key, value in sorted(sent.fields.items())}
        if token == _SECRET_OBJECT:
            plain.update({field: _masked(plain[field]) for field in _SECRET_FIELDS if field in plain})
        return plain

    def value(self, sent: Value, key: str = "") -> object:
        """One value: whole numbers are int, secrets `SECRET`, what is not known before apply `UNKNOWN`."""
        match sent.WhichOneof("kind"):
            case "string_value":
                return self._text(sent.string_value, key)
            case "bool_value":
                return sent.bool_value
            case "number_value":
                return _number(sent.number_value)
            case "list_value":
                return [self.value(v) for v in sent.list_value.values]
            case "struct_value":
                return SECRET if key in _KUBECONFIG else self._struct(sent.struct_value)
            case _:
                return None

    def _struct(self, sent: Struct) -> object:
        signature = sent.fields[_SIGNATURE].string_value if _SIGNATURE in sent.fields else ""
        if signature == _SECRET:
            return SECRET
        if signature == _RESOURCE:
            return key_of(sent.fields["urn"].string_value)
        if signature == _OUTPUT:
            if "secret" in sent.fields and sent.fields["secret"].bool_value:
                return SECRET
            return self.value(sent.fields["value"]) if "value" in sent.fields else UNKNOWN
        return {k: self.value(v, k) for k, v in sorted(sent.fields.items()) if k != _SIGNATURE}

    def _text(self, text: str, key: str) -> str:
        if text == rpc.UNKNOWN:
            return UNKNOWN
        if key in _KUBECONFIG:
            return SECRET
        return self.hidden(text)

    def hidden(self, text: str) -> str:
        """The text with every known secret in it masked."""
        for secret in self._secrets:
            text = text.replace(secret, SECRET)
        return text


def _number(number: float) -> int | float:
    return int(number) if number.is_integer() and abs(number) <= _EXACT_INTEGERS else number


def _masked(value: object) -> object:
    if isinstance(value, Mapping):
        return dict.fromkeys(value, SECRET)
    return SECRET
