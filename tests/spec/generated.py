"""Lawful spec files made from the models by chance, and ways to spoil their shape."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, get_args, get_origin

from hypothesis import strategies as st

from tonnage.spec.base import SpecModel
from tonnage.spec.shape import arms, keys, kind_of, marks
from tonnage.spec.values import Amount, Day, Flag, Text, Whole

NAMES = st.from_regex(r"[a-z]([-a-z0-9]{0,10}[a-z0-9])?", fullmatch=True).filter(str.isascii)


def files(model: type[SpecModel]) -> st.SearchStrategy[dict[str, Any]]:
    """Data of files of a kind: every key that must be there, some of the others, lawful values."""
    return _model(model)


@st.composite
def _model(draw: st.DrawFn, model: type[SpecModel]) -> dict[str, Any]:
    also = model.also_required({})
    made = {}
    for key, field in keys(model).items():
        if field.is_required() or key in also or draw(st.integers(0, 3)) == 0:
            made[key] = draw(_value(kind_of(field)))
    return made


def _value(kind: Any) -> st.SearchStrategy[Any]:
    """Values of an annotation; a mark on it decides, else its form."""
    own = get_args(kind)[1:] if get_origin(kind) is Annotated else ()
    mark = next((m for m in own if isinstance(m, Text | Whole | Amount | Day | Flag)), None)
    if mark is not None:
        return _marked(mark)
    forms = [arm for arm in _forms(kind) if arm is not type(None)]
    return st.one_of([_form(form, own) for form in forms])


def _forms(kind: Any) -> list[Any]:
    """The forms of a value with their marks, one level deep."""
    if get_origin(kind) is Annotated:
        return _forms(get_args(kind)[0])
    return list(get_args(kind)) if len(list(arms(kind))) > 1 and get_origin(kind) is not Literal else [kind]


def _form(form: Any, own: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    origin, inner = get_origin(form), get_args(form)
    least = next((getattr(m, "min_length") for m in own if hasattr(m, "min_length")), 0)  # noqa: B009 pydantic's mark
    if origin is Annotated:
        return _value(form)
    if origin is Literal:
        return st.sampled_from(inner)
    if origin is tuple:
        return st.lists(_value(inner[0]), min_size=least, max_size=2)
    if origin is Mapping:
        return st.dictionaries(_value(inner[0]), _value(inner[1]), min_size=least, max_size=2)
    if form in {Any, str}:
        return st.just("any" if form is str else {})
    return st.booleans() if form is bool else _model(form)


def _marked(mark: Text | Whole | Amount | Day | Flag) -> st.SearchStrategy[Any]:
    if isinstance(mark, Whole):
        return st.integers(mark.least, mark.most)
    if isinstance(mark, Amount):
        return _amounts(mark)
    if isinstance(mark, Day):
        return st.dates(date(2000, 1, 1), date(2100, 1, 1))
    if isinstance(mark, Flag):
        return st.sampled_from([True, 5, 0.5, "text"])
    if mark.sample == "search":
        return NAMES
    return st.just(mark.sample.strip('"'))


@st.composite
def _amounts(draw: st.DrawFn, mark: Amount) -> str:
    """A quantity between its bounds, in any of its units, as text."""
    low, high = (mark.kind.parse(t).amount for t in (mark.least, mark.most))
    unit, size = draw(st.sampled_from(sorted(mark.kind.UNITS.items())))
    amount = draw(st.integers(-(-low // size), high // size)) if high >= size else None
    return f"{amount}{unit}" if amount is not None and amount * size >= low else mark.least


Spoiled = tuple[dict[str, Any], str]


@st.composite
def spoiled(draw: st.DrawFn, model: type[SpecModel]) -> Spoiled:
    """A lawful file whose shape is wrong in one place, and in what way."""
    tree = draw(files(model))
    places = list(_places(tree, model))
    holder, key, kind = draw(st.sampled_from(places))
    ways = ["unknown", "list", "null"]
    ways += ["mapping"] if next(marks(kind, Whole), None) or next(marks(kind, Text), None) else []
    way = draw(st.sampled_from(ways))
    if way == "unknown":
        holder["no" + key] = 1
    else:
        holder[key] = {"list": [[[]]], "null": None, "mapping": {"no": {"no": 1}}}[way]
    return tree, way


def _places(tree: dict[str, Any], model: type[SpecModel]) -> Any:
    """Keys of models in a file: what holds each, and its annotation. What differs on a cluster has no model."""
    for key, field in keys(model).items():
        if key in tree:
            yield tree, key, kind_of(field)
            inner = next((a for a in _inside(kind_of(field))), None)
            values = tree[key] if isinstance(tree[key], list) else [tree[key]]
            for value in values:
                if inner is not None and isinstance(value, dict) and set(value) <= set(keys(inner)):
                    yield from _places(value, inner)


def _inside(kind: Any) -> list[type[SpecModel]]:
    found = [a for a in arms(kind) if isinstance(a, type) and issubclass(a, SpecModel)]
    lists = [get_args(a)[0] for a in arms(kind) if get_origin(a) is tuple]
    return [*found, *(m for inner in lists for m in _inside(inner))]
