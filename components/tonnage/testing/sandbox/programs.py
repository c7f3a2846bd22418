"""Which programs a control plane needs, and from which pinned Go modules they are built.

The versions are those of the `go.mod` files beside this module. Kubernetes is required like any other module, with
each of its staging modules replaced by the release of the same minor: its own go.mod points them at folders.
"""

import hashlib
import platform
import re
from dataclasses import dataclass
from pathlib import Path

MODULES = Path(__file__).parent / "modules"
_VERSION_PACKAGE = "k8s.io/component-base/version"
_STRIPPED = "-s -w"


@dataclass(frozen=True)
class Module:
    """One Go module of ours that builds programs of one project."""

    name: str
    """Folder below `modules`."""
    requires: str
    """Module path of the project."""
    programs: tuple[tuple[str, str], ...]
    """Program, and the package that it is built from."""

    @property
    def folder(self) -> Path:
        """Where go.mod and go.sum lie."""
        return MODULES / self.name

    @property
    def version(self) -> str:
        """The pinned version of the project: v1.36.3."""
        text = (self.folder / "go.mod").read_text(encoding="utf-8")
        found = re.search(rf"(?m)^\s*(?:require )?{re.escape(self.requires)} (v\S+)", text)
        return found[1] if found else "v0.0.0"

    @property
    def linker_flags(self) -> str:
        """Kubernetes reports v0.0.0-master unless its version is set; clients would misjudge it."""
        if self.requires != "k8s.io/kubernetes":
            return _STRIPPED
        major, minor, _ = self.version.removeprefix("v").split(".", 2)
        values = {"gitVersion": self.version, "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
        return " ".join([_STRIPPED, *(f"-X {_VERSION_PACKAGE}.{k}={v}" for k, v in values.items())])


BUILT_FROM = (
    Module("etcd", "go.etcd.io/etcd/server/v3", (("etcd", "go.etcd.io/etcd/server/v3"),)),
    Module(
        "kubernetes",
        "k8s.io/kubernetes",
        tuple(
            (p, f"k8s.io/kubernetes/cmd/{p}") for p in ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
        ),
    ),
    Module("kwok", "sigs.k8s.io/kwok", (("kwok", "sigs.k8s.io/kwok/cmd/kwok"),)),
)
PROGRAMS = tuple(name for module in BUILT_FROM for name, _ in module.programs)


def build_command(module: Module, target: Path) -> list[str]:
    """The command that builds a module's programs into a folder; it runs in the module's own folder."""
    packages = [package for _, package in module.programs]
    # one package is written under the name given, several under their own names into the folder
    out = str(target / module.programs[0][0]) if len(packages) == 1 else f"{target}/"
    flags = ["-mod=readonly", "-buildvcs=false", "-trimpath", "-v", "-ldflags", module.linker_flags]
    return ["go", "build", *flags, "-o", out, *packages]


def digest() -> str:
    """Of everything that decides what is built: 16 hex digits."""
    made = hashlib.sha256(f"{platform.system()} {platform.machine()}".encode())
    for module in BUILT_FROM:
        made.update(" ".join(build_command(module, Path("bin"))).encode())
        for file in ("go.mod", "go.sum"):
            made.update((module.folder / file).read_bytes())
    return made.hexdigest()[:16]
