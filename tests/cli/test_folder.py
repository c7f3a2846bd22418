"""Where the specs are."""

from pathlib import Path

import pytest

from tonnage.cli.folder import specs_folder
from tonnage.cli.usage import UsageError


def test_the_folder_itself_comes_before_its_stacks(tmp_path: Path) -> None:
    """Both may hold specs; the nearer ones count."""
    (tmp_path / "stacks/clusters").mkdir(parents=True)
    assert specs_folder(None, tmp_path) == tmp_path / "stacks"

    (tmp_path / "clusters").mkdir()
    assert specs_folder(None, tmp_path) == tmp_path


def test_a_given_folder_is_never_replaced_by_another(tmp_path: Path) -> None:
    """A misspelt option is refused, not guessed."""
    (tmp_path / "clusters").mkdir()
    with pytest.raises(UsageError, match="holds no folder clusters/"):
        specs_folder(tmp_path / "elsewhere", tmp_path)


def test_without_specs_the_way_out_is_said(tmp_path: Path) -> None:
    """Both ways to name the folder."""
    with pytest.raises(UsageError, match="--specs DIR"):
        specs_folder(None, tmp_path)
