"""The specs of a git revision, in a temporary folder. The checkout, its index and its filters are not touched."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from tonnage.cli.usage import UsageError

_HELD = frozenset({"clusters", "teams", "plan", "catalog.yaml", "config"})
_SHOWN = 12  # digits of a commit, always as many: git's own abbreviation grows with the repository
_REGULAR = {"100644", "100755"}
_OF_HOOKS = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}  # set inside hooks; the folder decides


def held(own: str) -> bool:
    """Whether a file belongs to a specs folder, by its path in it: specs, plan files, stack configs, the program."""
    first, *below = PurePosixPath(own).parts
    return first in _HELD or own.endswith(".py") or (not below and first.startswith("Pulumi."))


@dataclass(frozen=True)
class Revision:
    """A commit, and its specs as files."""

    name: str
    """As it was given."""
    commit: str
    folder: Path
    """Exists only inside `exported`; empty where the revision holds no specs."""
    behind: int
    """Commits that touch the specs and that the checked-out branch lacks."""
    skipped: tuple[str, ...]
    """Links and submodules, which are not followed."""

    @property
    def label(self) -> str:
        """main (1a2b3c4d5e6f)"""
        short = self.commit[:_SHOWN]
        return short if self.commit.startswith(self.name) else f"{self.name} ({short})"


@contextmanager
def exported(specs: Path, name: str) -> Iterator[Revision]:
    """Specs of revision `name`, from the repository that holds `specs`. Raises `UsageError`."""
    inside = specs.resolve()
    top = _top(inside)
    commit = _commit(inside, name)
    place = PurePosixPath(inside.relative_to(top).as_posix())
    with TemporaryDirectory(prefix="tonnage-base-") as folder:
        target = Path(folder).resolve()
        skipped = _write(top, commit, place, target)
        yield Revision(name, commit, target, _behind(top, commit, place), skipped)


def _top(inside: Path) -> Path:
    if shutil.which("git") is None:
        raise UsageError("git is not installed", "install git: the base is read from it")
    found = _git(inside, "rev-parse", "--show-toplevel")
    if found.returncode:
        why = found.stderr.decode(errors="replace").strip().removeprefix("fatal: ").splitlines()
        said = why[0] if why else "git does not answer"
        raise UsageError(
            f"{inside} is in no git repository that can be read ({said})", "run it in a clone of the specs"
        )
    return Path(os.fsdecode(found.stdout).rstrip("\n")).resolve()


def _commit(inside: Path, name: str) -> str:
    found = None if name.startswith("-") else _git(inside, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    if found is not None and not found.returncode:
        return found.stdout.decode().strip()
    raise UsageError(f"git knows no revision {name!r}", _way_out(inside, name))


def _way_out(inside: Path, name: str) -> str:
    if not name.startswith("-"):
        remote = f"origin/{name}"
        if not _git(inside, "rev-parse", "--verify", "--quiet", f"{remote}^{{commit}}").returncode:
            return f"did you mean {remote!r}?"
    if _git(inside, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true":
        return "the clone is shallow: fetch more with `git fetch --unshallow origin` (actions/checkout: fetch-depth: 0)"
    return "name a branch, tag or commit, or fetch it first: `git fetch origin`"


def _write(top: Path, commit: str, place: PurePosixPath, target: Path) -> tuple[str, ...]:
    listed = _output(top, "ls-tree", "-r", "-z", "--full-tree", commit, "--", str(place))
    blobs: list[tuple[str, str]] = []
    skipped: list[str] = []
    for line in filter(None, os.fsdecode(listed).split("\0")):
        about, path = line.split("\t", 1)
        mode, _, blob = about.split(" ")
        own = str(PurePosixPath(path).relative_to(place))
        if not held(own):
            continue
        if mode in _REGULAR:
            blobs.append((blob, own))
        else:
            skipped.append(own)
    for (_, own), content in zip(blobs, _contents(top, [b for b, _ in blobs]), strict=True):
        file = target / own
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return tuple(sorted(skipped))


def _contents(top: Path, blobs: Sequence[str]) -> Iterator[bytes]:
    """Contents by object id, straight from the object store: no attribute or filter of the revision acts."""
    answer = _output(top, "cat-file", "--batch", given="".join(f"{b}\n" for b in blobs).encode())
    at = 0
    for _ in blobs:
        head_end = answer.index(b"\n", at)
        head = answer[at:head_end].split(b" ")
        if len(head) != 3:
            raise UsageError("git lacks a file of the base", "fetch it: `git fetch --refetch origin`")
        size = int(head[2])
        yield answer[head_end + 1 : head_end + 1 + size]
        at = head_end + size + 2


def _behind(top: Path, commit: str, place: PurePosixPath) -> int:
    counted = _git(top, "rev-list", "--count", f"HEAD..{commit}", "--", str(place))
    return int(counted.stdout) if counted.returncode == 0 else 0


def _output(folder: Path, *args: str, given: bytes | None = None) -> bytes:
    done = _git(folder, *args, given=given)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise UsageError(f"git {args[0]} failed ({said})", "check the repository with `git fsck`")
    return done.stdout


def _git(folder: Path, *args: str, given: bytes | None = None) -> "subprocess.CompletedProcess[bytes]":
    """Git in that folder. Its options come from here alone, and nothing of it is a shell's."""
    command = ["git", "-C", str(folder), "--literal-pathspecs", *args]
    env = {k: v for k, v in os.environ.items() if k not in _OF_HOOKS} | {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    return subprocess.run(command, input=given, capture_output=True, check=False, env=env)  # noqa: S603 no shell, fixed program
