"""How numbers stand in the ledger: five digits, thousands apart, the unit beside."""

import math


def num(value: float) -> str:
    """Five digits: 0.0284, 5.7226, 658,103."""
    if not value or not math.isfinite(value):
        return f"{value:g}"
    if float(value).is_integer():
        return f"{value:,.0f}"
    places = max(0, 4 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def ms(value: float) -> str:
    """Milliseconds."""
    return f"{num(value)} ms"


def gib(value: float) -> str:
    """GiB, three places."""
    return f"{value:.3f} GiB"


def giga(value: float) -> str:
    """A count in thousand millions: 68.45 G."""
    return f"{num(value / 1e9)} G"


def million(value: float) -> str:
    """Bytes in MB."""
    return f"{num(value / 1e6)} MB"


def tera(value: float) -> str:
    """A rate in million millions: 1,979 T."""
    return f"{num(value / 1e12)} T"


def per_second(value: float) -> str:
    """A rate of requests: 12/s."""
    return f"{num(value)}/s"
