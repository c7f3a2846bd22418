"""Arguments and help of `tonnage import ...`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="import",
    help="Write specs from what exists already.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


class YamlOrJson(StrEnum):
    """Forms of a block."""

    YAML = "yaml"
    JSON = "json"


@app.callback()
def top() -> None:
    """Write specs from what exists already."""


@app.command()
def nodes(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="Output of kubectl get nodes -o json; - reads it from stdin.")
    ] = None,
    *,
    kubeconfig: Annotated[
        Path | None, typer.Option("--kubeconfig", metavar="PATH", help="Let kubectl ask a cluster instead.")
    ] = None,
    context: Annotated[str | None, typer.Option("--context", metavar="NAME", help="Context of the kubeconfig.")] = None,
    rack_label: Annotated[
        str | None, typer.Option("--rack-label", metavar="KEY", help="Label that names a node's rack.")
    ] = None,
    catalog: Annotated[
        Path | None, typer.Option("--catalog", metavar="FILE", help="Your catalog.yaml with further GPUs.")
    ] = None,
    form: Annotated[YamlOrJson, typer.Option("--format", help="Form of the result.")] = YamlOrJson.YAML,
) -> None:
    """Print the nodes: block of a cluster file; what cannot be told is said on stderr, and never guessed.

    \b
    Examples:
      kubectl get nodes -o json | tonnage import nodes -
      tonnage import nodes nodes.json --rack-label topology.kubernetes.io/rack
      tonnage import nodes --context prod --format json
    """
    from tonnage.cli import import_nodes as command  # noqa: PLC0415 loaded only when it runs

    origin = command.Origin(file, kubeconfig, context)
    raise typer.Exit(command.run(origin, rack_label, catalog, as_json=form is YamlOrJson.JSON))
