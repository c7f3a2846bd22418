"""Whether a catalogue can be trusted: what the build refuses to ship.

Every row has a source, a licence and a date, every price the day of its list; peaks are dense; MIG profiles do not
contradict each other; names that rows refer to exist.
"""

from collections.abc import Iterator, Mapping

from tonnage.catalog.accelerators import Source
from tonnage.catalog.catalog import Catalog
from tonnage.catalog.doubts import doubts_of
from tonnage.catalog.mig import MigVariant, mig_doubts
from tonnage.catalog.node_types import NodeType
from tonnage.files.paths import dotted


def faults(catalog: Catalog, mig: Mapping[str, MigVariant]) -> tuple[str, ...]:
    """Everything for which a row must not be shipped, one line each, in a fixed order; none: it may be."""
    return (*_of_sources(catalog, mig), *_of_values(catalog), *_of_mig(catalog, mig))


def _of_sources(catalog: Catalog, mig: Mapping[str, MigVariant]) -> Iterator[str]:
    sources = [(name, a.source) for name, a in sorted(catalog.accelerators.items())]
    sources += [(name, n.source) for name, n in sorted(catalog.node_types.items())]
    sources += [(name, m.source) for name, m in sorted(catalog.models.items())]
    sources += [(name, r.source) for name, r in sorted(catalog.releases.items())]
    sources += [(name, v.source) for name, v in sorted(mig.items())]
    for name, source in sources:
        yield from _of_source(name, source)
    for d in catalog.daemon_sets:
        yield from _of_source(d.name, d.source)
    for name, node in sorted(catalog.node_types.items()):
        yield from _of_prices(name, node)


def _of_source(name: str, source: Source) -> Iterator[str]:
    if not source.title.strip():
        yield f"{name}: names no source"
    if not source.licence.strip():
        yield f"{name}: does not say under which licence its source stands"


def _of_prices(name: str, node: NodeType) -> Iterator[str]:
    for p in node.prices:
        here = f"{name}, {p.market} in {p.region}"
        yield from _of_source(here, p.source)
        if p.as_of > p.source.checked:
            yield f"{here}: is of {p.as_of}, but was read on {p.source.checked}"
        if not p.rate:
            yield f"{here}: costs nothing"


def _of_values(catalog: Catalog) -> Iterator[str]:
    for table in (catalog.accelerators, catalog.node_types, catalog.models):
        for name, row in sorted(table.items()):
            for path, what, _ in doubts_of(name, row):
                yield f"{dotted((name, *path))}: {what}"
    for name, node in sorted(catalog.node_types.items()):
        if node.accelerator is not None and node.accelerator not in catalog.accelerators:
            yield f"{name}: there is no accelerator {node.accelerator!r}"


def _of_mig(catalog: Catalog, mig: Mapping[str, MigVariant]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name, variant in sorted(mig.items()):
        yield from (f"{dotted((name, *path))}: {what}" for path, what in mig_doubts(variant))
        for accelerator in variant.accelerators:
            known = catalog.accelerators.get(accelerator)
            if known is None:
                yield f"{name}: there is no accelerator {accelerator!r}"
            elif seen.setdefault(accelerator, name) != name:
                yield f"{name}: {accelerator} is {seen[accelerator]} already"
            elif known.memory is not None:
                for p in variant.profiles:
                    if p.memory is not None and p.memory * p.max_instances > known.memory:
                        yield f"{name}: {p.max_instances} times {p.name} hold more than {accelerator} has"
