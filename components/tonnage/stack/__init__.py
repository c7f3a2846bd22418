"""What a stack declares, by its role."""

from tonnage.stack.program import declare, declare_with

__all__ = ["declare", "declare_with"]
