"""A field of a custom resource that the API server does not let change: the update goes through by replacement."""

from pathlib import Path

import pytest
from pulumi import automation as auto

from engine.driven import Driven, project
from tonnage.testing.sandbox import Sandbox

NAMED = {
    "apiVersion": "kueue.x-k8s.io/v1beta2",
    "kind": "LocalQueue",
    "metadata": {"name": "main", "namespace": "default"},
}
PROGRAM = f"""
import os
from pathlib import Path
import pulumi
import pulumi_kubernetes as k8s
from tonnage.resources.immutable import immutable_fields
from tonnage.resources.seam import Child, resource_of

text = Path(os.environ["KUBECONFIG_FILE"]).read_text(encoding="utf-8")
provider = k8s.Provider("cluster", kubeconfig=pulumi.Output.secret(text), cluster_identifier="sandbox")
queue = {{**{NAMED!r}, "spec": {{"clusterQueue": pulumi.Config().require("queue")}}}}
fields = immutable_fields(queue) if os.environ["DECLARED"] == "yes" else ()
resource_of("lab", Child("queue", queue), fields, pulumi.ResourceOptions(provider=provider))
"""


def lab(root: Path, sandbox: Sandbox, data: Path, declared: str) -> Driven:
    """A program with one queue, and the definitions that it needs."""
    sandbox.define(data / "crds", [NAMED])
    folder = root / "lab"
    folder.mkdir()
    (folder / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    return project(folder, root, "lab", KUBECONFIG_FILE=str(sandbox.kubeconfig), DECLARED=declared)


def test_the_field_is_replaced(tmp_path: Path, cluster: Sandbox, data: Path) -> None:
    """The old object goes first, since both have one name; afterwards there is one, with the new value."""
    driven = lab(tmp_path, cluster, data, "yes")
    stack = driven.stack("lab")
    stack.set_config("queue", auto.ConfigValue(value="gpus"))
    stack.up()
    before = cluster.api.get(NAMED).body["metadata"]["uid"]
    stack.set_config("queue", auto.ConfigValue(value="gpus-2"))

    assert (stack.preview().change_summary or {}).get(auto.OpType.REPLACE) == 1
    stack.up()

    now = cluster.api.get(NAMED).body
    assert now["spec"]["clusterQueue"] == "gpus-2"
    assert now["metadata"]["uid"] != before
    stack.up(expect_no_changes=True)
    stack.destroy()
    assert cluster.api.get(NAMED).status == 404


def test_without_the_table_it_fails(tmp_path: Path, cluster: Sandbox, data: Path) -> None:
    """The table is what makes the difference: without it the server's refusal stops the update."""
    driven = lab(tmp_path, cluster, data, "no")
    stack = driven.stack("lab")
    stack.set_config("queue", auto.ConfigValue(value="gpus"))
    stack.up()
    stack.set_config("queue", auto.ConfigValue(value="gpus-2"))

    with pytest.raises(auto.CommandError, match="immutable"):
        stack.up()
    stack.set_config("queue", auto.ConfigValue(value="gpus"))
    stack.destroy()
