"""What a program declares, for assertions."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from tonnage.findings import SpecError, errors
from tonnage.manifests.declared import Declared
from tonnage.preview import record


def recorded(
    program: Path | Callable[[], object],
    config: Mapping[str, object] | None = None,
    secrets: Collection[str] = (),
    stack: str = "test",
) -> tuple[Declared, ...]:
    """All resources that a program declares, by type and name; no engine, cluster or credentials are needed.

    `program` is a function, a file or a folder with `__main__.py`. `config` holds values by full key
    (`tonnage:cluster`); those named in `secrets` reach the program as secrets. Raises SpecError with every finding
    where the program cannot be declared.

        declared = recorded(lambda: ModelServer("chat", args, pulumi.ResourceOptions(provider=provider())))
        assert {d.protect for d in declared if d.token.endswith(":Namespace")} == {True}
    """
    recording = record(program, "test", stack, config, secrets)
    if found := errors(recording.findings):
        raise SpecError(found)
    return recording.resources
