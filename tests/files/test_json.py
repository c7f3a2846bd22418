"""JSON of users is read strictly: bounded, no link, no key twice; and every refusal is a finding."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonnage.files.json import parse_json, place_of, read_json
from tonnage.findings import Finding

REFUSED = [
    (b'{"a": 1, "a": 2}', "holds the key 'a' twice", "1:1"),
    (b'{"a": NaN}', "holds NaN", "1:1"),
    (b'{"a": -Infinity}', "holds -Infinity", "1:1"),
    (b'{"a": 1,\n "b" 2}', "is no JSON from here on: expecting ':' delimiter", "2:6"),
    (b"", "is no JSON from here on", "1:1"),
    (b'{"a": "\xff"}', "holds the byte 0xff", "1:1"),
    (b"[" * 70 + b"]" * 70, "is nested deeper than 64 levels", "1:1"),
    (b"[" * 500_000, "is nested too deep", "1:1"),
    (b"1" * 5000, "too many digits", "1:1"),
    (b" " * (1024 * 1024 + 1), "is larger than 1024 KiB", "1:1"),
]


@pytest.mark.parametrize(("data", "what", "place"), REFUSED, ids=[r[1] for r in REFUSED])
def test_what_cannot_be_trusted_is_refused_with_the_reason(data: bytes, what: str, place: str) -> None:
    """At its place, where one is known."""
    found = parse_json(data, "config.json")
    assert isinstance(found, Finding)
    assert what in found.what
    assert str(found.position) == f"config.json:{place}"


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """Its target may lie anywhere."""
    (tmp_path / "real.json").write_text("{}", encoding="utf-8")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    found = read_json(tmp_path / "link.json", "link.json")
    assert isinstance(found, Finding)
    assert found.what == "is a symbolic link"
    assert read_json(tmp_path / "real.json", "real.json") == ({}, "{}")


def test_a_key_is_found_where_it_first_stands() -> None:
    """Line and column from 1; a key that is not there is looked for at the top."""
    text = '{\n  "a": 1,\n    "b.c" : 2\n}'
    assert str(place_of("b.c", text, "x.json")) == "x.json:3:5"
    assert str(place_of("bxc", text, "x.json")) == "x.json:1:1"


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(PLAIN)
def test_lawful_json_is_read_as_it_is(tree: object) -> None:
    """As the standard library reads it."""
    text = json.dumps(tree)
    assert parse_json(text.encode(), "x.json") == (tree, text)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Never an exception."""
    found = parse_json(data, "x.json")
    assert isinstance(found, tuple) or (found.what and found.fix and found.position)
