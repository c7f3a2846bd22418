"""Arguments and help of `tonnage catalog ...`."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="catalog",
    help="What tonnage takes as given: GPUs, node types, models, prices, releases, each row with its source.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


class Form(StrEnum):
    """Forms of a result."""

    TEXT = "text"
    JSON = "json"


class Table(StrEnum):
    """Tables of the catalogue."""

    ACCELERATORS = "accelerators"
    NODE_TYPES = "node-types"
    MODELS = "models"
    PRICES = "prices"
    RELEASES = "releases"
    MIG = "mig"


class Cloud(StrEnum):
    """Clouds whose prices can be fetched."""

    AWS = "aws"
    AZURE = "azure"
    GCP = "gcp"


Specs = Annotated[
    Path | None,
    typer.Option(
        "--specs", metavar="DIR", help="Folder whose catalog.yaml counts. Left out: this one, or its stacks/."
    ),
]
FormOption = Annotated[Form, typer.Option("--format", help="Form of the result.")]


@app.command("list")
def list_rows(
    table: Annotated[Table | None, typer.Argument(help="Left out: how many rows each table has.")] = None,
    cloud: Annotated[str | None, typer.Option("--cloud", metavar="NAME", help="Node types and prices of one.")] = None,
    specs: Specs = None,
    form: FormOption = Form.TEXT,
) -> None:
    """List a table in short; as JSON, every fact of every row.

    \b
    Examples:
      tonnage catalog list
      tonnage catalog list accelerators
      tonnage catalog list prices --cloud aws --format json
    """
    from tonnage.cli import catalog as command  # noqa: PLC0415 loaded only when it runs

    raise typer.Exit(command.list_rows(specs, table.value if table else None, cloud, as_json=form is Form.JSON))


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An accelerator, node type, model or release.")],
    specs: Specs = None,
    form: FormOption = Form.TEXT,
) -> None:
    """Show every fact of one row: source, date, licence, and what is unknown.

    \b
    Examples:
      tonnage catalog show h100-sxm
      tonnage catalog show Qwen/Qwen3-32B --format json
    """
    from tonnage.cli import catalog as command  # noqa: PLC0415 loaded only when it runs

    raise typer.Exit(command.show(specs, name, as_json=form is Form.JSON))


@app.command()
def check(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Left out: the specs' catalog.yaml.")] = None,
    specs: Specs = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Judge the age of prices by it. Left out: today."),
    ] = None,
    form: FormOption = Form.TEXT,
) -> None:
    """Judge a catalogue file of your own, and how old the prices are.

    \b
    Examples:
      tonnage catalog check
      tonnage catalog check catalog.yaml --as-of 2026-12-01
    """
    from tonnage.cli import catalog as command  # noqa: PLC0415 loaded only when it runs

    raise typer.Exit(command.check(specs, file, as_of.date() if as_of else None, as_json=form is Form.JSON))


@app.command()
def refresh(
    cloud: Annotated[Cloud, typer.Argument(help="Whose price list to ask.")],
    *,
    region: Annotated[str, typer.Option("--region", metavar="NAME", help="Region of the prices.")],
    specs: Specs = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write them into this catalogue file.")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option("--base-url", metavar="URL", help="Another server of the same interface.")
    ] = None,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", min=0.1, help="Longest silence of the server.")] = 60,
    form: FormOption = Form.TEXT,
) -> None:
    """Fetch list prices of the types that the catalogue knows, as rows for catalog.yaml. Planning never does this.

    Of AWS and Azure no account is needed; for Google Cloud an API key is read from GOOGLE_API_KEY.

    \b
    Examples:
      tonnage catalog refresh azure --region eastus
      tonnage catalog refresh aws --region us-east-1 --out stacks/catalog.yaml
    """
    from tonnage.cli import catalog_refresh as command  # noqa: PLC0415 loaded only when it runs

    asked = command.Asked(cloud.value, region, base_url, timeout, out)
    raise typer.Exit(command.run(specs, asked, as_json=form is Form.JSON))
