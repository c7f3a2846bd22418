"""What is read and where it stood; what is written is read back equal; links and odd files are not followed."""

import os
import re
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tonnage.files.paths import dotted, undotted
from tonnage.files.yaml import Document, parse_what_can_be, parse_yaml, read_yaml, write_yaml

TEXT = """\
# a team
kind: Team
budget:
clusters:
  prod-east: {}
serving:
  - name: chat
    traffic: {requests: 12/s, inputTokens: 1200}
  - name: rerank
    "odd key": [1, -2.5, true, null, 2026-11-23]
"""


def parsed(text: str) -> Document:
    """The document of a text that is right."""
    document, findings = parse_yaml(text.encode(), "teams/search.yaml")
    assert findings == ()
    assert document is not None
    return document


def test_values_have_the_types_that_every_reader_agrees_on() -> None:
    """Text, whole and decimal numbers, booleans, days, nothing, lists, mappings."""
    assert parsed(TEXT).value == {
        "kind": "Team",
        "budget": None,
        "clusters": {"prod-east": {}},
        "serving": [
            {"name": "chat", "traffic": {"requests": "12/s", "inputTokens": 1200}},
            {"name": "rerank", "odd key": [1, -2.5, True, None, date(2026, 11, 23)]},
        ],
    }


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ((), (2, 1), (2, 1)),
        (("kind",), (2, 7), (2, 1)),
        (("budget",), (3, 1), (3, 1)),  # an empty value is shown at its key
        (("clusters",), (4, 1), (4, 1)),  # and so is a block, whose first line would mislead
        (("clusters", "prod-east"), (5, 14), (5, 3)),
        (("serving", 0), (7, 5), (7, 5)),
        (("serving", 0, "name"), (7, 11), (7, 5)),
        (("serving", 0, "traffic"), (8, 14), (8, 5)),
        (("serving", 0, "traffic", "inputTokens"), (8, 44), (8, 31)),
        (("serving", 1, "odd key", 4), (10, 38), (10, 38)),
        (("serving", 1, "traffic", "requests"), (9, 5), (9, 5)),  # absent: what is nearest above
        (("nothing", "here"), (2, 1), (2, 1)),
    ],
)
def test_every_key_and_value_has_its_place(
    path: tuple[str | int, ...], value: tuple[int, int], key: tuple[int, int]
) -> None:
    """Lines and columns from 1, as editors count."""
    document = parsed(TEXT)
    assert (document.at(path).line, document.at(path).column) == value
    assert (document.key(path).line, document.key(path).column) == key


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.text(st.characters(codec="utf-8"), max_size=12)
    | st.sampled_from(["no", "010", "1e5", "1:30", "~", "<<", "a: b", "- c", "# d", " e ", "f\ng", "2026-01-01", "y"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=300)
@given(PLAIN, st.text("ab \n", max_size=8))
def test_what_is_written_is_read_back_equal(tree: object, head: str) -> None:
    """Whatever the text holds: traps, control characters, line ends, any script."""
    document, findings = parse_yaml(write_yaml(tree, head).encode(), "f")
    assert findings == ()
    assert document is not None
    assert document.value == tree
    assert repr(document.value) == repr(tree)  # the same types too, where 1 == 1.0 == True


def test_writing_is_stable_and_plain() -> None:
    """Block style, keys in their order, a comment on top, tuples and read-only mappings as lists and mappings."""
    tree: Mapping[str, object] = MappingProxyType({"b": (1, "12/s"), "a": {"no": [], "x": {}}, "day": date(2026, 1, 2)})
    assert write_yaml(tree, "made by a test\n\ndo not edit") == (
        '# made by a test\n#\n# do not edit\nb:\n  - 1\n  - 12/s\na:\n  "no": []\n  x: {}\nday: 2026-01-02\n'
    )


def test_long_text_stays_on_one_line() -> None:
    """A diff of two files shows one line for one value."""
    assert write_yaml({"words": "word " * 60 + "end"}).count("\n") == 1


# with [a?] and {a:} the parsers differ, and no spec needs either
UNLIKE = re.compile(r"\?|:[\[\]{},]")


@settings(max_examples=400)
@given(
    st.text(st.sampled_from(list("ab1 -:#[]{},&*!|>'\"%@`\n\\~0.x_")), max_size=40).filter(
        lambda t: not UNLIKE.search(t)
    )
)
def test_both_parsers_give_the_same_values_or_both_refuse(text: str) -> None:
    """The C library is a matter of speed, never of meaning."""
    c, python = (parse_what_can_be(text.encode(), "f", loader) for loader in (yaml.CSafeLoader, yaml.SafeLoader))
    assert bool(c.findings) == bool(python.findings)
    if c.document is not None and python.document is not None:
        assert c.document.value == python.document.value
        assert c.document.keys == python.document.keys


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    """Everything that can be wrong is a finding with a place; nothing is silently empty."""
    document, findings = parse_yaml(data, "f")
    assert (document is None) == bool(findings)
    assert all(f.position is not None and f.position.line >= 1 and f.position.column >= 1 for f in findings)


@given(st.lists(st.text(max_size=20) | st.integers(0, 10**6), max_size=5).map(tuple))
def test_a_path_in_text_reads_back(path: tuple[str | int, ...]) -> None:
    """Findings of later stages are placed by the text of their path."""
    assert undotted(dotted(path)) == path


def test_paths_look_as_people_write_them() -> None:
    """Dots, brackets, and quotes only where they are needed."""
    assert dotted(("serving", 0, "slo", "tpotP95")) == "serving[0].slo.tpotP95"
    assert dotted(("markets", "g6e.*")) == 'markets["g6e.*"]'
    assert dotted(("a" * 50,)) == f'["{"a" * 40}…"]'
    assert undotted("no path!") is None


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A spec folder cannot make tonnage read what lies outside of it."""
    (tmp_path / "real.yaml").write_text("a: 1")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "real.yaml")
    document, (finding,) = read_yaml(tmp_path / "link.yaml", "link.yaml")
    assert document is None
    assert str(finding) == "link.yaml:1:1: error TN002: the file: is a symbolic link; put the file itself there"


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes are made otherwise there")
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    """Only regular files are opened."""
    os.mkfifo(tmp_path / "pipe.yaml")
    assert [f.what for f in read_yaml(tmp_path / "pipe.yaml", "p")[1]] == ["is not a regular file"]
    assert [f.what for f in read_yaml(tmp_path, "p")[1]] == ["is not a regular file"]


def test_a_file_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    """And so is one below a file."""
    (tmp_path / "a.yaml").write_text("a: 1")
    assert [f.what for f in read_yaml(tmp_path / "b.yaml", "b")[1]] == ["does not exist"]
    assert [f.what for f in read_yaml(tmp_path / "a.yaml" / "c.yaml", "c")[1]] == ["cannot be read: not a directory"]


def test_a_file_is_read_as_its_bytes(tmp_path: Path) -> None:
    """The way of every spec."""
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfa: 1\r\n")
    document, findings = read_yaml(tmp_path / "a.yaml", "a.yaml")
    assert findings == ()
    assert document is not None
    assert document.value == {"a": 1}
