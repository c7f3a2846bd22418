"""The cache of programs: whole or not at all, by one builder at a time, and healed when broken."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tonnage.testing.sandbox import SandboxError
from tonnage.testing.sandbox.binaries import BIN, BUILD, programs, why_not
from tonnage.testing.sandbox.build import CHECKSUMS, build, checksum, flaw
from tonnage.testing.sandbox.programs import BUILT_FROM, PROGRAMS, digest

# stands for the compiler: writes what it is asked to build after a moment, and counts how often it was called
GO = """#!/bin/sh
echo "$PWD $*" >> "$CALLS"
echo "first/package" >&2
sleep 0.3
for last in "$@"; do case "$previous" in -o) out="$last";; esac; previous="$last"; done
[ -z "$BROKEN" ] || { echo "syntax error" >&2; exit 1; }
case "$out" in
  */) for p in kube-apiserver kube-controller-manager kube-scheduler; do echo "$p" > "$out$p"; chmod +x "$out$p"; done;;
  *) echo built > "$out"; chmod +x "$out";;
esac
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A compiler that only writes files; what it was called with, a line for each call."""
    go = tmp_path / "path" / "go"
    go.parent.mkdir()
    go.write_text(GO)
    go.chmod(go.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{go.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    return tmp_path / "calls"


def test_what_is_built_is_whole_and_built_once(calls: Path, tmp_path: Path) -> None:
    """A second builder finds it and builds nothing."""
    said: list[str] = []
    target = tmp_path / "cache" / "made"
    build(target, said.append)
    build(target, said.append)

    assert flaw(target) is None
    assert {p.name for p in target.iterdir()} == {*PROGRAMS, CHECKSUMS}
    assert len(calls.read_text().splitlines()) == len(BUILT_FROM)
    assert [s for s in said if "building kubernetes v1.36" in s]
    assert [p.name for p in target.parent.iterdir() if ".tmp-" in p.name] == []


@pytest.mark.parametrize("damage", ["cut short", "gone", "no right to run", "no checksums", "torn checksums"])
def test_a_broken_cache_is_named_and_heals(calls: Path, tmp_path: Path, damage: str) -> None:
    """Whatever happened to it."""
    target = tmp_path / "made"
    build(target, lambda _: None)
    scheduler, sums = target / "kube-scheduler", target / CHECKSUMS
    if damage == "cut short":
        scheduler.write_bytes(b"")
    elif damage == "gone":
        scheduler.unlink()
    elif damage == "no right to run":
        scheduler.chmod(0o600)
    elif damage == "no checksums":
        sums.unlink()
    else:
        sums.write_text(sums.read_text()[:40])
    said: list[str] = []

    wrong = flaw(target)
    assert wrong is not None
    assert ("kube-scheduler" if "checksums" not in damage else CHECKSUMS) in wrong
    build(target, said.append)
    assert flaw(target) is None
    assert wrong in said[0]
    assert len(calls.read_text().splitlines()) == 2 * len(BUILT_FROM)


def test_builders_wait_for_each_other(calls: Path, tmp_path: Path) -> None:
    """Four at once: one builds, the others find what it built."""
    code = "import sys; from pathlib import Path; from tonnage.testing.sandbox.build import build, flaw\n"
    code += "build(Path(sys.argv[1]), print); sys.exit(flaw(Path(sys.argv[1])) is not None)"
    target = str(tmp_path / "made")
    builders = [
        subprocess.Popen([sys.executable, "-c", code, target], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    said = [b.communicate(timeout=60)[0] for b in builders]

    assert [b.returncode for b in builders] == [0] * 4
    assert len(calls.read_text().splitlines()) == len(BUILT_FROM)
    assert sum("waiting for it" in s for s in said) >= 1


def test_a_failed_build_leaves_nothing_and_says_why(
    calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The compiler's own words, and no half cache."""
    monkeypatch.setenv("BROKEN", "1")
    with pytest.raises(SandboxError, match=r"(?s)could not build etcd v3\.6.*syntax error"):
        build(tmp_path / "made", lambda _: None)

    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("made")] == ["made.lock"]
    assert calls.exists()


def test_what_a_killed_builder_left_is_cleared_away(calls: Path, tmp_path: Path) -> None:
    """Half a gigabyte at a time would fill a disk."""
    left = tmp_path / "made.tmp-killed"
    left.mkdir()
    build(tmp_path / "made", lambda _: None)

    assert not left.exists()
    assert calls.exists()


def test_the_recipe_is_pinned_and_its_digest_is_a_name() -> None:
    """Versions as the documentation states them; the same recipe has the same cache."""
    versions = {m.name: m.version for m in BUILT_FROM}

    assert versions["kubernetes"].startswith("v1.36.")
    assert versions["etcd"].startswith("v3.6.")
    assert versions["kwok"] == "v0.8.0"
    assert digest() == digest()
    assert len(digest()) == 16
    for module in BUILT_FROM:
        assert (module.folder / "go.sum").stat().st_size > 1000


def test_every_staging_module_is_replaced_by_the_release_of_the_same_minor() -> None:
    """Else Go would look for folders that are not there, or build two releases into one program."""
    kubernetes = next(m for m in BUILT_FROM if m.name == "kubernetes")
    lines = (kubernetes.folder / "go.mod").read_text().splitlines()
    replaced = [line.split("=>")[1].split() for line in lines if "=>" in line]

    assert len(replaced) == 33
    assert {version for _, version in replaced} == {kubernetes.version.replace("v1.", "v0.")}


def test_without_programs_the_reason_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A skipped test names the way to run it; a named folder that lacks programs is never passed over."""
    for name in (BIN, BUILD):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    reason = why_not()
    assert reason is not None
    assert "python -m tonnage.testing.sandbox build" in reason
    assert why_not(may_build=True) is None or "go" in str(why_not(may_build=True))

    monkeypatch.setenv(BIN, str(tmp_path))
    named = why_not(may_build=True)
    assert named is not None
    assert "kube-apiserver" in named
    with pytest.raises(SandboxError, match="TONNAGE_SANDBOX_BIN"):
        programs()


@pytest.mark.parametrize(
    ("kubernetes", "etcd", "said"),
    [
        ("Kubernetes v1.34.2", "etcd Version: 3.6.1", "kube-apiserver is v1.34.2"),
        ("Kubernetes v1.36.0", "etcd Version: 3.4.23", "etcd is v3.4.23"),
        ("who knows", "etcd Version: 3.6.1", "kube-apiserver is of unknown version"),
    ],
)
def test_programs_of_another_version_are_refused(
    kubernetes: str, etcd: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that differs from the stated one would prove something else."""
    for name in PROGRAMS:
        file = tmp_path / name
        file.write_text(f"#!/bin/sh\necho '{etcd if name == 'etcd' else kubernetes}'\n")
        file.chmod(0o700)
    monkeypatch.setenv(BIN, str(tmp_path))

    reason = why_not()
    assert reason is not None
    assert said in reason


def test_checksums_are_those_of_the_files(calls: Path, tmp_path: Path) -> None:
    """SHA-256, readable by anybody."""
    build(tmp_path / "made", lambda _: None)
    sums = json.loads((tmp_path / "made" / CHECKSUMS).read_text())

    assert sums == {name: checksum(tmp_path / "made" / name) for name in PROGRAMS}
    assert calls.exists()
