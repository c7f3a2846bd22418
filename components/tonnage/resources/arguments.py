"""Arguments of components as they arrive: from Python, or from another language as a plain map with floats for ints.

What is known is checked by a pydantic model made from the TypedDict, all problems at once. What Pulumi knows only
later (an Output) may stand where the TypedDict says `Input[...]`: a mark takes its place while objects are built from
plain values, and the Output takes the mark's place in the finished object.
"""

import inspect
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from functools import cache
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin, is_typeddict

import pulumi
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model
from pydantic_core import ErrorDetails

from tonnage.findings import Finding
from tonnage.manifests.declared import Manifest
from tonnage.manifests.secrets import holds_a_secret, names_a_secret

_MARK = "output-4f1c9ad2-"
"""A lawful Kubernetes name that nobody chooses by chance."""


@dataclass(frozen=True)
class Arguments:
    """Checked arguments: plain values by name, Outputs by the mark that stands for them."""

    values: Mapping[str, Any]
    outputs: Mapping[str, pulumi.Output[Any]]

    def fill(self, manifest: Manifest) -> Manifest:
        """The object with each mark replaced by its Output."""
        return {key: self._filled(value) for key, value in manifest.items()} if self.outputs else manifest

    def _filled(self, value: Any) -> Any:
        if isinstance(value, str) and _MARK in value:
            inside = [mark for mark in self.outputs if mark in value]
            return pulumi.Output.all(**{m: self.outputs[m] for m in inside}).apply(lambda known: _put(value, known))
        if isinstance(value, Mapping):
            return {key: self._filled(v) for key, v in value.items()}
        if isinstance(value, list):
            return [self._filled(v) for v in value]
        return value


def read(component: str, args: Mapping[str, Any], shape: type) -> tuple[Arguments, tuple[Finding, ...]]:
    """Arguments of the TypedDict `shape`, and everything that is wrong with them. None counts as left out."""
    outputs: dict[str, pulumi.Output[Any]] = {}
    found: list[Finding] = []
    marked = {}
    for key, value in args.items():
        if value is not None:
            marked[key] = _marked(value, _hints(shape).get(key), f"{component}.{key}", (outputs, found))
    try:
        model = _model(shape).model_validate(marked)
    except ValidationError as wrong:
        told = {f.where for f in found}
        return Arguments({}, {}), (*found, *(f for f in _findings(component, wrong, shape) if f.where not in told))
    return Arguments(model.model_dump(exclude_unset=True), outputs), tuple(found)


def takes_outputs(hint: Any) -> bool:
    """Whether a field is an `Input[...]`."""
    hint = _bare(hint)
    return get_origin(hint) is Union and any(get_origin(a) is Awaitable for a in get_args(hint))


def _marked(value: Any, hint: Any, where: str, into: tuple[dict[str, pulumi.Output[Any]], list[Finding]]) -> Any:
    outputs, found = into
    if isinstance(value, pulumi.Output) or inspect.isawaitable(value):
        mark = f"{_MARK}{len(outputs)}-"
        outputs[mark] = pulumi.Output.from_input(value)
        if hint is not None and not takes_outputs(hint):
            fix = "give a plain value"
            found.append(
                Finding(where, "must be known when the program runs: it decides what is declared", fix, code="TN501")
            )
        return mark
    hint = _bare(hint)
    inner = get_args(hint)
    if isinstance(value, Mapping):
        below = _hints(hint) if is_typeddict(hint) else {}
        other = inner[1] if get_origin(hint) is dict else None
        return {k: _marked(v, below.get(k, other), f"{where}.{k}", into) for k, v in value.items() if v is not None}
    if isinstance(value, list | tuple):
        element = inner[0] if get_origin(hint) is list else None
        return [_marked(v, element, f"{where}[{i}]", into) for i, v in enumerate(value)]
    return value


def _put(text: str, known: Mapping[str, Any]) -> str:
    for mark, value in known.items():
        text = text.replace(mark, str(value))
    return text


def _hints(shape: Any) -> dict[str, Any]:
    # not get_type_hints: Pulumi's Input names Output as text, which only Pulumi's own module can resolve
    return dict(shape.__annotations__)


@cache
def _model(shape: type) -> type[BaseModel]:
    required: frozenset[str] = getattr(shape, "__required_keys__", frozenset())
    fields: dict[str, Any] = {
        key: (_plain(hint), ... if key in required else None) for key, hint in _hints(shape).items()
    }
    config = ConfigDict(extra="forbid", strict=True, use_enum_values=True)
    return create_model(shape.__name__, __config__=config, **fields)


def _bare(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is NotRequired else hint


def _plain(hint: Any) -> Any:
    """The type of a field once it is known."""
    hint = _bare(hint)
    if takes_outputs(hint):
        return _plain(get_args(hint)[0])
    if is_typeddict(hint):
        return _model(hint)
    if (container := get_origin(hint)) in (list, dict):
        *key, element = get_args(hint)
        return container[*key, _plain(element)]
    if hint is int:
        return Annotated[int, BeforeValidator(_whole)]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return Annotated[hint, Field(strict=False)]
    return hint


def _whole(value: object) -> object:
    """Pulumi's wire turns every integer into a float."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _findings(component: str, wrong: ValidationError, shape: type) -> Iterator[Finding]:
    for problem in wrong.errors(include_url=False):
        where = component + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in problem["loc"])
        yield Finding(where, *_said(problem, shape), code="TN501")


def _said(problem: ErrorDetails, shape: type) -> tuple[str, str]:
    if problem["type"] == "missing":
        return "is missing", "give it"
    if problem["type"] == "extra_forbidden":
        close = get_close_matches(str(problem["loc"][-1]), _hints(shape), n=1)
        return "is not an argument", f"did you mean {close[0]!r}?" if close else "drop it"
    message = problem["msg"][:1].lower() + problem["msg"][1:]
    return message if _may_be_secret(problem) else f"{message}, not {problem['input']!r}", "correct the value"


def _may_be_secret(problem: ErrorDetails) -> bool:
    """Whether the value must not be repeated: text in place of a reference to a Secret is often the secret itself."""
    instead_of_a_map = problem["type"] in {"model_type", "dict_type"}
    return (
        instead_of_a_map or any(map(names_a_secret, map(str, problem["loc"]))) or holds_a_secret(str(problem["input"]))
    )
