"""Spec files of a folder: one file for each cluster and team, named after it."""

from collections.abc import Iterator
from pathlib import Path

from tonnage.files.yaml_text import WHOLE
from tonnage.findings import Finding, Position

ENDING = ".yaml"


def spec_files(folder: Path, kind: str, prefix: str) -> tuple[tuple[Path, ...], tuple[Finding, ...]]:
    """Files of `folder`/`kind`, by name, and what should not lie there. Hidden files are left alone.

    A folder that does not exist holds no files.
    """
    place = folder / kind
    shown = f"{prefix}{kind}"
    if place.is_symlink():
        return (), (Finding(shown, "is a symbolic link", "put the folder itself there", code="TN002"),)
    if not place.exists():
        return (), ()
    try:
        entries = sorted(p for p in place.iterdir() if not p.name.startswith("."))
    except OSError as bad:
        what = f"cannot be read: {(bad.strerror or '').lower()}"
        return (), (Finding(shown, what, "make it a readable folder", code="TN001"),)
    good = tuple(p for p in entries if p.suffix == ENDING and not p.is_dir())
    return good, tuple(_strangers((p for p in entries if p not in good), shown, kind))


def _strangers(paths: Iterator[Path], shown: str, kind: str) -> Iterator[Finding]:
    for path in paths:
        start = Position(f"{shown}/{path.name}", 1, 1)
        if path.is_dir():
            yield Finding(WHOLE, "is a folder", f"put spec files directly into {kind}/", position=start, code="TN102")
        elif path.suffix.lower() in {".yml", ".yaml", ".json"}:
            what, fix = f"is not read: its name does not end in {ENDING}", f"rename it to {path.stem}{ENDING}"
            yield Finding(WHOLE, what, fix, position=start, code="TN102")
        else:
            what = f"is no spec: {kind}/ holds {ENDING} files only"
            yield Finding(WHOLE, what, "move it elsewhere", position=start, code="TN102")
