"""Times the recording of 1,000 resources: a program of 100 components with nine Deployment-sized objects each.

Prints minimum, median and maximum of several runs, each in a process of its own, and the peak memory; fails where
the median is over its target.
"""

import resource
import statistics
import subprocess
import sys
import time

TARGET_SECONDS = 5.0
RUNS = 5
COMPONENTS, CHILDREN = 100, 9


def deployment(name: str) -> dict[str, object]:
    """An object of the size that a model server has."""
    labels = {"app.kubernetes.io/name": name}
    container = {
        "name": "engine",
        "image": "example.com/engine:1",
        "args": [f"--option-{i}=value" for i in range(12)],
        "ports": [{"name": "http", "containerPort": 8000}],
        "resources": {"limits": {"nvidia.com/gpu": "4"}, "requests": {"cpu": "8", "memory": "64Gi"}},
        "startupProbe": {"httpGet": {"path": "/health", "port": "http"}, "periodSeconds": 10, "failureThreshold": 60},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "team-example", "labels": labels},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


def program() -> None:
    """What is recorded."""
    import pulumi  # noqa: PLC0415 the import is not part of the recording
    import pulumi_kubernetes as k8s  # noqa: PLC0415

    class Group(pulumi.ComponentResource):
        def __init__(self, name: str, provider: k8s.Provider) -> None:
            super().__init__("bench:index:Group", name, {}, pulumi.ResourceOptions(provider=provider))
            for i in range(CHILDREN):
                child = f"{name}-{i}"
                opts = pulumi.ResourceOptions(parent=self)
                pulumi.CustomResource("kubernetes:apps/v1:Deployment", child, deployment(child), opts)
            self.register_outputs({})

    provider = k8s.Provider("cluster", context="example")
    for i in range(COMPONENTS):
        Group(f"group-{i}", provider)


def once() -> None:
    """Record once in this process; print seconds, peak MiB and the number of resources."""
    from tonnage.preview import record  # noqa: PLC0415 the import is not part of the recording

    start = time.perf_counter()
    recording = record(program, "bench", "bench")
    took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    print(took, peak, len(recording.resources))


def main() -> None:
    """Measure, print, judge."""
    runs = []
    for _ in range(RUNS):
        done = subprocess.run([sys.executable, __file__, "once"], check=True, capture_output=True, text=True)
        runs.append([float(n) for n in done.stdout.split()])
    seconds, peaks, counts = zip(*runs, strict=True)
    count, median = int(counts[0]), statistics.median(seconds)
    print(
        f"{count} resources recorded: {min(seconds):.2f} / {median:.2f} / {max(seconds):.2f} s "
        f"(minimum, median, maximum of {RUNS}; target {TARGET_SECONDS:.0f} s), peak {max(peaks):.0f} MiB"
    )
    if count <= COMPONENTS * CHILDREN or median > TARGET_SECONDS:
        sys.exit(1)


if __name__ == "__main__":
    once() if sys.argv[1:] == ["once"] else main()
