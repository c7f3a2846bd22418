"""Helpers to test platform repositories with: the ones that tonnage is tested with."""

from tonnage.testing.recorded import recorded

__all__ = ["recorded"]
