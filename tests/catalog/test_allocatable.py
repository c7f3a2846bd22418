"""What pods may use of a node agrees with what platforms publish, and node agents are never forgotten."""

import csv
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonnage.catalog.allocatable import (
    Room,
    allocatable_cpu,
    allocatable_disk,
    allocatable_memory,
    kept_on,
    room_of,
)
from tonnage.catalog.catalog import DaemonSetRequest
from tonnage.catalog.reserves import Reserve, load_reserves
from tonnage.catalog.shipped import shipped_catalog
from tonnage.units import Cpu, Memory

CATALOG = shipped_catalog()
P5 = CATALOG.node_types["p5.48xlarge"]
M7I = CATALOG.node_types["m7i.4xlarge"]
MIB = 2**20


def rules(platform: str) -> Reserve:
    """The rules of a platform that has some."""
    found = load_reserves().of(platform)
    assert found is not None
    return found


def room(name: str, platform: str = "eks") -> Room:
    """The room on a shipped type."""
    found = room_of(CATALOG.node_types[name], CATALOG, platform)
    assert isinstance(found, Room), found
    return found


def test_the_check_value_of_p5_48xlarge() -> None:
    """192 - 0.55 CPU; 2,097,152 x 0.925 - (1,100 + 255) - 100 MiB."""
    assert allocatable_cpu(P5.cpu, rules("eks")) == Cpu.parse("191.45")
    assert allocatable_memory(P5.memory, 100, rules("eks")).amount // MIB == 1_938_410


def test_the_room_of_p5_48xlarge_in_words() -> None:
    """The exact value, not the published one that is rounded to a tenth of a GiB."""
    found = room("p5.48xlarge")
    assert found.words == "191.45 - 0.6 CPU; 1893.0 - 1.2 GiB; 100 - 9 pods"
    assert found.cpu == Cpu.parse("190.85")
    assert found.memory.amount // MIB == 1_938_410 - 1229
    assert (found.pods, found.gpus, found.rdma) == (91, 8, 32)


def test_local_disks_become_ephemeral_storage() -> None:
    """30.4 TB in RAID 0, less 10 % that must stay free and 1 GiB for the kubelet."""
    assert room("p5.48xlarge").ephemeral == Memory(Fraction(30_400 * 10**9) * Fraction(9, 10) - 2**30)


def test_without_local_disks_the_root_volume_holds_the_pods_files() -> None:
    """200 GiB."""
    assert room("m7i.4xlarge").ephemeral == Memory.gib(179)


def test_every_aws_row_of_the_outside_table_is_reproduced(data: Path) -> None:
    """By the formula with the flat 7.5 %, within the rounding of the published value."""
    rows = []
    for name in ("gpu-instances.csv", "cpu-instances.csv"):
        with (data / "catalog" / name).open(encoding="utf-8", newline="") as file:
            rows += [row for row in csv.DictReader(file) if row["cloud"] == "aws"]
    assert len(rows) == 105
    for row in rows:
        cpu = allocatable_cpu(Cpu.parse(row["vcpu"]), rules("eks"))
        memory = allocatable_memory(Memory.parse(f"{row['memory_gib']}GiB"), int(row["max_pods"]), rules("eks"))
        assert abs(float(cpu) - float(row["alloc_cpu"])) <= 0.0051, row["instance_type"]
        assert abs(memory.in_gib - float(row["alloc_mem_gib"])) <= 0.051, row["instance_type"]


def test_the_brackets_of_gke() -> None:
    """12 vCPU and 85 GiB: 11.9 vCPU; 6.74 GiB and the eviction threshold leave 78.16 GiB before the kernel's share."""
    gke = rules("gke")
    before_kernel = replace(gke, hidden_share=gke.hidden_share * 0, hidden_base=Memory.gib(0))
    assert allocatable_cpu(Cpu.parse("12"), gke) == Cpu.parse("11.9")
    assert round(allocatable_memory(Memory.gib(85), 110, before_kernel).in_gib, 2) == 78.16
    assert allocatable_memory(Memory.gib(85), 110, gke) < allocatable_memory(Memory.gib(85), 110, before_kernel)


@pytest.mark.parametrize(("cores", "kept"), [(1, 60), (2, 100), (4, 140), (8, 180), (16, 260), (32, 420), (64, 740)])
def test_the_steps_of_aks(cores: int, kept: int) -> None:
    """Published millicores by cores."""
    assert allocatable_cpu(Cpu(Fraction(cores)), rules("aks")) == Cpu(cores - Fraction(kept, 1000))


def test_aks_keeps_memory_by_pods_but_never_over_a_quarter() -> None:
    """20 MB per pod and 50 MB; on a small node 25 %."""
    aks, four = rules("aks"), Memory.gib(4)
    hidden = four * Fraction(75, 1000)
    assert allocatable_memory(four, 30, aks) == _whole(four - hidden - Memory.parse("650MB") - aks.eviction)
    assert allocatable_memory(four, 250, aks) == _whole(four - hidden - Memory.gib(1) - aks.eviction)


def _whole(memory: Memory) -> Memory:
    return Memory(Fraction(memory.amount.numerator // memory.amount.denominator))


def test_bare_clusters_keep_only_the_eviction_threshold() -> None:
    """Memory is then what the node reports."""
    for platform in ("cluster-api", "existing"):
        assert allocatable_cpu(Cpu.parse("224"), rules(platform)) == Cpu.parse("224")
        assert allocatable_memory(Memory.parse("2TiB"), 110, rules(platform)) == Memory.parse("2097052MiB")


def test_a_platform_without_rules_is_refused_by_name() -> None:
    """Advertised memory is not allocatable."""
    found = room_of(P5, CATALOG, "coreweave")
    assert isinstance(found, str)
    assert "coreweave" in found


def test_a_measured_value_wins_over_the_formula() -> None:
    """Real nodes lose less than the flat 7.5 %."""
    measured = replace(P5, allocatable_memory=Memory.gib(1960), allocatable_cpu=Cpu.parse("191"))
    found = room_of(measured, CATALOG, "eks")
    assert isinstance(found, Room)
    assert found.words.startswith("191 - 0.6 CPU; 1960.0 - 1.2 GiB")


def test_unknown_pod_limits_are_those_of_the_platform() -> None:
    """Azure types state none."""
    assert room("Standard_NC96ads_A100_v4", "aks").words.endswith("30 - 9 pods")


def test_a_node_too_small_for_its_agents_has_no_room() -> None:
    """And the text shows the arithmetic."""
    tiny = replace(M7I, cpu=Cpu.parse("0.3"), allocatable_cpu=None)
    found = room_of(tiny, CATALOG, "eks")
    assert isinstance(found, str)
    assert "- 0.35 CPU" in found


def test_the_floors_cover_what_the_daemon_sets_ask() -> None:
    """On GPU nodes and on others; CPU nodes carry fewer agents."""
    for node in (P5, M7I):
        kept = kept_on(node, CATALOG)
        here = [d for d in CATALOG.daemon_sets if d.on == "all" or node.gpus]
        floor = load_reserves().floors["gpu" if node.gpus else "cpu"]
        assert (kept.cpu, kept.memory, kept.pods) == (floor.cpu, floor.memory, floor.pods)
        assert sum(d.cpu.amount for d in here) <= kept.cpu.amount
        assert sum(d.memory.amount for d in here) <= kept.memory.amount
        assert len(here) <= kept.pods
    assert kept_on(M7I, CATALOG).cpu < kept_on(P5, CATALOG).cpu


def test_more_daemon_sets_leave_less_room() -> None:
    """Once they ask more than the floor."""
    agents = tuple(DaemonSetRequest(f"agent-{i}", "all", Cpu.parse("1"), Memory.gib(2), P5.source) for i in range(3))
    found = room_of(P5, replace(CATALOG, daemon_sets=(*CATALOG.daemon_sets, *agents)), "eks")
    assert isinstance(found, Room)
    assert found.cpu < room("p5.48xlarge").cpu - Cpu.parse("2")
    assert found.pods == 100 - 12


@given(cpu=st.integers(1, 512), gib=st.integers(4, 8192), pods=st.integers(8, 1514))
def test_no_platform_gives_more_than_there_is(cpu: int, gib: int, pods: int) -> None:
    """Allocatable is below capacity, and more capacity never leaves less."""
    for platform in ("eks", "gke", "aks", "existing"):
        r = rules(platform)
        assert allocatable_cpu(Cpu(Fraction(cpu)), r) <= Cpu(Fraction(cpu))
        assert allocatable_memory(Memory.gib(gib), pods, r) < Memory.gib(gib)
        assert allocatable_disk(Memory.gib(gib), r) < Memory.gib(gib)
        assert allocatable_cpu(Cpu(Fraction(cpu)), r) < allocatable_cpu(Cpu(Fraction(cpu + 1)), r)
        assert allocatable_memory(Memory.gib(gib), pods, r) < allocatable_memory(Memory.gib(gib + 1), pods, r)


def test_every_shipped_type_has_room_where_its_platforms_rules_are_known() -> None:
    """None is so small that nothing is left, and each says its sources."""
    platform = {"aws": "eks", "gcp": "gke", "azure": "aks"}
    rooms = [room(n.name, platform[n.cloud]) for n in CATALOG.node_types.values() if n.cloud in platform]
    assert len(rooms) > 180
    assert all(r.source and r.words for r in rooms)
