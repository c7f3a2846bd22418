"""Where the specs are."""

import os
from pathlib import Path

from tonnage.cli.usage import UsageError


def specs_folder(given: Path | None, here: Path) -> Path:
    """The folder that holds clusters/ and teams/: the given one, else this one, else its stacks/."""
    for folder in [given] if given else [here, here / "stacks"]:
        if (folder / "clusters").is_dir():
            return folder
    if given:
        raise UsageError(f"{given} holds no folder clusters/", "name the folder that holds clusters/ and teams/")
    raise UsageError(
        "neither this folder nor its stacks/ holds clusters/",
        "run it in the folder that holds clusters/ and teams/, or give --specs DIR",
    )


def prefix_of(folder: Path) -> str:
    """What stands before file names in findings, so that an editor or a forge finds them from here."""
    inside = os.path.relpath(folder.resolve(), Path.cwd())
    return "" if inside == "." else f"{Path(inside).as_posix()}/"
