"""Commands, their arguments and their help. Each loads what it needs only when it runs."""

import sys
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from tonnage.cli.catalog_app import app as catalog_app
from tonnage.cli.import_app import app as import_app
from tonnage.cli.screen import USAGE, note
from tonnage.cli.usage import UsageError

app = typer.Typer(
    name="tonnage",
    help="Plan the GPUs, then declare the cluster.",
    epilog="Exit codes: 0 fine, 1 findings of severity error, 2 usage. Results go to stdout, messages to stderr.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

app.add_typer(catalog_app)
app.add_typer(import_app)


class TableOrJson(StrEnum):
    """Forms of a plan."""

    TABLE = "table"
    JSON = "json"


class TreeOrJson(StrEnum):
    """Forms of a preview."""

    TREE = "tree"
    JSON = "json"


class ReportForm(StrEnum):
    """Forms of a diff."""

    TERMINAL = "terminal"
    MARKDOWN = "markdown"
    JSON = "json"


class LinesOrJson(StrEnum):
    """Forms of findings."""

    LINES = "lines"
    JSON = "json"


class Model(StrEnum):
    """Files that have a schema."""

    CLUSTER = "cluster"
    TEAM = "team"
    CATALOG = "catalog"
    POOLS_PLAN = "pools-plan"
    TEAM_PLAN = "team-plan"


Specs = Annotated[
    Path | None,
    typer.Option(
        "--specs", metavar="DIR", help="Folder that holds clusters/ and teams/. Left out: this one, or its stacks/."
    ),
]
ClusterName = Annotated[str | None, typer.Option("--cluster", metavar="NAME", help="Only this cluster.")]


def run() -> None:
    """Run the command line; a command that cannot start says why and exits with 2."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app()
    except UsageError as problem:
        note(f"tonnage: {problem.what}; {problem.fix}")
        sys.exit(USAGE)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tonnage {version('tonnage')}")
        raise typer.Exit


@app.callback()
def top(
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the release and exit.")
    ] = False,
) -> None:
    """Plan the GPUs, then declare the cluster."""


@app.command()
def plan(
    what: Annotated[
        str | None, typer.Argument(metavar="[WHAT]", help="With --explain: team/workload, pool or cluster.")
    ] = None,
    *,
    specs: Specs = None,
    cluster: ClusterName = None,
    explain: Annotated[bool, typer.Option("--explain", help="Print how each number follows, in words.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write the plan files beside the specs.")] = False,
    release: Annotated[
        bool, typer.Option("--release", help="Let go the nodes and quotas that the plan files say are releasing.")
    ] = False,
    form: Annotated[TableOrJson, typer.Option("--format", help="Form of the result.")] = TableOrJson.TABLE,
) -> None:
    """Say how many nodes the specs need, and what they cost.

    \b
    Examples:
      tonnage plan
      tonnage plan --explain search/chat
      tonnage plan --cluster prod-east --format json
      tonnage plan --write
      tonnage plan --write --release
    """
    from tonnage.cli import plan as command  # noqa: PLC0415 loaded only when it runs

    wanted = command.Asked(
        what=what, explain=explain or what is not None, write=write, json=form is TableOrJson.JSON, release=release
    )
    raise typer.Exit(command.run(specs, cluster, wanted))


@app.command()
def preview(
    specs: Specs = None,
    cluster: ClusterName = None,
    form: Annotated[TreeOrJson, typer.Option("--format", help="Form of the result.")] = TreeOrJson.TREE,
) -> None:
    """Show what each stack declares, without Pulumi's CLI, a cluster or credentials.

    \b
    Examples:
      tonnage preview
      tonnage preview --cluster staging
      tonnage preview --format json > resources.json
    """
    from tonnage.cli import preview as command  # noqa: PLC0415 loaded only when it runs

    raise typer.Exit(command.run(specs, cluster, as_json=form is TreeOrJson.JSON))


@app.command()
def diff(
    base: Annotated[str, typer.Option("--base", metavar="REV", help="Git revision to compare with.")],
    specs: Specs = None,
    form: Annotated[ReportForm, typer.Option("--format", help="Form of the report.")] = ReportForm.TERMINAL,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write the report there instead of stdout.")
    ] = None,
) -> None:
    """Say what the working tree changes against a git revision, why, and what is risky.

    \b
    Examples:
      tonnage diff --base main
      tonnage diff --base origin/main --format markdown --out comment.md
    """
    from tonnage.cli import diff as command  # noqa: PLC0415 loaded only when it runs

    raise typer.Exit(command.run(specs, base, form.value, out))


@app.command()
def check(
    specs: Specs = None,
    form: Annotated[LinesOrJson, typer.Option("--format", help="Form of the findings.")] = LinesOrJson.LINES,
) -> None:
    """Judge the specs and their plan, and print findings only.

    \b
    Examples:
      tonnage check
      tonnage check --specs stacks --format json
    """
    from tonnage.cli import check as command  # noqa: PLC0415 loaded only when it runs

    raise typer.Exit(command.run(specs, as_json=form is LinesOrJson.JSON))


@app.command()
def explain(
    what: Annotated[
        str | None, typer.Argument(metavar="[WHAT]", help="Code of a finding, or key of a spec. Left out: all codes.")
    ] = None,
) -> None:
    """Say what a finding means and how to mend it, or what a key of a spec takes.

    \b
    Examples:
      tonnage explain TN110
      tonnage explain serving.slo.ttftP95
      tonnage explain nodePools.reserved
    """
    from tonnage.cli import explain as command  # noqa: PLC0415 loaded only when it runs

    raise typer.Exit(command.run(what))


@app.command()
def schema(
    model: Annotated[Model, typer.Argument(help="File to describe.")] = Model.CLUSTER,
) -> None:
    """Print the JSON Schema of a kind of file, for editors.

    \b
    Examples:
      tonnage schema cluster > cluster.schema.json
      tonnage schema team > team.schema.json
      tonnage schema catalog > catalog.schema.json
    """
    from tonnage.cli import schema as command  # noqa: PLC0415 loaded only when it runs

    raise typer.Exit(command.run(model.value))
