"""What differs for a team on one cluster, by workload: merged into the workload, and judged as the workload is."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from tonnage.files.paths import Path, dotted
from tonnage.spec.base import SpecModel
from tonnage.spec.problems import Problem, problems_of
from tonnage.spec.read import Source
from tonnage.spec.shape import at, model_of
from tonnage.spec.suggest import instead
from tonnage.spec.team import Team
from tonnage.spec.unplanned import unplanned
from tonnage.spec.values import said

KINDS = ("serving", "training", "batch", "notebooks")
"""Keys of a team that hold workloads."""


def places(tree: Mapping[str, object]) -> dict[str, Path]:
    """Where each workload of a team's file stands, by name; the first one of a name."""
    found: dict[str, Path] = {}
    for path, name in _names(tree):
        found.setdefault(name, path)
    return found


def twice(tree: Mapping[str, object]) -> Iterator[Problem]:
    """Workloads of one name, whatever their kinds: pods, services and overrides are found by it."""
    first = places(tree)
    for path, name in _names(tree):
        if first[name] != path:
            what = f"{said(name)} is the name of {dotted(first[name])} too"
            yield Problem((*path, "name"), what, "give one of them another name", "TN132")


def on_cluster(source: Source[Team], cluster: str) -> Team | None:
    """The team as it is on a cluster: differences applied, what does not run dropped, workloads by name.

    Mistakes are noted in the source; None where the team cannot be told.
    """
    differing = _mapping(_mapping(source.tree.get("clusters")).get(cluster))
    where = places(source.tree)
    # a workload whose own name is wrong is what a name without a workload most likely means
    misnamed = any(path[0] in KINDS and path[2:] == ("name",) for path in source.spoiled if path)
    changed: dict[str, SpecModel] = {}
    for name, over in differing.items():
        under = ("clusters", cluster, name)
        if name not in where and not misnamed:
            fix = instead(name, where, f"name one of {', '.join(sorted(where)) or 'the workloads of the team'}")
            source.add([Problem(under, f"the team has no workload {said(name)}", fix, "TN130", of_key=True)])
        elif (
            name in where
            and isinstance(over, dict)
            and (merged := _workload(source, where[name], over, under)) is not None
        ):
            changed[name] = merged
    if source.value is None:
        return None
    return source.value.model_copy(
        update={
            kind: tuple(
                w
                for w in sorted((changed.get(w.name, w) for w in getattr(source.value, kind)), key=lambda w: w.name)
                if w.run
            )
            for kind in KINDS
        }
    )


def _workload(source: Source[Team], place: Path, over: dict[str, object], under: Path) -> SpecModel | None:
    """One workload with its differences; only mistakes that these make are noted, where they stand."""
    model = model_of(at(Team, place))
    base = _at(source.tree, place)
    if model is None or not isinstance(base, dict):
        return None
    if "name" in over:
        source.add([Problem(("name",), "cannot differ between clusters", "drop it", "TN133", of_key=True)], under)
    value, wrong = problems_of(model, merged(base, {k: v for k, v in over.items() if k != "name"}))
    before = {p.path for p in problems_of(model, base)[1]}
    here = source.document.positions if source.document else {}
    source.add((_unset(p, over) for p in wrong if p.path not in before or (*under, *p.path) in here), under)
    source.warn(unplanned(model, over), under)
    source.warn(_alike(over, base), under)
    return value


def _alike(over: Mapping[str, object], base: Mapping[str, object], path: Path = ()) -> Iterator[Problem]:
    """Keys that are the same on the cluster as everywhere."""
    for key, value in over.items():
        here, old = (*path, key), base.get(key)
        if value == old and type(value) is type(old):
            what = "is not set anyway" if value is None else "does not differ from the workload's own"
            yield Problem(here, what, "drop it, or write what differs", "TN137")
        elif isinstance(value, dict) and isinstance(old, dict):
            yield from _alike(value, old, here)


def nowhere(source: Source[Team], run: Collection[str]) -> Iterator[Problem]:
    """Workloads of a team that run on none of its clusters. `run`: names of those that do on one."""
    for name, path in places(source.tree).items():
        if name not in run:
            fix = "delete the workload, or let it run somewhere"
            yield Problem((*path, "name"), f"{said(name)} runs nowhere: run is false on every cluster", fix, "TN138")


def _unset(problem: Problem, over: Mapping[str, object]) -> Problem:
    """A key that is missing because null unsets it is no key to add."""
    there: object = over
    for step in problem.path:
        there = there.get(step, ...) if isinstance(there, dict) else ...
    if there is not None:
        return problem
    return Problem(problem.path, "cannot be unset", "give it a value, or drop the key", "TN133", of_key=True)


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """The base with differences: mappings key by key, null unsets, everything else as a whole."""
    result = {k: v for k, v in base.items() if not (k in over and over[k] is None)}
    for key, value in over.items():
        if value is None:
            continue
        old = result.get(key)
        result[key] = merged(old if isinstance(old, dict) else {}, value) if isinstance(value, dict) else value
    return result


def _names(tree: Mapping[str, object]) -> Iterator[tuple[Path, str]]:
    for kind in KINDS:
        workloads = tree.get(kind)
        for index, workload in enumerate(workloads if isinstance(workloads, list) else ()):
            name = _mapping(workload).get("name")
            if isinstance(name, str):
                yield (kind, index), name


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _at(tree: Any, path: Path) -> object:
    for step in path:
        tree = tree[step]
    return tree
