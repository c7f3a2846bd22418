"""What every spec model shares: strict, frozen, camelCase outside, quantities from text."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from tonnage import units
from tonnage.names import LABEL_PATTERN


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


@dataclass(frozen=True)
class NotPlannedYet:
    """Marks a key that is read and validated but changes nothing yet; `instead` says what happens."""

    instead: str


def _read(kind: type[units.Quantity]) -> BeforeValidator:
    def read(value: object) -> units.Quantity:
        if isinstance(value, kind):
            return value
        if "" in kind.UNITS and isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise PydanticCustomError(
                "quantity", "{what}", {"what": f"not {kind.NOUN}", "fix": f"write {kind.EXAMPLE}"}
            )
        try:
            return kind.parse(value)
        except units.UnitError as bad:
            raise PydanticCustomError("quantity", "{what}", {"what": bad.what, "fix": bad.fix}) from None

    return BeforeValidator(read)


_shown = PlainSerializer(str, return_type=str)

Memory = Annotated[units.Memory, _read(units.Memory), _shown]
Duration = Annotated[units.Duration, _read(units.Duration), _shown]
Rate = Annotated[units.Rate, _read(units.Rate), _shown]
Cpu = Annotated[units.Cpu, _read(units.Cpu), _shown]
Share = Annotated[units.Share, _read(units.Share), _shown]
Tokens = Annotated[units.Tokens, _read(units.Tokens), _shown]
MoneyRate = Annotated[units.MoneyRate, _read(units.MoneyRate), _shown]

Name = Annotated[str, StringConstraints(pattern=LABEL_PATTERN, max_length=40)]
"""A name that becomes part of Kubernetes names: a DNS label, at most 40 characters, so that prefixes fit."""
