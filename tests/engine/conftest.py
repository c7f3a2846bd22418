"""Tests that need the Pulumi command line; where it is absent they skip, and say so."""

import shutil
from pathlib import Path

import pytest

from engine.driven import TEAM_AND_PLATFORM, Driven, reference_project
from sandbox.conftest import cluster as cluster  # noqa: PLC0414 a fixture: its name is its use
from sandbox.conftest import real as real  # noqa: PLC0414 a fixture: its name is its use
from sandbox.reference import definitions, objects_on
from stacks.conftest import Reference
from stacks.conftest import repo as repo  # noqa: PLC0414 a fixture: its name is its use
from tonnage.testing.sandbox import Sandbox
from tonnage.testing.sandbox.nodes import nodes_of, system_node


@pytest.fixture(scope="session", autouse=True)
def _engine() -> None:
    """For the whole session, so that nothing that is dear is started in vain."""
    if shutil.which("pulumi") is None:
        pytest.skip("pulumi is not on PATH: the real engine was not run")


@pytest.fixture(scope="module")
def furnished(cluster: Sandbox, repo: Reference, data: Path) -> Sandbox:
    """A cluster as the reference repository finds it: its nodes stand, and others have installed their definitions."""
    objects = objects_on(repo, "staging")
    cluster.define(definitions(data), objects)
    plan, platform = repo.plans["staging"], repo.specs.clusters["staging"].platform
    cluster.add([system_node(), *nodes_of(plan, repo.catalog, platform, objects)])
    return cluster


@pytest.fixture
def driven(tmp_path: Path, furnished: Sandbox) -> Driven:
    """The reference repository with a backend of its own; its stacks of the staging cluster reach the sandbox."""
    made = reference_project(tmp_path, furnished)
    for stack in TEAM_AND_PLATFORM:
        made.reach(stack, furnished)
    return made
