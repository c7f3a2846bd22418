"""`tonnage catalog list`, `show` and `check`."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tonnage.capacity.situation import CATALOG_FILE
from tonnage.catalog.catalog import Catalog
from tonnage.catalog.load import load_catalog
from tonnage.check.prices import ages_by_cloud
from tonnage.cli.folder import prefix_of, specs_folder
from tonnage.cli.screen import FINDINGS, FINE, listed, note, result, tell
from tonnage.cli.usage import UsageError, unknown
from tonnage.findings import Finding, errors, ordered
from tonnage.report.catalogue import WITH_CLOUD, Entry, Listing, found, lines_of, listing, names, overview, unknown_of
from tonnage.report.escape import visible
from tonnage.report.json import document, plain, render_findings


def catalog_of(specs: Path | None) -> tuple[Catalog | None, tuple[Finding, ...]]:
    """The catalogue of a folder of specs; where this place has none and none is named, the shipped one."""
    try:
        folder = specs_folder(specs, Path.cwd())
    except UsageError:
        if specs is not None:
            raise
        return load_catalog()
    return load_catalog(folder / CATALOG_FILE, f"{prefix_of(folder)}{CATALOG_FILE}")


def list_rows(specs: Path | None, table: str | None, cloud: str | None, *, as_json: bool) -> int:
    """Print one table, or how large all are. The exit code."""
    if cloud is not None and table not in WITH_CLOUD:
        raise UsageError("--cloud goes with node-types and prices", "name one of these tables, or drop --cloud")
    catalog, findings = catalog_of(specs)
    if catalog is None:
        return tell(findings)
    clouds = {n.cloud for n in catalog.node_types.values()}
    if cloud is not None and cloud not in clouds:
        raise unknown("cloud", cloud, clouds)
    shown = listing(catalog, table, cloud) if table else overview(catalog)
    if as_json:
        result(document("CatalogList", table=table, rows=shown.values))
    else:
        _table(shown)
    return FINE


def show(specs: Path | None, name: str, *, as_json: bool) -> int:
    """Print every fact of a row. The exit code."""
    catalog, findings = catalog_of(specs)
    if catalog is None:
        return tell(findings)
    entries = found(catalog, name)
    if not entries:
        raise unknown("row", name, names(catalog))
    if as_json:
        result(document("CatalogRows", rows=[_plain(e) for e in entries]))
        return FINE
    for number, entry in enumerate(entries):
        facts = tuple(lines_of(entry, catalog))
        width = max(len(key) for key, _ in facts) + 2
        result("\n" * (number > 0) + "".join(f"{visible(f'{key:{width}}{text}')}\n" for key, text in facts))
    return FINE


def check(specs: Path | None, file: Path | None, as_of: date | None, *, as_json: bool) -> int:
    """Print what is wrong with a user's file, and how old the prices are. The exit code."""
    if file is not None and not file.exists() and not file.is_symlink():
        raise UsageError(f"there is no file {file}", "name a catalogue file, or leave it out")
    catalog, findings = load_catalog(file, str(file)) if file is not None else catalog_of(specs)
    day = as_of or datetime.now(UTC).date()
    aged = ages_by_cloud(catalog.node_types.values(), day) if catalog else ()
    judged = ordered([*findings, *aged])
    result(render_findings(judged) if as_json else listed(judged))
    if catalog is not None and not as_json:
        note(f"tonnage: {_sizes(catalog)}")
    return FINDINGS if errors(judged) else FINE


def _sizes(catalog: Catalog) -> str:
    return ", ".join(f"{count} {name}" for name, count in overview(catalog).rows)


def _table(shown: Listing) -> None:
    from tonnage.cli.console import console  # noqa: PLC0415 tables are loaded only to be shown
    from tonnage.report.terminal import show_table  # noqa: PLC0415 as above

    show_table(shown.head, shown.rows, console())


def _plain(entry: Entry) -> dict[str, Any]:
    return {"table": entry.table, "name": entry.name, "unknown": unknown_of(entry), "row": plain(entry.value)}
