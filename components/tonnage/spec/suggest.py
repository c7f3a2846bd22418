"""The word that was probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST = 128  # matching takes the square of the length
_CLOSE = 0.7  # below it, short words match what nobody meant
_MOST = 4


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word closest to `word`, or None. The same letters in other case or punctuation come first."""
    if len(word) > _LONGEST:
        return None
    names = sorted(known)
    same = [n for n in names if _bare(n) == _bare(word)]
    return next(iter(same or get_close_matches(word, names, 1, _CLOSE)), None)


def instead(word: str, known: Iterable[str], otherwise: str) -> str:
    """A fix: the words that were probably meant, or something else."""
    names = sorted(known)
    near = nearest(word, names)
    longer = [n for n in names if len(word) > 1 and n.casefold().startswith(word.casefold())]
    meant = longer if 1 < len(longer) <= _MOST and near not in set(names) - set(longer) else [near] if near else longer
    if not 0 < len(meant) <= _MOST:
        return otherwise
    *first, last = [f"'{name}'" for name in meant]
    return f"did you mean {', '.join(first)} or {last}?" if first else f"did you mean {last}?"


def _bare(word: str) -> str:
    return "".join(c for c in word.casefold() if c.isalnum())
