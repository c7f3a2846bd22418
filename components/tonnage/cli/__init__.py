"""The command line: load, call, print. Nothing is imported before the command that needs it."""


def main() -> None:
    """Entry point of the console script `tonnage`."""
    from tonnage.cli.app import run  # noqa: PLC0415 typer is loaded only when the command line runs

    run()
