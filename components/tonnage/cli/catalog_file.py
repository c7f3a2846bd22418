"""Fetched prices in a user's catalogue file: own rows and every comment outside of `prices` stay as they are."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from tonnage.catalog.shipped import shipped_catalog
from tonnage.catalog.user import with_user_rows
from tonnage.cli.price_lists.fetched import PriceList
from tonnage.cli.writing import put_whole
from tonnage.files.plain import to_plain
from tonnage.files.yaml import Document, parse_yaml, write_yaml
from tonnage.files.yaml_text import read_bytes
from tonnage.findings import Finding, errors

Rows: TypeAlias = list[dict[str, Any]]


def price_rows(made: PriceList, region: str, title: str) -> Rows:
    """Rows of the section `prices`, in order."""
    return [
        {
            "instanceType": p.instance_type,
            "market": p.market,
            "region": region,
            "rate": to_plain(p.rate),
            "asOf": made.as_of,
            "source": title,
        }
        for p in made.prices
    ]


def into_file(out: Path, rows: Rows, title: str) -> tuple[tuple[Finding, ...], tuple[str, ...], int]:
    """Write rows into a file, new or not. Findings (nothing was written then), what was kept, and how many were new.

    A row of the same type, market and region is replaced only where it was fetched before (its source is `title`):
    what a person has written, such as a contract's price, stays.
    """
    if not out.exists() and not out.is_symlink():
        return _put(out, write_yaml({"kind": "Catalog", "prices": rows})), (), len(rows)
    data = read_bytes(out, str(out))
    if isinstance(data, Finding):
        return (data,), (), 0
    document, wrong = parse_yaml(data, str(out))
    if document is None:
        return wrong, (), 0
    _, doubted = with_user_rows(shipped_catalog(), document)
    if errors(doubted) or not isinstance(document.value, Mapping):
        return doubted, (), 0
    merged, kept = _merged(document.value.get("prices") or [], rows, title)
    text = _spliced(data.decode("utf-8-sig"), document, merged)
    if isinstance(text, Finding):
        return (text,), (), 0
    return _put(out, text), kept, len(rows) - len(kept)


def _merged(before: Sequence[Mapping[str, Any]], rows: Rows, title: str) -> tuple[Rows, tuple[str, ...]]:
    def key(row: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(str(row[k]) for k in ("instanceType", "market", "region"))

    own = {key(row): row for row in before if row["source"] != title}
    fresh = {key(row): row for row in rows if key(row) not in own}
    fetched = {key(row): row for row in before if row["source"] == title} | fresh
    notes = tuple(f"kept your price of {' '.join(key(r))} ({own[key(r)]['source']})" for r in rows if key(r) in own)
    return [*map(dict, own.values()), *(dict(fetched[k]) for k in sorted(fetched))], notes


def _spliced(text: str, document: Document, prices: Rows) -> str | Finding:
    """The text with its section `prices` written anew, or a section more at its end."""
    tree = document.value
    keys = list(tree) if isinstance(tree, Mapping) else []
    lines = text.splitlines(keepends=True)
    places = {key: document.key((key,)) for key in keys}
    if any(place.column != 1 for place in places.values()):
        return Finding(
            "catalog", "is written in braces", "write one key a line", position=document.at(()), code="TN403"
        )
    section = write_yaml({"prices": prices})
    if "prices" not in keys:
        gap = "" if not text or text.endswith("\n") else "\n"
        return f"{text}{gap}{section}"
    start = places["prices"].line - 1
    after = [p.line - 1 for p in places.values() if p.line - 1 > start]
    end = min(after, default=len(lines))
    # comments right above the next section are that section's
    while end > start + 1 and lines[end - 1].lstrip().startswith("#") and end < len(lines):
        end -= 1
    return "".join(lines[:start]) + section + "".join(lines[end:])


def _put(out: Path, text: str) -> tuple[Finding, ...]:
    """Write a file whole or not at all, and only what reads back as a catalogue."""
    document, wrong = parse_yaml(text.encode(), str(out))
    if document is None:
        return wrong
    _, doubted = with_user_rows(shipped_catalog(), document)
    if errors(doubted):
        return doubted
    try:
        put_whole(out, text)
    except OSError as bad:
        fix = "name a folder that exists and can be written"
        return (Finding(str(out), f"cannot be written: {(bad.strerror or '').lower()}", fix, code="TN403"),)
    return ()
