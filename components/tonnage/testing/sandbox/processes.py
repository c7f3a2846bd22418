"""The programs of a control plane, in their order, and how each is told to run.

Flags: Kubernetes v1.36 component reference, etcd 3.6 and KWOK 0.8 documentation. Everything listens on loopback only.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tonnage.manifests.contracts import GPU_RESOURCE
from tonnage.testing.sandbox.binaries import Programs
from tonnage.testing.sandbox.certificates import ADMIN, FRONT_PROXY, SERVING, write_certificates
from tonnage.testing.sandbox.kubeconfig import write_kubeconfig

LOOPBACK = "127.0.0.1"
PORTS = ("etcd", "etcd-peer", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")
_STAGES = Path(__file__).parent / "config" / "stages.yaml"
# what a request may ask of the server: tests ask fast, and nobody else is there
_SPEED = ["--kube-api-qps=500", "--kube-api-burst=1000"]
_AUDIT = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "rules": [{"level": "Metadata", "omitStages": ["RequestReceived"]}],
}
_STOCK = [{"name": "cpu", "weight": 1}, {"name": "memory", "weight": 1}]
_RESOURCES = [{"name": GPU_RESOURCE, "weight": 10}, *_STOCK]


@dataclass(frozen=True)
class Plan:
    """Where a control plane keeps its files, which ports it takes, and what is peculiar to it."""

    folder: Path
    programs: Programs
    ports: Mapping[str, int]
    score: str = "MostAllocated"
    """How the scheduler prefers nodes: MostAllocated packs, GPUs first; LeastAllocated is what stock clusters do."""
    emulate: str = ""
    """Minor version of Kubernetes whose behaviour is shown: 1.35. Empty: that of the programs."""

    @property
    def certificates(self) -> Path:
        """Folder of NAME.crt and NAME.key."""
        return self.folder / "certificates"

    @property
    def server(self) -> str:
        """URL of the API server."""
        return f"https://{LOOPBACK}:{self.ports['kube-apiserver']}"

    def log(self, name: str) -> Path:
        """What a program said."""
        return self.folder / "logs" / f"{name}.log"

    def kubeconfig(self, pair: str) -> Path:
        """The file by which the holder of a pair reaches the server."""
        return self.folder / f"{pair}.kubeconfig"


def prepare(plan: Plan) -> None:
    """Write certificates, kubeconfigs and configuration of all programs."""
    (plan.folder / "logs").mkdir()
    write_certificates(plan.certificates)
    for pair in (ADMIN.name, "controller-manager", "scheduler", "kwok"):
        write_kubeconfig(plan.kubeconfig(pair), plan.server, plan.certificates, pair)
    (plan.folder / "audit.json").write_text(json.dumps(_AUDIT), encoding="utf-8")
    (plan.folder / "scheduler.json").write_text(json.dumps(_scheduler_config(plan)), encoding="utf-8")
    shutil.copyfile(_STAGES, plan.folder / "stages.yaml")


def commands(plan: Plan) -> dict[str, list[str]]:
    """The command line of each program, in the order of their start."""
    arguments = {
        "etcd": _etcd(plan),
        "kube-apiserver": _api_server(plan),
        "kube-controller-manager": _controller_manager(plan),
        "kube-scheduler": _scheduler(plan),
        "kwok": _kwok(plan),
    }
    return {name: [str(plan.programs[name]), *given] for name, given in arguments.items()}


def _etcd(plan: Plan) -> list[str]:
    client, peer = (f"https://{LOOPBACK}:{plan.ports[p]}" for p in ("etcd", "etcd-peer"))
    authority, pair = str(plan.certificates / "ca.crt"), _files(plan, SERVING.name)
    return [
        f"--data-dir={plan.folder / 'etcd'}",
        "--name=sandbox",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=sandbox={peer}",
        *(f"--{side}cert-file={pair[0]}" for side in ("", "peer-")),
        *(f"--{side}key-file={pair[1]}" for side in ("", "peer-")),
        *(f"--{side}trusted-ca-file={authority}" for side in ("", "peer-")),
        "--client-cert-auth",
        "--peer-client-cert-auth",
        "--unsafe-no-fsync",  # the data are not worth a wait
        "--log-level=warn",
    ]


def _api_server(plan: Plan) -> list[str]:
    certificate, key = _files(plan, SERVING.name)
    proxy, proxy_key = _files(plan, FRONT_PROXY.name)
    etcd, etcd_key = _files(plan, "etcd-client")
    authority = plan.certificates / "ca.crt"
    accounts = plan.certificates / "service-accounts.key"
    return [
        f"--etcd-servers=https://{LOOPBACK}:{plan.ports['etcd']}",
        f"--etcd-cafile={authority}",
        f"--etcd-certfile={etcd}",
        f"--etcd-keyfile={etcd_key}",
        f"--bind-address={LOOPBACK}",
        f"--advertise-address={LOOPBACK}",
        f"--secure-port={plan.ports['kube-apiserver']}",
        f"--tls-cert-file={certificate}",
        f"--tls-private-key-file={key}",
        f"--client-ca-file={authority}",
        f"--requestheader-client-ca-file={authority}",
        "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={proxy}",
        f"--proxy-client-key-file={proxy_key}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={accounts}",
        f"--service-account-signing-key-file={accounts}",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",
        "--anonymous-auth=false",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--endpoint-reconciler-type=none",
        "--profiling=false",
        f"--audit-policy-file={plan.folder / 'audit.json'}",
        f"--audit-log-path={plan.folder / 'logs' / 'audit.log'}",
        *_emulated(plan),
    ]


def _controller_manager(plan: Plan) -> list[str]:
    return [
        *_as(plan, "controller-manager"),
        *_serving(plan, "kube-controller-manager"),
        *_SPEED,
        f"--root-ca-file={plan.certificates / 'ca.crt'}",
        f"--service-account-private-key-file={plan.certificates / 'service-accounts.key'}",
        "--use-service-account-credentials=true",
        "--leader-elect=false",
        # on a busy machine a late heartbeat is no dead node: tests say themselves which node is lost
        "--node-monitor-grace-period=1h",
        *_emulated(plan),
    ]


def _scheduler(plan: Plan) -> list[str]:
    return [f"--config={plan.folder / 'scheduler.json'}", *_serving(plan, "kube-scheduler"), *_emulated(plan)]


def _scheduler_config(plan: Plan) -> dict[str, object]:
    resources = _STOCK if plan.score == "LeastAllocated" else _RESOURCES
    fit = {"scoringStrategy": {"type": plan.score, "resources": resources}}
    # the stock scheduler spreads by other scores, too; where it packs, packing has the last word
    weight = 1 if plan.score == "LeastAllocated" else 100
    return {
        "apiVersion": "kubescheduler.config.k8s.io/v1",
        "kind": "KubeSchedulerConfiguration",
        "clientConnection": {"kubeconfig": str(plan.kubeconfig("scheduler")), "qps": 500, "burst": 1000},
        "leaderElection": {"leaderElect": False},
        "percentageOfNodesToScore": 100,
        # a pod that waits is tried again soon after something has changed: tests need not wait for it
        "podInitialBackoffSeconds": 1,
        "podMaxBackoffSeconds": 1,
        "profiles": [
            {
                "schedulerName": "default-scheduler",
                "plugins": {"multiPoint": {"enabled": [{"name": "NodeResourcesFit", "weight": weight}]}},
                "pluginConfig": [{"name": "NodeResourcesFit", "args": fit}],
            }
        ],
    }


def _kwok(plan: Plan) -> list[str]:
    return [
        f"--kubeconfig={plan.kubeconfig('kwok')}",
        f"--config={plan.folder / 'stages.yaml'}",
        "--manage-all-nodes=true",
        f"--server-address={LOOPBACK}:{plan.ports['kwok']}",
        "--node-lease-duration-seconds=200",
        "--node-ip=10.0.0.1",
    ]


def _as(plan: Plan, pair: str) -> list[str]:
    """All three, lest it asks itself who may call it, and waits."""
    file = plan.kubeconfig(pair)
    return [f"--kubeconfig={file}", f"--authentication-kubeconfig={file}", f"--authorization-kubeconfig={file}"]


def _serving(plan: Plan, name: str) -> list[str]:
    certificate, key = _files(plan, SERVING.name)
    own = [f"--bind-address={LOOPBACK}", f"--secure-port={plan.ports[name]}"]
    return [*own, f"--tls-cert-file={certificate}", f"--tls-private-key-file={key}"]


def _emulated(plan: Plan) -> list[str]:
    return [f"--emulated-version={plan.emulate}"] if plan.emulate else []


def _files(plan: Plan, pair: str) -> tuple[Path, Path]:
    return plan.certificates / f"{pair}.crt", plan.certificates / f"{pair}.key"
