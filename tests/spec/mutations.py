"""Spec files made wrong by chance: as text, with pieces taken out and put in, and as data, with values exchanged."""

import random
from datetime import date
from typing import Any

from spec.folders import FILES
from tonnage.files.yaml import parse_yaml, write_yaml

PIECES = [
    *["[", "]", "{", "}", ":", ": ", "- ", "\n", "\n  ", "\n    ", "'", '"', "#", "&a ", "*a", "!t ", "<<: ", "? "],
    *["|\n", "no", "010", "1e9", ".nan", "1:30", "~", "null", "-1", "0", "9" * 60, ">", "\\", "%", "@", "`", "${x}"],
    *["{{x}}", "\u0435", "\u202e", "\ufeff", "\x00", "\t", "\r", "12/s", "30%", "80GiB", "5 USD/month", "../.."],
    *["2026-02-30", "a" * 300, "[" * 50, "{a: " * 40, "- " * 60, "kind: Team\n", "name: x\n", "serving: [{}]\n"],
    "clusters: {east: {chat: {traffic: null}}}\n",
]
VALUES: list[Any] = [
    *[None, True, False, 0, -1, 1, 7, 10**12, 10**39, 0.5, -0.0, 1e308, "", "x", "east", "chat", "default", "pools"],
    *[
        "12/s",
        "0/s",
        "30%",
        "100%",
        "80GiB",
        "1ms",
        "60000 USD/month",
        "h100-sxm",
        "g6e.12xlarge",
        "g6e.*",
        "*",
        "rest",
    ],
    *["Mon-Fri 07:00-20:00 America/New_York", "Sat-Mon 20:00-07:30 UTC", "none", "karpenter", "bestEffort", "night"],
    *[date(2000, 1, 1), date(9999, 12, 31), [], [[]], {}, {"a": {}}, ["x", "x"], {"day": "1/s"}, "\u0131", "a\nb"],
]


def mutated(text: str, chance: random.Random) -> bytes:
    """The text with up to six pieces taken out, put in, doubled or exchanged; or bytes of no meaning at all."""
    if chance.random() < 0.1:
        return chance.randbytes(chance.randrange(400))
    for _ in range(chance.randrange(1, 7)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.randrange(20))
        piece = chance.choice([*PIECES, text[start:end] * 2, ""])
        text = text[:start] + piece + text[chance.choice([start, end]) :]
    data = text.encode(errors="surrogatepass")
    if chance.random() < 0.1 and data:
        data = data[: chance.randrange(len(data))] + chance.randbytes(3)
    return data


def twisted(text: str, chance: random.Random) -> bytes:
    """The file's data with up to four values exchanged, moved to other keys, or dropped: lawful YAML, hardly a spec."""
    document, _ = parse_yaml(text.encode(), "f")
    assert document is not None
    tree: Any = document.value
    for _ in range(chance.randrange(1, 5)):
        places = _places(tree)
        holder, step = chance.choice(places)
        other, at = chance.choice(places)
        change = chance.randrange(4)
        if change == 0 and isinstance(holder, dict):
            del holder[step]
        elif change == 1:
            holder[step] = other[at]
        elif change == 2 and isinstance(holder, dict):
            holder[str(chance.choice(VALUES))[:20] or "y"] = chance.choice(VALUES)
        else:
            holder[step] = chance.choice(VALUES)
        tree = _bounded(tree)
    return write_yaml(tree).encode()


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Every mapping or list with each of its keys."""
    steps = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
    inner = [p for s in steps if isinstance(tree[s], dict | list) for p in _places(tree[s])]
    return [*((tree, s) for s in steps), *inner] or [({"x": 1}, "x")]


def _bounded(tree: Any, depth: int = 12) -> Any:
    """A copy, so that no value is in two places, cut where a value was moved into itself."""
    if isinstance(tree, dict):
        return {k: _bounded(v, depth - 1) for k, v in tree.items()} if depth else None
    if isinstance(tree, list):
        return [_bounded(v, depth - 1) for v in tree] if depth else None
    return tree


def folder(chance: random.Random) -> dict[str, bytes]:
    """All files of a folder, about half of them made wrong."""
    change = chance.choice([mutated, twisted])
    return {name: change(text, chance) if chance.random() < 0.6 else text.encode() for name, text in FILES.items()}
