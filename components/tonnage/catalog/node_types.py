"""Node types of the clouds: shape, limits, price. None means unknown, never zero."""

from dataclasses import dataclass
from datetime import date

from tonnage.catalog.accelerators import Source
from tonnage.units import Cpu, Memory, MoneyRate


@dataclass(frozen=True)
class Price:
    """What one node costs in one region and market, on one day."""

    rate: MoneyRate
    market: str
    """onDemand or spot."""
    region: str
    as_of: date
    source: Source


@dataclass(frozen=True)
class NodeType:
    """One instance type."""

    name: str
    cloud: str
    accelerator: str | None
    """Name in the accelerator table; None: a CPU type."""
    gpus: int
    cpu: Cpu
    memory: Memory
    """As advertised."""
    local_disk: Memory | None
    """Local disks in all; 0B: it has none."""
    rdma: int | None
    """RDMA interfaces (EFA on AWS)."""
    max_pods: int | None
    """What the network interfaces allow; None: the platform's default holds."""
    arch: str
    """amd64 or arm64."""
    allocatable_cpu: Cpu | None
    """A published or measured value; it wins over the formula."""
    allocatable_memory: Memory | None
    source: Source
    note: str = ""
    prices: tuple[Price, ...] = ()
    markets: tuple[str, ...] = ()
    """Markets that a source names beside those with a price; what is not among them is unknown, not excluded."""

    @property
    def known_markets(self) -> tuple[str, ...]:
        """Markets that a price or another source shows it can be had in; empty: unknown."""
        return tuple(sorted({*self.markets, *(p.market for p in self.prices)}))

    def price(self, market: str, region: str | None) -> Price | None:
        """The price in that market and region, if it is known."""
        return next((p for p in self.prices if p.market == market and p.region == region), None)
