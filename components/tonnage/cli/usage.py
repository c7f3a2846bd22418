"""What a command cannot start on: a wrong place, name or revision. Exit code 2, with the way out."""

from collections.abc import Iterable
from difflib import get_close_matches


class UsageError(Exception):
    """Raised by a command before it has a result; `main` prints it and exits with 2."""

    def __init__(self, what: str, fix: str) -> None:
        self.what = what
        self.fix = fix
        super().__init__(f"{what}; {fix}")


def unknown(kind: str, name: str, known: Iterable[str]) -> UsageError:
    """No such thing, with the nearest name or all names."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1)
    fix = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(names) or 'none'}"
    return UsageError(f"there is no {kind} {name!r}", fix)
