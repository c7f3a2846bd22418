"""Waiting for the prefill slot of a replica: one server, general arrivals, general service.

Kingman's formula for the mean, and its exponential tail: P(W > t) = rho exp(-2 (1 - rho) t / (S (ca2 + cs2))).
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Queue:
    """The slot under one load."""

    service: float
    """Milliseconds that one request holds the slot."""
    rate: float
    """Requests per second."""
    arrivals: float
    """Squared coefficient of variation of the time between requests."""
    variability: float
    """Squared coefficient of variation of the service time."""

    @property
    def utilisation(self) -> float:
        """Part of the time that the slot is busy; 1 or more: the queue grows without end."""
        return self.rate * self.service / 1000

    def wait(self, percentile: float) -> float:
        """Milliseconds that this part of the requests wait at most; infinite for an overloaded slot."""
        busy, beyond = self.utilisation, 1 - percentile
        if busy >= 1:
            return math.inf
        if busy <= beyond:
            return 0.0
        return self.service * (self.arrivals + self.variability) / 2 / (1 - busy) * math.log(busy / beyond)
