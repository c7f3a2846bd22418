"""Arguments as they arrive from Python and from other languages."""

from enum import Enum
from typing import Any, NotRequired, TypedDict

import pulumi
import pytest

from tonnage.preview import record
from tonnage.resources.arguments import Arguments, read


class Colour(Enum):
    """A choice."""

    RED = "red"
    BLUE = "blue"


class Part(TypedDict):
    """A nested argument."""

    size: int
    label: NotRequired[pulumi.Input[str]]


class Args(TypedDict):
    """Every kind of argument that a component may take."""

    count: int
    colour: NotRequired[Colour]
    share: NotRequired[float]
    owner: NotRequired[pulumi.Input[str]]
    parts: NotRequired[list[Part]]
    labels: NotRequired[dict[str, pulumi.Input[str]]]
    numbers: NotRequired[dict[str, int]]
    merge: NotRequired[dict[str, Any]]


def problems(args: dict[str, Any]) -> list[tuple[str, str]]:
    """Where and what of each finding."""
    return [(f.where, f.what) for f in read("c", args, Args)[1]]


def test_arguments_come_back_as_plain_values() -> None:
    """Numbers, choices, lists and maps, nested ones too; what was left out stays out."""
    args = {
        "count": 2,
        "colour": Colour.RED,
        "share": 0.5,
        "parts": [{"size": 1, "label": "a"}],
        "labels": {"b": "c"},
        "merge": {"spec": {"x": [1]}},
        "owner": None,
    }

    read_back, found = read("c", args, Args)

    assert not found
    assert read_back.values == {**{k: v for k, v in args.items() if v is not None}, "colour": "red"}


def test_integers_may_arrive_as_floats_and_choices_as_text() -> None:
    """From another language everything comes through a wire that knows only floats and strings."""
    python = read("c", {"count": 2, "colour": Colour.BLUE, "parts": [{"size": 3}], "numbers": {"a": 1}}, Args)
    other = read("c", {"count": 2.0, "colour": "blue", "parts": [{"size": 3.0}], "numbers": {"a": 1.0}}, Args)

    assert other == python
    assert isinstance(other[0].values["count"], int)


def test_every_problem_is_found_at_once() -> None:
    """Missing, unknown, of the wrong type, of the wrong choice: each with its place."""
    found = problems({"colour": "green", "labels": {"a": 1}, "parts": [{"size": 2.5}, {}], "ownr": "a", "share": True})

    assert sorted(where for where, _ in found) == [
        "c.colour",
        "c.count",
        "c.labels.a",
        "c.ownr",
        "c.parts[0].size",
        "c.parts[1].size",
        "c.share",
    ]
    assert ("c.count", "is missing") in found
    assert ("c.ownr", "is not an argument") in found


def test_a_misspelt_argument_is_guessed() -> None:
    """The fix names the argument that was probably meant."""
    (finding,) = read("c", {"count": 1, "ownr": "a"}, Args)[1]
    assert finding.fix == "did you mean 'owner'?"


@pytest.mark.parametrize("count", [True, "2", 2.5, [2], float("inf")])
def test_what_is_no_whole_number_is_refused(count: object) -> None:
    """Nothing is converted silently."""
    assert [where for where, _ in problems({"count": count})] == ["c.count"]


def outputs_in(args: Any, manifest: dict[str, Any]) -> Any:
    """What Pulumi is told of a manifest made from arguments that hold Outputs."""
    seen: list[Arguments] = []

    def program() -> None:
        given = args()
        arguments, found = read("c", given, Args)
        assert not found
        seen.append(arguments)
        text = repr(arguments.values)
        mark = next(m for m in arguments.outputs if m in text)
        filled = arguments.fill({k: v.replace("MARK", mark) for k, v in manifest.items()})
        pulumi.CustomResource("a:b:C", "made", filled)

    recording = record(program, "p", "s")
    assert not recording.findings, recording.findings
    return recording.resources[-1].inputs


def test_an_output_passes_through_plain_builders() -> None:
    """It stands inside the finished object, alone or within a text."""

    def args() -> dict[str, Any]:
        return {"count": 1, "owner": pulumi.Output.from_input("alice").apply(str.upper)}

    assert outputs_in(args, {"whole": "MARK", "part": "role/MARK/x", "none": "plain"}) == {
        "whole": "ALICE",
        "part": "role/ALICE/x",
        "none": "plain",
    }


def test_a_secret_output_stays_secret() -> None:
    """The object that holds it shows a mask."""
    inputs = outputs_in(lambda: {"count": 1, "owner": pulumi.Output.secret("canary")}, {"whole": "MARK"})
    assert inputs == {"whole": "[secret]"}


def test_an_output_where_it_decides_what_is_declared_is_refused() -> None:
    """A count that is known only later would hide objects from the preview."""

    def program() -> None:
        late = pulumi.Output.from_input(2)
        assert problems({"count": late, "parts": [{"size": late, "label": late}], "labels": {"a": late}}) == [
            ("c.count", "must be known when the program runs: it decides what is declared"),
            ("c.parts[0].size", "must be known when the program runs: it decides what is declared"),
        ]

    assert not record(program, "p", "s").findings
