"""Files that commands write."""

from pathlib import Path


def put_whole(file: Path, text: str) -> None:
    """Write a file whole or not at all. Raises OSError."""
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)
