"""What a stack's config says: which role of which cluster, and how to reach it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pulumi

from tonnage.findings import Finding

Role = Literal["platform", "team"]
ROLES: tuple[Role, ...] = ("platform", "team")
NAMESPACE = "tonnage"
KEYS = ("role", "cluster", "team", "specs", "kubeconfig", "context")


@dataclass(frozen=True)
class StackConfig:
    """The config of one stack. Either `kubeconfig` or `context` is set."""

    role: Role
    cluster: str
    team: str | None
    """Set where the role is team."""
    specs: Path
    """Folder that holds clusters/ and teams/."""
    kubeconfig: pulumi.Output[str] | None
    """Always a secret."""
    context: str | None


def stack_config() -> tuple[StackConfig | None, tuple[Finding, ...]]:
    """Read the current stack's config; where something is wrong, everything that is.

    `tonnage:specs` is relative to the folder of Pulumi.yaml. Left out, the specs lie beside the program.
    """
    config = pulumi.Config(NAMESPACE)
    given = {key: config.get(key) for key in KEYS if key != "kubeconfig"}
    found = tuple(_wrong(given, has_kubeconfig=config.get("kubeconfig") is not None))
    role = next((r for r in ROLES if r == given["role"]), None)
    cluster = given["cluster"]
    if found or role is None or not cluster:
        return None, found
    specs = Path(pulumi.get_root_directory(), given["specs"]) if given["specs"] else Path.cwd()
    return StackConfig(role, cluster, given["team"], specs, config.get_secret("kubeconfig"), given["context"]), ()


def _wrong(given: dict[str, str | None], *, has_kubeconfig: bool) -> Iterator[Finding]:
    role = given["role"]
    if role not in ROLES:
        what = "is not set" if role is None else f"{role!r} is no role"
        yield _finding("role", what, f"set it to {' or '.join(ROLES)}")
    if not given["cluster"]:
        yield _finding("cluster", "is not set", "set it to the name of a file in clusters/")
    if role == "team" and not given["team"]:
        yield _finding("team", "is not set, but the role is team", "set it to the name of a file in teams/")
    if role == "platform" and given["team"]:
        yield _finding("team", "is set, but the role is platform", "remove it, or set tonnage:role to team")
    if has_kubeconfig == bool(given["context"]):
        what = "is set together with tonnage:context" if has_kubeconfig else "is not set, and tonnage:context neither"
        yield _finding("kubeconfig", what, "set exactly one of them; the kubeconfig with `pulumi config set --secret`")


def _finding(key: str, what: str, fix: str) -> Finding:
    return Finding(f"{NAMESPACE}:{key}", what, fix, code="TN601")
