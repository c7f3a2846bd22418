"""The synthetic sets of the packing notes: groups drawn by a published recipe, on AWS GPU types of the shared table."""

import csv
import math
from fractions import Fraction
from pathlib import Path

import numpy as np

from capacity.packing.factories import node_type
from tonnage.capacity.packing.groups import Group
from tonnage.capacity.packing.supply import Offer, Supply
from tonnage.capacity.packing.vectors import Vector, times
from tonnage.capacity.result import PricedBy
from tonnage.units import MoneyRate

UNIT = Fraction(1, 10**6)
PARTS = 8
"""A GPU is counted in eighths."""
_GPUS = [0, 0.125, 0.25, 0.5, 1, 2, 4, 8]
_SHARES = [0.25, 0.05, 0.05, 0.1, 0.25, 0.1, 0.1, 0.1]


def aws_gpu_types(data: Path) -> Supply:
    """All priced types without bare metal; 0.6 CPU, 1.2 GiB, 1 GiB of disk and 9 pods come off for node agents."""
    with (data / "catalog" / "gpu-instances.csv").open() as file:
        rows = [r for r in csv.DictReader(file) if r["cloud"] == "aws" and r["od_usd_h"]]
    offers = [_offer(r) for r in rows if ".metal" not in r["instance_type"]]
    return Supply(tuple(sorted(offers, key=lambda o: o.name)), (), UNIT)


def _offer(row: dict[str, str]) -> Offer:
    nvme = float(row["local_nvme_gb"] or 0)
    disk = 0.9 * (0.93 * nvme if nvme else 200) - 1
    room: Vector = (
        int(row["gpu_count"]) * PARTS,
        int((float(row["alloc_cpu"]) - 0.6) * 1000),
        int((float(row["alloc_mem_gib"]) - 1.2) * 2**30),
        int(disk * 2**30),
        max(0, int(row["max_pods"]) - 9),
        100 * int(row["rdma_nics"] or 0),
    )
    price = Fraction(row["od_usd_h"])
    return Offer(
        name=row["instance_type"],
        node=node_type(row["instance_type"]),
        market="onDemand",
        zones=("a",),
        room=room,
        room_words="",
        price=PricedBy(MoneyRate(price), row["price_source"], None),
        cost=int(price / UNIT),
    )


def drawn(seed: int, groups: int, on: Supply) -> list[Group]:
    """The groups of one set. The order of the draws is part of the recipe."""
    r = np.random.default_rng(seed)
    return [_group(k, r, on) for k in range(groups)]


def _group(k: int, r: np.random.Generator, on: Supply) -> Group:
    gpu = float(r.choice(_GPUS, p=_SHARES))
    cpu = float(max(1, gpu * r.choice([4, 6, 8, 10, 12])) if gpu else r.choice([0.5, 1, 2, 4, 8]))
    gib = float(max(4, gpu * r.choice([24, 48, 64, 90])) if gpu else cpu * r.choice([2, 4, 8]))
    count = math.ceil(r.lognormal(2.5, 1.2)) if gpu < 4 else int(r.integers(1, 30))
    disk = int(r.choice([5, 20, 50]))
    most = int(r.choice([0, 0, 0, 1, 2])) if gpu < 1 else 0
    need: Vector = (
        int(gpu * PARTS),
        math.ceil(cpu * 1000),
        math.ceil(gib * 2**30),
        disk * 2**30,
        1,
        100 if gpu == PARTS else 0,
    )
    fits = tuple(min(most or 10**9, times(need, o.room)) for o in on.offers)
    return Group(
        workload=f"set/g{k:03}",
        need=need,
        count=count,
        accelerator=None,
        tier=0,
        surge=0,
        survive=False,
        spot=False,
        per_node=fits,
        price=min((o.cost / n for o, n in zip(on.offers, fits, strict=True) if n), default=0.0),
        most=most or None,
    )
