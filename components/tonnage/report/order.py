"""In which order the changed stacks are applied: room first when growing, pods first when shrinking."""

from collections.abc import Sequence
from dataclasses import dataclass

from tonnage.names import platform_stack
from tonnage.report.changes import PlanChanges
from tonnage.report.objects import ObjectChange


@dataclass(frozen=True)
class Step:
    """One `pulumi up`, with what it does in counts."""

    stack: str
    added: int
    changed: int
    replaced: int
    deleted: int


def apply_order(objects: Sequence[ObjectChange], plans: Sequence[PlanChanges]) -> tuple[Step, ...]:
    """Changed stacks in the order to apply them, cluster by cluster.

    The platform goes first unless its cluster only loses nodes: then the teams leave them first.
    """
    stacks = sorted({c.stack for c in objects})
    shrinking = {platform_stack(p.cluster) for p in plans if p.nodes.removed and not p.nodes.added}

    def rank(stack: str) -> tuple[int, str]:
        if stack in shrinking:
            return 2, stack
        return (0 if stack.startswith("platform-") else 1), stack

    return tuple(_step(s, [c.kind for c in objects if c.stack == s]) for s in sorted(stacks, key=rank))


def _step(stack: str, kinds: Sequence[str]) -> Step:
    return Step(stack, *(kinds.count(k) for k in ("added", "changed", "replaced", "deleted")))
