"""Why an accelerator is not used, and what is said where none is left: the same words for every kind of workload."""

from collections.abc import Iterable, Iterator

from tonnage.capacity.result import Rejection, WorkloadId
from tonnage.catalog.accelerators import Accelerator
from tonnage.findings import Finding

NO_NODE_TYPE = "no node type of the cluster has it"
NOT_ALLOWED = "not among the accelerators that the workload allows"
OTHER_WANTED = "not the accelerator that the workload asks for"


def unoffered(wanted: Iterable[str], offered: Iterable[Accelerator]) -> Iterator[Rejection]:
    """Accelerators that a workload names and that no node type of the cluster has."""
    known = {a.name for a in offered}
    yield from (Rejection(name, NO_NODE_TYPE) for name in wanted if name not in known)


def none_left(workload_id: WorkloadId, what: str, rejections: Iterable[Rejection], fix: str) -> Finding:
    """That nothing can do it, and why not each: `what` begins the sentence, `nothing can run pods of 2 GPUs`."""
    why = "; ".join(f"{r.what}: {r.why}" for r in rejections) or "the cluster has no accelerator"
    return Finding(str(workload_id), f"{what}: {why}", fix, code="TN301")
