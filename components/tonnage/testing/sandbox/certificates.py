"""Certificates of one control plane, made anew for each start with the openssl command: one authority signs all."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tonnage.testing.sandbox.problems import SandboxError

_DAYS = "30"
_AUTHORITY = "ca"
_SERVER_NAMES = "IP:127.0.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc"
_REQUEST = "[req]\ndistinguished_name = dn\nprompt = no\n[dn]\n"


@dataclass(frozen=True)
class Pair:
    """Who a certificate is for. Kubernetes reads the user from the common name, groups from organisations."""

    name: str
    user: str
    group: str = ""


SERVING = Pair("serving", "kube-apiserver")
FRONT_PROXY = Pair("front-proxy", "front-proxy-client")
ADMIN = Pair("admin", "admin", "system:masters")
PAIRS = (
    SERVING,
    FRONT_PROXY,
    ADMIN,
    Pair("etcd-client", "kube-apiserver-etcd-client"),
    Pair("controller-manager", "system:kube-controller-manager"),
    Pair("scheduler", "system:kube-scheduler"),
    # KWOK acts for all nodes, so no node's right is enough
    Pair("kwok", "kwok", "system:masters"),
)


def write_certificates(folder: Path) -> None:
    """Write the authority, a pair for each part and the key that signs service-account tokens: NAME.crt, NAME.key."""
    folder.mkdir(mode=0o700)
    for name in (_AUTHORITY, "service-accounts", *(p.name for p in PAIRS)):
        _openssl(folder, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")
    config = (
        f"{_REQUEST}CN = tonnage-sandbox\n[ca]\nbasicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign\n"
    )
    (folder / "ca.cnf").write_text(config, encoding="utf-8")
    named = ["-config", "ca.cnf", "-extensions", "ca"]
    _openssl(folder, "req", "-x509", "-new", "-key", "ca.key", "-days", _DAYS, "-out", "ca.crt", *named)
    for serial, pair in enumerate(PAIRS, 1):
        _sign(folder, pair, serial)


def _sign(folder: Path, pair: Pair, serial: int) -> None:
    organisation = f"O = {pair.group}\n" if pair.group else ""
    uses = "serverAuth,clientAuth" if pair is SERVING else "clientAuth"
    names = f"subjectAltName = {_SERVER_NAMES}\n" if pair is SERVING else ""
    text = f"{_REQUEST}{organisation}CN = {pair.user}\n[ext]\nextendedKeyUsage = {uses}\n{names}"
    (folder / f"{pair.name}.cnf").write_text(text, encoding="utf-8")
    own = ["-key", f"{pair.name}.key", "-config", f"{pair.name}.cnf"]
    _openssl(folder, "req", "-new", *own, "-out", f"{pair.name}.csr")
    signer = ["-CA", "ca.crt", "-CAkey", "ca.key", "-set_serial", str(serial), "-days", _DAYS]
    given = ["-in", f"{pair.name}.csr", "-extfile", f"{pair.name}.cnf", "-extensions", "ext"]
    _openssl(folder, "x509", "-req", *given, *signer, "-out", f"{pair.name}.crt")


def _openssl(folder: Path, *args: str) -> None:
    done = subprocess.run(["openssl", *args], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603, S607 arguments are ours, openssl is the user's
    if done.returncode:
        raise SandboxError(f"openssl {args[0]} failed: {done.stderr.strip()}")
