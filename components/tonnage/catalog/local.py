"""Models that specs bring along as a config.json: read once a run, and laid beside the catalogue's own."""

from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

from tonnage.catalog.catalog import Catalog, version_with
from tonnage.catalog.hf_config import ConfigModel, read_config
from tonnage.catalog.models import Model
from tonnage.findings import Finding
from tonnage.spec.load import Specs
from tonnage.spec.local_model import LocalModel
from tonnage.spec.team import Team
from tonnage.spec.workload import Serving, Training


def with_local_models(
    specs: Specs, catalog: Catalog, folder: Path, prefix: str = ""
) -> tuple[Specs, Catalog, tuple[Finding, ...]]:
    """Specs whose local models say what their files mean, and the catalogue with these models; and what is wrong.

    A model stands in the catalogue under `LocalModel.key`. Files are found from the specs' folder and shown as
    `prefix` and their path in it; no link on the way is followed.
    """
    used = sorted({m.config for teams in specs.teams.values() for t in teams for m in _of(t)})
    if not used:
        return specs, catalog, ()
    checked = max(c.as_of for c in specs.clusters.values())
    read: dict[str, ConfigModel] = {}
    findings: list[Finding] = []
    for config in used:
        way = _why_no_way(folder, config)
        found = None
        if way is None:
            found, wrong = read_config(folder / config, f"{prefix}{config}", _name(config), checked)
            findings += wrong
        else:
            findings += specs.placed(_named(specs, config, *way))
        if found is not None:
            read[config] = found
    models = {LocalModel(config=config).key: m.model for config, m in read.items()}
    known = ChainMap(models, cast("dict[str, Model]", catalog.models))
    meanings = {config: m.meaning for config, m in read.items()}
    made = replace(catalog, models=known, version=version_with(catalog.version, meanings))
    return _told(specs, meanings), made, tuple(findings)


def _of(team: Team) -> Iterator[LocalModel]:
    workloads: tuple[Serving | Training, ...] = (*team.serving, *team.training)
    yield from (w.model for w in workloads if isinstance(w.model, LocalModel))


def _why_no_way(folder: Path, config: str) -> tuple[str, str] | None:
    """What is wrong with the way from the folder to a file, and how to mend it; None: nothing."""
    at = folder
    for part in Path(config).parts:
        at /= part
        if at.is_symlink():
            return f"{config} lies behind a symbolic link", "put the file itself there"
    return None if at.exists() else (f"there is no file {config}", "correct the path: it begins at the specs' folder")


def _named(specs: Specs, config: str, what: str, fix: str) -> Iterator[Finding]:
    """The problem once for each workload that names the file."""
    seen = set()
    for teams in specs.teams.values():
        for team in teams:
            workloads: tuple[Serving | Training, ...] = (*team.serving, *team.training)
            for w in workloads:
                where = f"{team.name}/{w.name} model.config"
                if isinstance(w.model, LocalModel) and w.model.config == config and where not in seen:
                    seen.add(where)
                    yield Finding(where, what, fix, code="TN402")


def _name(config: str) -> str:
    """What the model is called: the path without what every such file is called."""
    return config.removesuffix(".json").removesuffix("/config")


def _told(specs: Specs, meanings: Mapping[str, str]) -> Specs:
    teams = {name: tuple(_with_meanings(t, meanings) for t in teams) for name, teams in specs.teams.items()}
    return replace(specs, teams=teams)


def _with_meanings(team: Team, meanings: Mapping[str, str]) -> Team:
    if not any(True for _ in _of(team)):
        return team
    told = {kind: tuple(_workload(w, meanings) for w in getattr(team, kind)) for kind in ("serving", "training")}
    return team.model_copy(update=told)


def _workload(w: Serving | Training, meanings: Mapping[str, str]) -> Serving | Training:
    if not isinstance(w.model, LocalModel) or w.model.config not in meanings:
        return w
    return w.model_copy(update={"model": w.model.that_means(meanings[w.model.config])})
