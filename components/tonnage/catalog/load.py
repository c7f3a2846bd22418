"""The catalogue of a run: the shipped rows, and a user's own file over them."""

from pathlib import Path

from tonnage.catalog.catalog import Catalog
from tonnage.catalog.shipped import shipped_catalog
from tonnage.catalog.user import with_user_rows
from tonnage.files.yaml import read_yaml
from tonnage.findings import Finding


def load_catalog(user: Path | None = None, shown: str = "catalog.yaml") -> tuple[Catalog | None, tuple[Finding, ...]]:
    """The catalogue, or None and every problem of the user's file.

    `user` is the `catalog.yaml` beside clusters/ and teams/; where there is none, the shipped rows stand alone.
    `shown` is its name in findings.
    """
    if user is None or not (user.exists() or user.is_symlink()):
        return shipped_catalog(), ()
    document, unreadable = read_yaml(user, shown)
    if document is None:
        return None, unreadable
    catalog, wrong = with_user_rows(shipped_catalog(), document)
    return catalog, (*unreadable, *wrong)
