"""GET over HTTPS, bounded in size and time. No redirect is followed, so no key reaches another host."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any
from urllib.parse import quote, urlsplit

MOST_BYTES = 64 * 1024 * 1024
_LONGEST_LINE = 1024 * 1024
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_SAFE = "/:?&=$'(),%@+"


class PriceListError(Exception):
    """A list that cannot be had, or not be trusted: what, and the way out."""

    def __init__(self, what: str, fix: str) -> None:
        self.what = what
        self.fix = fix
        super().__init__(f"{what}; {fix}")


@dataclass(frozen=True)
class Server:
    """Where lists are read from. `headers` may hold a key and are never shown."""

    base: str
    timeout: float
    """Seconds of silence after which the server is given up."""
    headers: Mapping[str, str]

    def pages(self, url: str) -> tuple[Any, date | None]:
        """The JSON of one page, decimals exact, and the server's day."""
        with self._open(url) as answer:
            try:
                data = answer.read(MOST_BYTES + 1)
            except (OSError, HTTPException) as bad:
                raise self._broken(bad) from None
            day, promised = _day(answer.headers.get("Date")), _promised(answer)
        if len(data) > MOST_BYTES:
            raise PriceListError(
                f"{self.host} answers with more than {MOST_BYTES >> 20} MiB a page", "ask its owner why"
            )
        self._whole(len(data), promised)
        try:
            return json.loads(data, parse_float=Decimal), day
        except (ValueError, RecursionError):
            raise PriceListError(
                f"{self.host} does not answer with JSON", "try again, or name another --base-url"
            ) from None

    def lines(self, url: str) -> Iterator[str]:
        """The lines of a text, as they arrive."""
        with self._open(url) as answer:
            read = 0
            while True:
                try:
                    line = answer.readline(_LONGEST_LINE)
                except (OSError, HTTPException) as bad:
                    raise self._broken(bad) from None
                if not line:
                    self._whole(read, _promised(answer))
                    return
                read += len(line)
                yield line.decode("utf-8", errors="replace")

    def _whole(self, read: int, promised: int | None) -> None:
        """Half a list must not pass for a whole one."""
        if promised is not None and read < promised:
            raise PriceListError(f"{self.host} broke off after {read:,} of {promised:,} bytes", "try again")

    @property
    def host(self) -> str:
        """Name of the host, for messages."""
        return urlsplit(self.base).hostname or self.base

    def same_host(self, url: str) -> bool:
        """Whether a link leads to this server and nowhere else."""
        ours, theirs = urlsplit(self.base), urlsplit(url)
        return (ours.scheme, ours.netloc) == (theirs.scheme, theirs.netloc)

    def _open(self, url: str) -> Any:
        parts = urlsplit(self.base)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise PriceListError(f"{self.base} is no https address", "write https://…")
        handlers: list[urllib.request.BaseHandler] = [_NoRedirect()]
        handlers += [urllib.request.ProxyHandler({})] if parts.hostname in _LOOPBACK else []
        asked = urllib.request.Request(quote(url, safe=_SAFE), headers=dict(self.headers))  # noqa: S310 scheme was judged
        try:
            return urllib.request.build_opener(*handlers).open(asked, timeout=self.timeout)
        except urllib.error.HTTPError as bad:
            with bad:
                raise PriceListError(f"{self.host} answers {bad.code} {bad.reason}", _way_out(bad.code)) from None
        except (OSError, HTTPException, ValueError) as bad:
            raise self._broken(bad) from None

    def _broken(self, bad: Exception) -> PriceListError:
        reason = getattr(bad, "reason", bad)
        if isinstance(reason, TimeoutError) or isinstance(bad, TimeoutError):
            return PriceListError(f"{self.host} was silent for {self.timeout:g} s", "try again, or raise --timeout")
        return PriceListError(f"{self.host} cannot be read: {type(reason).__name__}", "try again later")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer, not an order."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _way_out(code: int) -> str:
    if code in {401, 403}:
        return "check the key and what it may read"
    if code == 404:
        return "check the region's name"
    return "try again later" if code == 429 or code >= 500 else "name the right --base-url"


def _promised(answer: Any) -> int | None:
    length = str(answer.headers.get("Content-Length", ""))
    return int(length) if length.isascii() and length.isdigit() else None


def _day(text: str | None) -> date | None:
    try:
        return parsedate_to_datetime(text or "").date()
    except ValueError:
        return None
