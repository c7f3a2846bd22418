"""Time zones from the `tzdata` package alone: the same on every machine, whatever its own tables say."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@cache
def zones() -> frozenset[str]:
    """Names of all zones, as `America/New_York`."""
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())


def stretches(zone: str, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    """Wall-clock readings from the start of one day to the start of another, where no clock is changed in between.

    Each pair is as far apart in hours as the readings say. A day begins with the first instant that reads its date;
    one that a zone skipped is empty. Between two changes of one zone lies more than a day, in all of the data.
    """
    clock = _clock(zone)
    here, end = _start(clock, first), _start(clock, last)
    while here < end:
        offset = _offset(clock, here)
        behind = ahead = here
        while ahead < end and _offset(clock, ahead) == offset:
            behind, ahead = ahead, min(ahead + _DAY, end)
        if ahead < end or _offset(clock, end) != offset:
            ahead = min(_change(clock, behind, ahead), end)
        yield (here + offset).replace(tzinfo=None), (ahead + offset).replace(tzinfo=None)
        here = ahead


def _start(clock: ZoneInfo, day: date) -> datetime:
    """The first instant, to the second, that reads `day` or later. No zone is a day and a half away from UTC."""
    middle = datetime(day.year, day.month, day.day, tzinfo=UTC)
    before, after = middle - 1.5 * _DAY, middle + 1.5 * _DAY
    while after - before > _SECOND:
        half = before + (after - before) // (2 * _SECOND) * _SECOND
        before, after = (before, half) if half.astimezone(clock).date() >= day else (half, after)
    return after


def _change(clock: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first instant, to the second, with another offset than `before`; `after` is one."""
    offset = _offset(clock, before)
    while after - before > _SECOND:
        half = before + (after - before) // (2 * _SECOND) * _SECOND
        before, after = (half, after) if _offset(clock, half) == offset else (before, half)
    return after


def _offset(clock: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(clock).utcoffset() or timedelta()


@cache
def _clock(zone: str) -> ZoneInfo:
    if zone not in zones():
        raise ValueError(f"there is no time zone {zone}")
    with files("tzdata").joinpath("zoneinfo", *zone.split("/")).open("rb") as table:
        return ZoneInfo.from_file(table, key=zone)
