"""Quantities as Kubernetes writes them."""

from tonnage.units import Cpu, Memory


def cpu_text(cpu: Cpu) -> str:
    """Whole cores as a plain number, else thousandths, rounded up: 8, 3500m."""
    cores, rest = divmod(cpu.millicores, 1000)
    return f"{cpu.millicores}m" if rest else str(cores)


def memory_text(memory: Memory) -> str:
    """The largest binary unit that keeps the amount exact: 80Gi, 1536Mi, 1000."""
    count = int(memory.amount)
    for unit, size in (("Gi", 2**30), ("Mi", 2**20), ("Ki", 2**10)):
        if count and count % size == 0:
            return f"{count // size}{unit}"
    return str(count)
