"""What the source of a class says below each of its fields: the one place where a field is described."""

import ast
import inspect
import sys
from collections.abc import Mapping
from functools import cache
from itertools import pairwise


@cache
def field_docs(of: type) -> Mapping[str, str]:
    """Docstrings below the fields of a class, by the fields' names; what its bases say is not among them."""
    found = {}
    for field, after in pairwise(_source(of).body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(after, ast.Expr):
            found[field.target.id] = inspect.cleandoc(str(ast.literal_eval(after.value)))
    return found


def _source(of: type) -> ast.ClassDef:
    return next(n for n in _module(of.__module__).body if isinstance(n, ast.ClassDef) and n.name == of.__name__)


@cache
def _module(name: str) -> ast.Module:
    return ast.parse(inspect.getsource(sys.modules[name]))
