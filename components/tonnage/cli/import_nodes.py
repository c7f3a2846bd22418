"""`tonnage import nodes`: the `nodes:` block of a cluster file, from the nodes of a cluster."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tonnage.capacity.inventory.imported import Imported, import_nodes
from tonnage.catalog.load import load_catalog
from tonnage.cli.screen import FINDINGS, note, result, tell
from tonnage.cli.usage import UsageError
from tonnage.files.yaml import write_yaml
from tonnage.findings import errors
from tonnage.report.json import document, plain

_PATIENCE = 60  # seconds for kubectl
_LARGEST = 256 * 2**20  # bytes; a node is some 20 KiB


@dataclass(frozen=True)
class Origin:
    """Where the nodes are told: a file (`-`: standard input), or a cluster that kubectl reaches."""

    file: str | None
    kubeconfig: Path | None
    context: str | None


def run(origin: Origin, rack_label: str | None, catalog_file: Path | None, *, as_json: bool) -> int:
    """Print the block; what cannot be told goes to stderr. The exit code."""
    tree = _tree(_text(origin))
    catalog, found = load_catalog(catalog_file, str(catalog_file or "catalog.yaml"))
    if catalog is None or errors(found):
        return tell(found)
    return _show(import_nodes(tree, catalog, rack_label), as_json=as_json)


def _show(made: Imported, *, as_json: bool) -> int:
    if errors(made.findings):
        return tell(made.findings) or FINDINGS
    if as_json:
        result(document("Nodes", nodes=made.nodes, findings=plain(made.findings)))
    else:
        head = f"{made.counted} of {made.read} nodes; stands below nodePools: with provisioner: none"
        result(write_yaml({"nodes": list(made.nodes)}, head))
    code = tell(made.findings)
    note(f"tonnage: {made.counted} of {made.read} nodes in {len(made.nodes)} groups")
    return code


def _text(origin: Origin) -> str:
    if origin.file is not None and (origin.kubeconfig or origin.context):
        raise UsageError("a file and a cluster are both named", "give FILE, or --kubeconfig and --context")
    if origin.file is None and not (origin.kubeconfig or origin.context):
        raise UsageError(
            "nothing says where the nodes are", "give FILE (- for standard input), --kubeconfig or --context"
        )
    if origin.file is None:
        return _from_cluster(origin)
    try:
        text = sys.stdin.read(_LARGEST + 1) if origin.file == "-" else _from_file(Path(origin.file))
    except UnicodeDecodeError as e:
        raise UsageError(f"{origin.file} is not UTF-8", "give what `kubectl get nodes -o json` prints") from e
    if len(text) > _LARGEST:
        raise UsageError(f"{origin.file} is over 256 MiB", "give the nodes alone: kubectl get nodes -o json")
    return text


def _from_file(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_LARGEST + 1)
    except OSError as e:
        raise UsageError(f"{path} cannot be read: {e.strerror or e}", "name a file that is there") from e


def _from_cluster(origin: Origin) -> str:
    command = ["kubectl", "get", "nodes", "-o", "json"]
    command += ["--kubeconfig", str(origin.kubeconfig)] if origin.kubeconfig else []
    command += ["--context", origin.context] if origin.context else []
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE)  # noqa: S603 no shell, and the words are ours
    except FileNotFoundError as e:
        fix = "install it, or save its output elsewhere and give the file"
        raise UsageError("kubectl is not there", fix) from e
    except subprocess.TimeoutExpired as e:
        raise UsageError(f"kubectl gave no answer in {_PATIENCE} s", "check that the cluster can be reached") from e
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise UsageError(f"kubectl failed: {said[-1] if said else 'it says nothing'}", "check kubeconfig and context")
    return done.stdout


def _tree(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as e:
        raise UsageError(f"this is no JSON: {e}", "give what `kubectl get nodes -o json` prints") from e
