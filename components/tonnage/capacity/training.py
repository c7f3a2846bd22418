"""Training runs with a stated number of GPUs: pods that fill nodes, for the time that is stated."""

from tonnage.capacity.coefficients import Coefficients
from tonnage.capacity.host import job_pod
from tonnage.capacity.ledger import Entry
from tonnage.capacity.options import Offered
from tonnage.capacity.rejected import NO_NODE_TYPE, NOT_ALLOWED, none_left, unoffered
from tonnage.capacity.result import Option, Rejection, Sizing, WorkloadId
from tonnage.findings import Finding, Severity
from tonnage.spec.workload import PodResources, Training

_NOT_SIZED = "no nodes are counted for it: how many GPUs a run needs is not computed yet"


def size_training(workload_id: WorkloadId, run: Training, accelerators: Offered, c: Coefficients) -> Sizing:
    """One option for each accelerator, in pods as large as its nodes allow. Without stated GPUs none, and a warning."""
    where = str(workload_id)
    if run.gpus is None:
        return Sizing(workload_id, (), (), (Finding(where, _NOT_SIZED, "set gpus", Severity.WARNING, code="TN318"),))
    options: list[Option] = []
    rejections = list(unoffered(run.accelerators, (a for a, _ in accelerators)))
    for accelerator, per_node in sorted(accelerators, key=lambda entry: entry[0].name):
        if run.accelerators and accelerator.name not in run.accelerators:
            rejections.append(Rejection(accelerator.name, NOT_ALLOWED))
        elif (each := largest_pod(run.gpus, max(per_node, default=0))) == 0:
            rejections.append(Rejection(accelerator.name, NO_NODE_TYPE))
        else:
            options.append(_option(workload_id, run.gpus, each, accelerator.name, c))
    if options:
        return Sizing(workload_id, tuple(options), tuple(rejections))
    what = f"nothing can run pods of {run.gpus} GPUs"
    finding = none_left(workload_id, what, rejections, "allow another accelerator or instance type")
    return Sizing(workload_id, (), tuple(rejections), (finding,))


def largest_pod(gpus: int, per_node: int) -> int:
    """GPUs of one pod: most that one node holds and that divides all GPUs of the run; 0: no node has any."""
    return next((n for n in range(min(gpus, per_node), 0, -1) if gpus % n == 0), 0)


def _option(workload_id: WorkloadId, gpus: int, each: int, accelerator: str, c: Coefficients) -> Option:
    shape, host = job_pod(each, accelerator, PodResources(), c)
    pods = gpus // each
    return Option(
        workload=workload_id,
        layout=None,
        replicas=pods,
        replicas_interval=None,
        pod=shape,
        prediction=None,
        binding="set by the user",
        ledger=(
            Entry("pods of the run", str(pods), f"{gpus} GPUs as stated / {each} of one pod", c.sources["spec"]),
            *host,
        ),
    )
