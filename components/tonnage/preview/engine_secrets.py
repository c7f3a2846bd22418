"""Secrets in what the engine wrote. It masks what it was told is secret; all else it prints, the kubeconfig too.

Masked are: kubeconfigs, by their key and by their form; data of Secrets; values whose key or variable names a secret;
text in the form of a token or private key; and every other occurrence of what was found so.
"""

import base64
import binascii
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from tonnage.manifests.declared import SECRET
from tonnage.manifests.secrets import holds_a_secret, names_a_secret

KUBECONFIGS = ("kubeconfig", "kubeConfig", "kube_config")
_DATA = ("data", "stringData")
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
# Pulumi's marks of a secret value: pulumi/pulumi, sdk/go/common/resource/sig/sig.go (Apache-2.0)
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET_VALUE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 names a kind of value; it protects nothing
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_CREDENTIAL = re.compile(
    r"""["']?\b(?:client-key-data|client-certificate-data|token|id-token|refresh-token|password)["']?\s*:\s*["']?([^\s"',}]+)"""
)
"""Values in a kubeconfig that let somebody in."""
_PARTS = ("clusters", "contexts", "users")
_STRUCTURE = frozenset({"apiVersion", "kind", "op", "parent", "provider", "resourceUrn", "severity", "type", "urn"})
"""Keys whose values say what a thing is: they stay, even where a careless secret is one of their words."""
_SHORTEST = 8
"""Characters of a secret that is looked for elsewhere: a shorter one is part of innocent words."""


def masked(trees: Iterable[Any], secrets: Collection[str] = ()) -> tuple[list[Any], bool]:
    """The same trees without secrets, and whether a kubeconfig stood in plain among them.

    `secrets`: further values that must not be seen, such as the stack's config secrets.
    """
    given = list(trees)
    found: set[str] = {s for s in secrets if len(s) > 2 and s != SECRET}
    plain: list[bool] = []
    for tree in given:
        for secret, is_kubeconfig in _found(tree):
            found.add(secret)
            plain.append(is_kubeconfig)
    mask = _Mask(found)
    return [mask.tree(tree) for tree in given], any(plain)


class _Mask:
    """Masks by what a value is, and by what is known to be secret."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = {s for s in secrets if s}
        escaped = {json.dumps(s, ensure_ascii=False)[1:-1] for s in known}
        longest_first = sorted({*known, *escaped}, key=lambda s: (-len(s), s))
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def tree(self, value: Any, key: str = "") -> Any:
        if isinstance(value, str):
            return SECRET if _is_secret(key, value) else value if key in _STRUCTURE else self.text(value)
        if isinstance(value, Mapping):
            return SECRET if _hidden_whole(value, key) else self._mapping(value)
        if isinstance(value, list):
            return [self.tree(item) for item in value]
        return value

    def _mapping(self, value: Mapping[str, Any]) -> dict[str, Any]:
        hidden = _hidden_keys(value)
        return {k: _blank(v) if k in hidden else self.tree(v, k) for k, v in value.items()}

    def text(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(SECRET, text)
        if not holds_a_secret(text):
            return text
        return re.sub(r"\S+", lambda m: SECRET if holds_a_secret(m[0]) else m[0], _PRIVATE_KEY.sub(SECRET, text))


def _found(value: Any, key: str = "") -> Iterator[tuple[str, bool]]:
    """Secrets by where they stand, and whether a kubeconfig is what holds them."""
    if isinstance(value, str):
        if _is_secret(key, value) and value != SECRET:
            yield from _of_text(key, value)
    elif isinstance(value, list):
        for item in value:
            yield from _found(item)
    elif isinstance(value, Mapping):
        if key in KUBECONFIGS and not _is_marked(value):
            yield from ((secret, True) for secret in _CREDENTIAL.findall(json.dumps(value)) or [""])
            return
        hidden = _hidden_keys(value)
        for name, item in value.items():
            if name == _APPLIED:
                continue
            if name in hidden:
                yield from ((secret, False) for secret in _leaves(item))
            else:
                yield from _found(item, name)


def _of_text(key: str, text: str) -> Iterator[tuple[str, bool]]:
    is_kubeconfig = _bare(key) in KUBECONFIGS or _is_kubeconfig(text)
    if is_kubeconfig or len(text) >= _SHORTEST:
        yield text, _is_kubeconfig(text)
    if is_kubeconfig:
        yield from ((secret, True) for secret in _CREDENTIAL.findall(text) if len(secret) >= _SHORTEST)


def _is_secret(key: str, text: str) -> bool:
    return bool(text) and (_bare(key) in KUBECONFIGS or names_a_secret(_bare(key)) or _is_kubeconfig(text))


def _bare(key: str) -> str:
    """The name of a config key without its namespace."""
    return key.rsplit(":", 1)[-1]


def _is_kubeconfig(text: str) -> bool:
    return all(re.search(rf"\b{part}[\"']?\s*:", text) for part in _PARTS)


def _hidden_whole(value: Mapping[str, Any], key: str) -> bool:
    return key in KUBECONFIGS or _is_marked(value)


def _is_marked(value: Mapping[str, Any]) -> bool:
    return value.get(_SIGNATURE) == _SECRET_VALUE


def _hidden_keys(value: Mapping[str, Any]) -> frozenset[str]:
    """Keys of a mapping that are secret because of what stands beside them."""
    if value.get("kind") == "Secret":
        return frozenset(_DATA) & value.keys()
    if _APPLIED in value:
        return frozenset({_APPLIED})
    name = value.get("name")
    if isinstance(name, str) and isinstance(value.get("value"), str) and names_a_secret(name):
        return frozenset({"value"})
    return frozenset()


def _blank(value: Any) -> Any:
    """Keys may be seen, values not."""
    if isinstance(value, Mapping) and not _is_marked(value):
        return dict.fromkeys(value, SECRET)
    return SECRET


def _leaves(value: Any) -> Iterator[str]:
    """Text of a hidden value, as it stands and as a Secret's data encode it."""
    if isinstance(value, str) and len(value) >= _SHORTEST and value != SECRET:
        yield value
        try:
            decoded = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return
        if len(decoded) >= _SHORTEST:
            yield decoded
    elif isinstance(value, Mapping) and not _is_marked(value):
        for item in value.values():
            yield from _leaves(item)
