"""The house holds: a layer imports only layers before it, and heavy libraries stay in their rooms."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "components" / "tonnage"
ORDER = [
    "findings",
    "units",
    "names",
    "files",
    "spec",
    "catalog",
    "check",
    "capacity",
    "manifests",
    "rules",
    "report",
    "resources",
    "stack",
    "preview",
    "testing",
    "cli",
]
# which layers, or folders inside them, may import what is not in the standard library
ROOMS = {
    "yaml": ("files",),
    "pydantic": ("spec", "resources"),
    "pydantic_core": ("spec", "resources"),
    "highspy": ("capacity/packing",),
    "numpy": ("capacity/packing",),
    "rich": ("report", "cli"),
    "jinja2": ("report",),
    "typer": ("cli",),
    "click": ("cli",),
    "pulumi": ("resources", "stack", "preview", "testing"),
    "pulumi_kubernetes": ("resources", "stack", "preview", "testing"),
    "grpc": ("preview", "testing"),
    "google": ("preview", "testing"),
}
FILES = sorted(PACKAGE.rglob("*.py"))


def layer_of(file: Path) -> str:
    """First folder or module under the package; the package's own `__init__` is the last of all."""
    inside = file.relative_to(PACKAGE)
    return ORDER[-1] if inside.parts[0] == "__init__.py" else inside.parts[0].removesuffix(".py")


def imports_of(file: Path) -> Iterator[str]:
    """Full names of what a file imports, at any depth; type-checking blocks are not run, so they do not count."""
    tree = ast.parse(file.read_text())
    skipped = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{file} uses a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_tests_below_see_the_package() -> None:
    """A check of an empty folder would pass: most layers must be found."""
    assert len({layer_of(f) for f in FILES} & set(ORDER)) >= 12


def test_every_module_belongs_to_a_layer() -> None:
    """A new room is added to the plan before it is built."""
    assert {layer_of(f) for f in FILES} <= set(ORDER)


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_a_layer_imports_only_layers_before_it(file: Path) -> None:
    """Data flows one way, and every file says how far it can reach."""
    own = ORDER.index(layer_of(file))
    for name in imports_of(file):
        parts = name.split(".")
        if parts[0] == "tonnage" and len(parts) > 1 and parts[1] in ORDER:
            assert ORDER.index(parts[1]) <= own, f"reaches up into {name}"


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_heavy_libraries_stay_in_their_rooms(file: Path) -> None:
    """Pulumi from resources down, YAML in one place, the solver in packing, the terminal at the edge."""
    inside = file.relative_to(PACKAGE).as_posix()
    for name in imports_of(file):
        rooms = ROOMS.get(name.split(".")[0])
        if rooms is not None:
            assert any(inside == f"{r}.py" or inside.startswith(f"{r}/") for r in rooms), f"imports {name}"


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_the_planner_reads_no_clock_network_or_environment(file: Path) -> None:
    """What is planned depends on specs and catalogue alone."""
    if ORDER.index(layer_of(file)) > ORDER.index("report"):
        return
    banned = {"time", "random", "socket", "urllib", "http", "requests", "subprocess", "uuid", "secrets"}
    found = {name.split(".")[0] for name in imports_of(file)} & banned
    assert not found
    calls = {ast.unparse(n.func) for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Call)}
    assert not calls & {"date.today", "datetime.now", "datetime.utcnow", "os.getenv", "os.environ.get"}


def test_no_module_is_named_utils() -> None:
    """A name that says nothing collects everything."""
    assert not [f for f in FILES if f.stem in {"util", "utils", "helpers", "common", "misc"}]


def test_nothing_imports_the_source_root() -> None:
    """The import name is tonnage; components/ is only a folder."""
    everywhere = [*FILES, *ROOT.glob("tests/**/*.py"), *ROOT.glob("policies/**/*.py"), *ROOT.glob("stacks/*.py")]
    assert not [f for f in everywhere if "components" in {n.split(".")[0] for n in imports_of(f)}]
