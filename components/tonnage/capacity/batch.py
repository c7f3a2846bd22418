"""Batch pods: one option for each accelerator that they may use, or one without GPUs."""

from collections.abc import Iterator

from tonnage.capacity.coefficients import Coefficients
from tonnage.capacity.host import batch_pod
from tonnage.capacity.ledger import Entry
from tonnage.capacity.options import Offered
from tonnage.capacity.rejected import OTHER_WANTED, none_left, unoffered
from tonnage.capacity.result import Option, Rejection, Sizing, WorkloadId
from tonnage.findings import Finding
from tonnage.spec.workload import Batch


def size_batch(workload_id: WorkloadId, workload: Batch, accelerators: Offered, coefficients: Coefficients) -> Sizing:
    """Options of a batch workload that states its pods."""
    if workload.pods is None:
        return Sizing(
            workload_id,
            (),
            (),
            (Finding(str(workload_id), "pods is not set", "say how many pods run at once", code="TN314"),),
        )
    if not workload.gpus:
        return Sizing(workload_id, (_option(workload_id, workload, None, coefficients),), ())
    rejections = tuple(_rejections(workload, accelerators))
    lost = {r.what for r in rejections}
    names = sorted(a.name for a, _ in accelerators)
    options = tuple(_option(workload_id, workload, name, coefficients) for name in names if name not in lost)
    if options:
        return Sizing(workload_id, options, rejections)
    what = f"nothing can run pods of {workload.gpus} GPUs"
    finding = none_left(workload_id, what, rejections, "allow another accelerator or instance type")
    return Sizing(workload_id, (), rejections, (finding,))


def _rejections(workload: Batch, accelerators: Offered) -> Iterator[Rejection]:
    wanted = workload.accelerator
    yield from unoffered([wanted] if wanted else [], (a for a, _ in accelerators))
    for accelerator, per_node in sorted(accelerators, key=lambda entry: entry[0].name):
        largest = max(per_node, default=0)
        if wanted and accelerator.name != wanted:
            yield Rejection(accelerator.name, OTHER_WANTED)
        elif workload.gpus > largest:
            why = f"the largest node of the cluster has {largest}, a pod needs {workload.gpus}"
            yield Rejection(accelerator.name, why)


def _option(workload_id: WorkloadId, workload: Batch, accelerator: str | None, c: Coefficients) -> Option:
    pods = workload.pods or 1
    shape, host = batch_pod(workload, accelerator, c)
    return Option(
        workload=workload_id,
        layout=None,
        replicas=pods,
        replicas_interval=None,
        pod=shape,
        prediction=None,
        binding="set by the user",
        ledger=(Entry("pods at once", str(pods), "as stated", c.sources["spec"]), *host),
    )
