"""One front door: what users can reach is what is listed, and nothing heavy loads before it is needed."""

import subprocess
import sys
from types import ModuleType

import tonnage


def test_every_public_name_is_listed_and_loads() -> None:
    """No name is public by accident, and none is listed that does not exist."""
    shown = {n for n in dir(tonnage) if not n.startswith("_") and n != "TYPE_CHECKING"}
    shown -= {n for n in shown if isinstance(getattr(tonnage, n), ModuleType)}

    assert shown == set(tonnage.__all__)
    assert tonnage.__all__ == sorted(tonnage.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As of any module."""
    assert not hasattr(tonnage, "GpuNodePol")


def loaded_after(statement: str) -> set[str]:
    """Top-level modules of a fresh process that has run a statement."""
    code = f"import sys\n{statement}\nprint(' '.join({{m.partition('.')[0] for m in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_package_loads_nothing_by_itself() -> None:
    """Import of the package costs nothing."""
    assert not loaded_after("import tonnage") & {"pulumi", "pulumi_kubernetes", "pydantic", "yaml", "numpy", "rich"}


def test_the_planner_never_loads_pulumi() -> None:
    """It runs where Pulumi is not installed."""
    loaded = loaded_after(
        "from tonnage import load_specs, load_catalog, plan_capacity; import tonnage.capacity.situation"
    )

    assert "pydantic" in loaded
    assert not loaded & {"pulumi", "pulumi_kubernetes", "grpc", "rich", "typer"}


def test_declaring_never_loads_the_typed_kubernetes_modules() -> None:
    """Objects go through one seam, which needs none of the provider's thousands of classes."""
    code = "import sys; import tonnage.resources.base, pulumi_kubernetes; pulumi_kubernetes.Provider"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print('pulumi_kubernetes.apps.v1' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"
