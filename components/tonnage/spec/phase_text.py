"""The text of a phase: which parts of the week it names, by which clock."""

import re
from dataclasses import dataclass

from tonnage.spec.suggest import instead
from tonnage.spec.values import said
from tonnage.spec.zones import zones

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
REST = "rest"
MINUTES_OF_DAY = 24 * 60
EXAMPLE = "Mon-Fri 07:00-20:00 America/New_York"

_RANGE = re.compile(r"(?P<first>[^\W\d]+)(?:-(?P<last>[^\W\d]+))? +(?P<start>[\d:]+)-(?P<end>[\d:]+)")
_WITH_ZONE = re.compile(r"(?P<ranges>.*\d) +(?P<zone>[^\W\d]\S*)")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|24:00", re.ASCII)


@dataclass(frozen=True)
class PhaseTimes:
    """What a phase's text says. Without ranges it is what the other phases leave."""

    ranges: tuple[tuple[int, int], ...] = ()
    """Minutes from Monday 00:00; an end beyond Sunday lies on Monday."""
    zone: str = ""
    """Empty where nothing is told by a clock."""


@dataclass(frozen=True)
class Refusal:
    """Why a text says nothing: both sentences of a finding."""

    what: str
    fix: str


def times_of(text: str) -> PhaseTimes | Refusal:
    """What a text says, or what is wrong with it."""
    if text == REST:
        return PhaseTimes()
    zoned = _WITH_ZONE.fullmatch(text)
    if zoned is None:
        if _RANGE.fullmatch(text):
            return Refusal(f"{said(text)} names no time zone", f"write it like {EXAMPLE}")
        return Refusal(f"{said(text)} is no part of the week", f"write it like {EXAMPLE}, or {REST}")
    if zoned["zone"] not in zones():
        fix = instead(zoned["zone"], zones(), "name one as America/New_York, Europe/Berlin or UTC")
        return Refusal(f"there is no time zone {said(zoned['zone'])}", fix)
    ranges: list[tuple[int, int]] = []
    for part in zoned["ranges"].split(","):
        read = _range(part.strip())
        if isinstance(read, Refusal):
            return read
        ranges += read
    return PhaseTimes(tuple(ranges), zoned["zone"])


def _range(part: str) -> list[tuple[int, int]] | Refusal:
    """Days and times, such as Mon-Fri 07:00-20:00. Days without times are refused: they would be read in two ways."""
    found = _RANGE.fullmatch(part)
    if found is None:
        return Refusal(f"{said(part)} is not days and times", "write each range like Mon-Fri 07:00-20:00")
    days = [found["first"], found["last"] or found["first"]]
    strange = next((d for d in days if d not in DAYS), None)
    if strange is not None:
        near = next((d for d in DAYS if strange.casefold().startswith(d.casefold())), None)
        fix = f"write {near}" if near else f"write one of {', '.join(DAYS)}"
        return Refusal(f"{said(strange)} is no day", fix)
    times = [found["start"], found["end"]]
    odd = next((t for t in times if not _TIME.fullmatch(t)), None)
    if odd is not None:
        return Refusal(f"{said(odd)} is no time of day", "write two digits each, from 00:00 to 24:00")
    start, end = (int(t[:2]) * 60 + int(t[3:]) for t in times)
    if start in {end, MINUTES_OF_DAY}:
        return Refusal(
            f"{said(found['start'] + '-' + found['end'])} is no stretch of time", "write 00:00-24:00 for a day"
        )
    length = end - start if end > start else end - start + MINUTES_OF_DAY
    first, last = (DAYS.index(d) for d in days)
    begun = [(first + n) % 7 * MINUTES_OF_DAY + start for n in range((last - first) % 7 + 1)]
    return [(begin, begin + length) for begin in begun]
