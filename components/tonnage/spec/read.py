"""One spec file: its model, or every mistake in it, each once and at its place."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Generic, TypeVar

from tonnage.files.paths import Path, dotted
from tonnage.files.yaml import Document, read_what_can_be
from tonnage.files.yaml_text import WHOLE
from tonnage.files.yaml_walk import MOST_FINDINGS
from tonnage.findings import Finding, Severity, errors, ordered
from tonnage.spec.base import SpecModel
from tonnage.spec.problems import Problem, problems_of
from tonnage.spec.unplanned import unplanned
from tonnage.spec.values import said

M = TypeVar("M", bound=SpecModel)
Judge = Callable[[Mapping[str, object]], Iterable[Problem]]
"""What finds mistakes in a file's data, which may be wrong in any other way as well."""
_OTHER_FOLDER = {"Cluster": "clusters/", "Team": "teams/"}


@dataclass
class Source(Generic[M]):
    """A spec file while it is being judged. Findings never repeat what is known to be spoiled."""

    name: str
    """What the file is named after."""
    document: Document | None
    findings: list[Finding]
    spoiled: set[Path]
    """Paths whose value is the subject of a finding already."""
    value: M | None = None

    @property
    def tree(self) -> Mapping[str, object]:
        """The file's data; empty where it is no mapping."""
        tree = self.document.value if self.document else None
        return tree if isinstance(tree, dict) else {}

    def is_spoiled(self, path: Path) -> bool:
        """Whether the path, or anything that it lies in, is the subject of a finding."""
        return any(path[:length] in self.spoiled for length in range(len(path) + 1))

    def bounded(self) -> list[Finding]:
        """Its findings; whoever has more than a hundred cannot read them either."""
        if self.document is None or len(self.findings) <= MOST_FINDINGS:
            return self.findings
        first = ordered(self.findings)[:MOST_FINDINGS]
        more = f"holds more than {MOST_FINDINGS} problems"
        place = self.document.at(())
        return [*first, Finding(WHOLE, more, "correct these, then read it again", position=place, code="TN016")]

    def add(self, problems: Iterable[Problem], under: Path = ()) -> bool:
        """Note problems, those of spoiled paths left out. `under`: where their paths begin. Whether any is new."""
        added = False
        for problem in problems:
            path = (*under, *problem.path)
            if self.document is None or self.is_spoiled(path):
                continue
            added = True
            self.spoiled.add(path)
            missing = path not in self.document.positions
            place = self.document.key(path[:-1] if missing else path) if missing or problem.of_key else None
            where = dotted(path) or WHOLE
            place = place or self.document.at(path)
            self.findings.append(Finding(where, problem.what, problem.fix, position=place, code=problem.code))
        return added

    def warn(self, problems: Iterable[Problem], under: Path = ()) -> None:
        """Note what is no mistake but hardly meant, except where something is wrong with it anyway."""
        for problem in problems:
            path = (*under, *problem.path)
            if self.document is None or self.is_spoiled(path) or any(p[: len(path)] == path for p in self.spoiled):
                continue
            where, place = dotted(path), self.document.key(path)
            self.findings.append(
                Finding(where, problem.what, problem.fix, Severity.WARNING, position=place, code=problem.code)
            )


def read_spec(model: type[M], path: FilePath, shown: str, further: Judge | None = None) -> Source[M]:
    """Read and judge one file by itself; `further` judges what its keys mean together."""
    reading = read_what_can_be(path, shown)
    source: Source[M] = Source(path.stem, reading.document, list(reading.findings), set(reading.spoiled))
    if reading.document is None:
        return source
    kind = model.__name__
    given = source.tree.get("kind")
    if isinstance(given, str) and given in _OTHER_FOLDER and given != kind:
        fix = f"move it to {_OTHER_FOLDER[given]}"
        source.add([Problem(("kind",), f"the file is a {given}, not a {kind}", fix, "TN104")])
        return source
    source.add(_empty(reading.document.value))
    value, problems = problems_of(model, reading.document.value)
    source.add(problems)
    source.add(_misnamed(source, path.name))
    source.add(further(source.tree) if further else ())
    source.warn(unplanned(model, source.tree))
    source.value = value if isinstance(value, model) and not errors(source.findings) else None
    return source


def _empty(tree: object, path: Path = ()) -> Iterator[Problem]:
    """Keys and dashes with nothing behind them. In what differs on a cluster, null unsets a key of a workload."""
    steps: Iterable[tuple[str | int, object]] = ()
    if isinstance(tree, dict):
        steps = tree.items()
    elif isinstance(tree, list):
        steps = enumerate(tree)
    for step, value in steps:
        here = (*path, step)
        if value is None and not unsets(here):
            fix = "give it a value, or drop the dash" if isinstance(step, int) else "give it a value, or drop the key"
            yield Problem(here, "has no value", fix, "TN112")
        yield from _empty(value, here)


def unsets(path: Path) -> bool:
    """Whether null at this path of a team's file means: as if the workload did not set it."""
    return path[:1] == ("clusters",) and len(path) > len(("clusters", "cluster", "workload"))


def _misnamed(source: Source[M], file: str) -> Iterator[Problem]:
    name = source.tree.get("name")
    if isinstance(name, str) and name != source.name:
        fix = f"write {source.name}, or rename the file to {said(name)[1:-1]}.yaml"
        yield Problem(("name",), f"{said(name)} is not what the file {file} is named after", fix, "TN103")
