"""What pydantic refuses, as the two sentences of a finding: what is wrong, and how to fix it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tonnage.files.paths import Path
from tonnage.spec.base import MAPPING, VALUE, SpecModel
from tonnage.spec.shape import arms, at, keys, marks, model_of
from tonnage.spec.suggest import instead, nearest
from tonnage.spec.values import Text, Whole, said

_KEY = "[key]"  # pydantic's last step, where a mapping's key is wrong and not its value
_STEPS_OF_FORM = {VALUE, MAPPING}


@dataclass(frozen=True)
class Problem:
    """One mistake of a file."""

    path: Path
    what: str
    fix: str
    code: str
    """The kind of finding that it becomes."""
    of_key: bool = False
    """Whether the key at the path is wrong, and not its value."""


def problems_of(model: type[SpecModel], tree: object) -> tuple[SpecModel | None, tuple[Problem, ...]]:
    """The model's value of a file's data, or None and every mistake, one problem each."""
    if not isinstance(tree, dict):
        return None, (Problem((), f"is {said(tree)}, not a mapping", "write keys and values, kind first", "TN105"),)
    value, refused = None, list[ErrorDetails]()
    try:
        value = model.model_validate(_tuples(tree), by_alias=True, by_name=False)
    except ValidationError as wrong:
        refused = wrong.errors(include_url=False)
    problems = tuple(_problems(model, refused, [(key,) for key in model.also_required(tree) if key not in tree]))
    return (None if problems else value), problems


def _tuples(tree: Any) -> Any:
    """Lists as tuples: frozen models hold nothing that can change, and strict models take nothing else."""
    if isinstance(tree, dict):
        return {key: _tuples(value) for key, value in tree.items()}
    return tuple(map(_tuples, tree)) if isinstance(tree, list) else tree


def _problems(model: type[SpecModel], refused: list[ErrorDetails], lacking: list[Path]) -> Iterator[Problem]:
    """A problem for each refusal of pydantic, and for each key that is lacking besides."""
    errors = [(*_path(error), error) for error in refused]
    missing = [*lacking, *(path for path, _, error in errors if error["type"] == "missing")]
    unknown = [path for path, _, error in errors if error["type"] == "extra_forbidden"]
    meant = dict(_meant(unknown, missing))
    for path, of_key, error in errors:
        if error["type"] == "extra_forbidden":
            fix = f"did you mean '{meant[path][-1]}'?" if path in meant else _known(model, path)
            yield Problem(path, "is not known", fix, "TN110", of_key=True)
        elif error["type"] != "missing":
            yield Problem(path, *_value(model, path, error), of_key=of_key)
    for path in missing:
        if path not in meant.values():
            yield Problem(path, "is missing", _example(model, path), "TN111")


def _path(error: ErrorDetails) -> tuple[Path, bool]:
    """The path in the file, and whether its key is meant."""
    steps = tuple(s for s in error["loc"] if s not in _STEPS_OF_FORM)
    of_key = steps[-1:] == (_KEY,)
    return (steps[:-1] if of_key else steps), of_key


def _meant(unknown: list[Path], missing: list[Path]) -> Iterator[tuple[Path, Path]]:
    """Unknown keys with the missing key of the same mapping that was meant: one mistake is one problem."""
    for path in unknown:
        near = [m for m in missing if m[:-1] == path[:-1]]
        key = nearest(str(path[-1]), [str(m[-1]) for m in near])
        alone = len(near) == 1 and sum(u[:-1] == path[:-1] for u in unknown) == 1
        if key is not None or alone:
            yield path, (*path[:-1], near[0][-1] if key is None else key)


def _known(model: type[SpecModel], path: Path) -> str:
    owner = model_of(at(model, path[:-1]))
    known = keys(owner) if owner is not None else {}
    listed = ", ".join(known)
    return instead(str(path[-1]), known, f"drop it; known are {listed}")


def _example(model: type[SpecModel], path: Path) -> str:
    kind, key = at(model, path), path[-1]
    texts = [m.example for mark in (Text, Whole) for m in marks(kind, mark)]
    texts += [str(get_args(arm)[0]) for arm in arms(kind) if get_origin(arm) is Literal]
    return f"add {key}, such as {key}: {texts[0]}" if texts else f"add {key}"


def _value(model: type[SpecModel], path: Path, error: ErrorDetails) -> tuple[str, str, str]:
    """What is wrong with a value, the fix, and the code."""
    given, context = error["input"], error.get("ctx", {})
    match error["type"]:
        case "finding":
            return str(context["what"]), str(context["fix"]), str(context["code"])
        case "literal_error":
            choices = re.findall(r"'([^']*)'", str(context["expected"]))
            return f"{said(given)} is not known here", _choice(given, choices), "TN114"
        case "bool_type":
            return f"{said(given)} is neither true nor false", "write true or false", "TN115"
        case "tuple_type":
            return f"{said(given)} is not a list", f"write [{given}]" if _short(given) else "write a list", "TN113"
        case "too_short":
            return "is empty", "name at least one", "TN116"
    model_there = model_of(at(model, path))
    known = f", with the keys {', '.join(keys(model_there))}" if model_there else ""
    return f"{said(given)} is not a mapping", f"write keys and values below it{known}", "TN113"


def _choice(given: object, choices: list[str]) -> str:
    listed = f"write {' or '.join([', '.join(choices[:-1]), choices[-1]] if len(choices) > 1 else choices)}"
    return instead(given, choices, listed) if isinstance(given, str) else listed


def _short(given: object) -> bool:
    """Whether a value can be shown as it was written."""
    return isinstance(given, str | int | float) and len(str(given)) <= 40 and str(given).isprintable()
