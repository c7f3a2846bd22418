"""The word that was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST = 128  # matching takes the square of the length


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word closest to `word`, or None. The same letters in other case or punctuation come first."""
    if len(word) > _LONGEST:
        return None
    names = sorted(known)
    same = [n for n in names if _bare(n) == _bare(word)]
    return next(iter(same or get_close_matches(word, names, 1)), None)


def instead(word: str, known: Iterable[str], otherwise: str) -> str:
    """A fix: the word that was probably meant, or something else."""
    near = nearest(word, known)
    return f"did you mean '{near}'?" if near is not None else otherwise


def _bare(word: str) -> str:
    return "".join(c for c in word.casefold() if c.isalnum())
