"""Helpers to test platform repositories with: the ones that tonnage is tested with.

`recorded` needs Pulumi and loads on first use; `tonnage.testing.sandbox` is a real control plane and needs none.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tonnage.testing.recording import recorded

__all__ = ["recorded"]


def __getattr__(name: str) -> object:
    if name != "recorded":
        raise AttributeError(f"module 'tonnage.testing' has no attribute {name!r}")
    return getattr(_import_module("tonnage.testing.recording"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
