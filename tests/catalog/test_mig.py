"""MIG profiles: facts by variant, and full cuts that agree with an outside list."""

import csv
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from tonnage.catalog.mig import MigProfile, MigVariant, Placement, layouts, load_mig, mig_doubts, mig_of
from tonnage.catalog.shipped import shipped_catalog
from tonnage.units import Memory

MIG = load_mig()
H100 = MIG["H100-80"]


def profile(variant: MigVariant, name: str) -> MigProfile:
    """One profile of a variant."""
    return next(p for p in variant.profiles if p.name == name)


def test_every_full_cut_is_found_and_no_other(data: Path) -> None:
    """From placements alone, for the five variants whose placements are published."""
    listed: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    with (data / "catalog" / "mig-geometries.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            parts = [part.rsplit(":", 1) for part in row["geometry"].split()]
            listed[row["gpu"]].add(tuple(sorted(name for name, count in parts for _ in range(int(count)))))
    found = {name: cuts for name, variant in MIG.items() if (cuts := layouts(variant)) is not None}

    assert {name: set(cuts) for name, cuts in found.items()} == dict(listed)
    assert all(list(cuts) == sorted(set(cuts)) for cuts in found.values())


def test_where_placements_are_unknown_no_cut_is_made_up() -> None:
    """Counts alone do not tell what lies beside what."""
    assert layouts(MIG["B300-269"]) is None
    assert layouts(MIG["RTX-PRO-6000"]) is None


def test_one_profile_name_is_another_thing_on_another_card() -> None:
    """1g.10gb is double memory on a 40 GB card."""
    small, large = profile(MIG["A100-40"], "1g.10gb"), profile(MIG["A100-80"], "1g.10gb")
    assert (small.memory_slices, small.max_instances) == (2, 4)
    assert (large.memory_slices, large.max_instances) == (1, 7)


def test_a_slice_count_is_no_share() -> None:
    """3g has half of the memory and three of seven parts of the compute."""
    three = profile(H100, "3g.40gb")
    assert (three.compute_slices, H100.compute_slices, three.memory_slices, H100.memory_slices) == (3, 7, 4, 8)
    assert three.placements == (Placement(0, 4), Placement(4, 4))
    assert three.memory == Memory.parse("39.5GiB")


def test_an_accelerator_finds_its_variant() -> None:
    """Both forms of a card share one; a card without MIG has none."""
    assert mig_of("h100-pcie") is mig_of("h100-sxm") is H100
    assert mig_of("l40s") is None


def test_unknown_memory_stays_unknown() -> None:
    """Of B200 no instance was ever read out; the row says so."""
    assert {p.memory for p in MIG["B200-180"].profiles} == {None}
    assert "memory of instances" in MIG["B200-180"].note
    assert "low trust" in MIG["H200-141"].note


def test_every_variant_covers_accelerators_of_the_table() -> None:
    """Each once, and all are NVIDIA's."""
    named = [a for v in MIG.values() for a in v.accelerators]
    assert len(named) == len(set(named)) >= 14
    assert {shipped_catalog().accelerators[a].vendor for a in named} == {"nvidia"}


WRONG = [
    ({"max_instances": 3}, "take more than 7 compute slices"),
    ({"compute_slices": 1, "max_instances": 3}, "3 instances take more than 8 memory slices"),
    ({"placements": (Placement(0, 3),)}, "a placement is not 4 of 8 memory slices"),
    ({"placements": (Placement(6, 4),)}, "a placement is not 4 of 8 memory slices"),
    ({"placements": (Placement(0, 4), Placement(2, 4))}, "its placements hold 1 instances, not 2"),
    ({"resource": "nvidia.com/gpu"}, "is no resource of a MIG device"),
    ({"max_instances": 0, "placements": ()}, "less than one instance"),
]


@pytest.mark.parametrize(("change", "what"), WRONG, ids=[w[1] for w in WRONG])
def test_a_profile_that_contradicts_its_card_is_found(change: dict[str, object], what: str) -> None:
    """Slices, counts and placements are three ways to say one thing."""
    broken = replace(profile(H100, "3g.40gb"), **change)  # type: ignore[arg-type]  # a table of single fields
    said = [text for _, text in mig_doubts(replace(H100, profiles=(broken,)))]
    assert any(what in text for text in said), said


def test_a_profile_twice_is_found() -> None:
    """Which of them holds cannot be told."""
    twice = replace(H100, profiles=(H100.profiles[0], H100.profiles[0]))
    assert [what for _, what in mig_doubts(twice)] == ["1g.10gb stands there twice"]
