"""A real Kubernetes control plane with simulated nodes, for tests: no container, no image, no root.

etcd, kube-apiserver, kube-controller-manager, kube-scheduler and KWOK run as plain processes on loopback, with TLS,
RBAC and admission. What it proves: that objects are accepted, where pods land, what quotas and Pod Security refuse.
What it cannot: images, networking, GPUs, throughput.

    with Sandbox() as cluster:
        cluster.define(Path("crds"))
        assert not cluster.apply(recorded(Path("."), config))
"""

from tonnage.testing.sandbox.api import Answer, Api
from tonnage.testing.sandbox.binaries import why_not
from tonnage.testing.sandbox.cluster import Sandbox
from tonnage.testing.sandbox.problems import SandboxError

__all__ = ["Answer", "Api", "Sandbox", "SandboxError", "why_not"]
