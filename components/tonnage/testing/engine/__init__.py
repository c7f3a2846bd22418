"""Helpers for tests with the real engine: stop it anywhere, find out what it left, and compare what stands afterwards.

None of them needs the Pulumi command line; what they are given does.
"""

from tonnage.testing.engine.compare import objects_of, same_objects
from tonnage.testing.engine.kills import Kill, Stopped, kill_at, kills
from tonnage.testing.engine.locks import Lock, locks_of, why_not_break
from tonnage.testing.engine.state import StackState, recovery, stack_state

__all__ = [
    "Kill",
    "Lock",
    "StackState",
    "Stopped",
    "kill_at",
    "kills",
    "locks_of",
    "objects_of",
    "recovery",
    "same_objects",
    "stack_state",
    "why_not_break",
]
