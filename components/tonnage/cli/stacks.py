"""Which stacks a platform repository has, and what the config of each says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tonnage.files.yaml import Document, read_yaml
from tonnage.findings import Finding, Severity
from tonnage.names import platform_stack, team_stack
from tonnage.spec.load import Specs

PROJECT_FILE = "Pulumi.yaml"
PROGRAM = "__main__.py"
_PLACES = ("config", ".")
_PLACEHOLDER = "[secret]"


@dataclass(frozen=True)
class StackConfigFile:
    """One stack, and its config by full key. Secrets are not decrypted: `secrets` names them."""

    name: str
    config: Mapping[str, object]
    secrets: tuple[str, ...] = ()

    @property
    def cluster(self) -> str:
        """The cluster that the stack belongs to."""
        return str(self.config.get("tonnage:cluster", ""))


def stacks_of(folder: Path, specs: Specs, prefix: str = "") -> tuple[tuple[StackConfigFile, ...], tuple[Finding, ...]]:
    """Stacks by name: those with a config file; without any such file, those that follow from the specs."""
    found: list[Finding] = []
    stacks: dict[str, StackConfigFile] = {}
    for file, shown in _config_files(folder, prefix):
        document, problems = read_yaml(file, shown)
        found += problems
        if document is not None:
            name = file.name.removeprefix("Pulumi.").removesuffix(".yaml")
            stacks[name] = _stack(name, document)
    follow = {s.name: s for s in _from_specs(specs)}
    if not stacks and not found:
        return tuple(follow.values()), ()
    missing = () if found else tuple(_missing(follow, stacks))
    return tuple(stack for _, stack in sorted(stacks.items())), (*found, *missing)


def project_of(folder: Path) -> tuple[str, Path]:
    """Name of the Pulumi project and the folder of its file: here or above. `tonnage` and here, where there is none."""
    for place in (folder, folder.resolve().parent):
        document, _ = read_yaml(place / PROJECT_FILE, PROJECT_FILE) if (place / PROJECT_FILE).is_file() else (None, ())
        if document is not None and isinstance(document.value, Mapping):
            return str(document.value.get("name", "tonnage")), place
    return "tonnage", folder


def _config_files(folder: Path, prefix: str) -> Iterator[tuple[Path, str]]:
    for place in _PLACES:
        for file in sorted((folder / place).glob("Pulumi.*.yaml")):
            yield file, f"{prefix}{file.relative_to(folder).as_posix()}"


def _stack(name: str, document: Document) -> StackConfigFile:
    tree = document.value if isinstance(document.value, Mapping) else {}
    given = tree.get("config")
    config = dict(given) if isinstance(given, Mapping) else {}
    secrets = tuple(sorted(k for k, v in config.items() if isinstance(v, Mapping) and set(v) == {"secure"}))
    return StackConfigFile(name, {k: _PLACEHOLDER if k in secrets else v for k, v in config.items()}, secrets)


def _from_specs(specs: Specs) -> Iterator[StackConfigFile]:
    """A stack for each cluster, and one for each team that declares something on it."""
    for cluster in sorted(specs.clusters):
        base = {"tonnage:cluster": cluster, "tonnage:context": cluster}
        yield StackConfigFile(platform_stack(cluster), {"tonnage:role": "platform", **base})
        for team in specs.teams.get(cluster, ()):
            if team.serving:
                name = team_stack(team.name, cluster)
                yield StackConfigFile(name, {"tonnage:role": "team", "tonnage:team": team.name, **base})


def _missing(follow: Mapping[str, StackConfigFile], stacks: Mapping[str, StackConfigFile]) -> Iterator[Finding]:
    there = {_meaning(s) for s in stacks.values()}
    for name, stack in follow.items():
        if _meaning(stack) not in there:
            what = "follows from the specs, but has no config file: what it declares is not shown"
            yield Finding(f"stack {name}", what, f"add config/Pulumi.{name}.yaml", Severity.WARNING, code="TN603")


def _meaning(stack: StackConfigFile) -> tuple[str, ...]:
    return tuple(str(stack.config.get(f"tonnage:{key}", "")) for key in ("role", "cluster", "team"))
