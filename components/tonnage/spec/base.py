"""What every spec model shares: strict, frozen, camelCase outside, values from text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from tonnage import units
from tonnage.names import LABEL_PATTERN
from tonnage.spec.values import Amount, Day, LabelText, Text


class SpecModel(BaseModel):
    """A part of a spec file. Unknown keys are refused; nothing is converted silently."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        alias_generator=to_camel,
        populate_by_name=True,
        allow_inf_nan=False,
    )

    @classmethod
    def also_required(cls, tree: Mapping[str, object]) -> tuple[str, ...]:  # noqa: ARG003 models that need it read it
        """Keys without a default, given what the others of a file's data say."""
        return ()


@dataclass(frozen=True)
class NotPlannedYet:
    """Marks a key that is read and validated but changes nothing yet; `instead` says what happens."""

    instead: str
    values: tuple[str, ...] = ()
    """Those values that change nothing yet; left out, all but the default."""


Memory = Annotated[units.Memory, Amount(units.Memory, "1MiB", "1000TiB")]
Duration = Annotated[units.Duration, Amount(units.Duration, "1ms", "3660d")]
Rate = Annotated[units.Rate, Amount(units.Rate, "0/s", "1000000/s")]
Cpu = Annotated[units.Cpu, Amount(units.Cpu, "1m", "100000")]
Share = Annotated[units.Share, Amount(units.Share, "0%", "100%")]
Tokens = Annotated[units.Tokens, Amount(units.Tokens, "1", "1000000T")]
MoneyRate = Annotated[units.MoneyRate, Amount(units.MoneyRate, "0 USD/h", "1000000000 USD/h")]
Date = Annotated[date, Day()]

Name = Annotated[str, LabelText("a name", "search", LABEL_PATTERN, 40)]
"""A name that becomes part of Kubernetes names: a DNS label, at most 40 characters, so that prefixes fit."""
Line = Annotated[str, Text("a line of text", "search-oncall@example.com", ascii=False)]
InstanceType = Annotated[str, Text("an instance type", "p5.48xlarge", r"^[A-Za-z0-9][A-Za-z0-9._-]*$", 63)]
TypePattern = Annotated[str, Text("a type or a pattern of types", "g6e.*", r"^[A-Za-z0-9*?][A-Za-z0-9*?._-]*$", 63)]
Region = Annotated[str, Text("a region", "us-east-1", r"^[A-Za-z0-9][A-Za-z0-9._-]*$", 63)]
Zone = Annotated[str, Text("a zone", "us-east-1a", r"^[A-Za-z0-9][A-Za-z0-9._-]*$", 63)]
ModelName = Annotated[str, Text("a model's name", "Qwen/Qwen3-32B", r"^[A-Za-z0-9][A-Za-z0-9._/-]*$", 128)]
Accelerator = Annotated[str, Text("an accelerator", "h100-sxm", r"^[A-Za-z0-9][A-Za-z0-9.-]*$", 63)]
Uri = Annotated[str, Text("an address", "s3://models/qwen3-32b", r"^\S+$", 512)]
Image = Annotated[
    str,
    Text("an image", "registry.example.com/engine:1.2", r"^[A-Za-z0-9][A-Za-z0-9._:/-]*(@sha256:[0-9a-f]{64})?$", 512),
]

VALUE, MAPPING = "(value)", "(mapping)"
"""Tags of the two forms of a key that takes one value or a mapping. In a validation path they are no keys of a file."""


def form(value: object) -> str:
    """Which of the two forms was written, so that only that one is judged."""
    return MAPPING if isinstance(value, Mapping | BaseModel) else VALUE
