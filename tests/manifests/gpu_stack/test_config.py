"""What the agents are told, and the definitions that node feature discovery keeps its findings in."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from manifests.gpu_stack.factories import FULL, MINIMAL
from manifests.judge import judge
from manifests.judge_schemas import definition_of
from tonnage.files.yaml import parse_yaml
from tonnage.manifests.gpu_stack.agents import CONFIG_DIGEST
from tonnage.manifests.gpu_stack.definitions import definitions
from tonnage.manifests.gpu_stack.objects import objects
from tonnage.manifests.gpu_stack.stack import DevicePluginStack

DEFINITIONS = definitions("master")
CONFIGS = ("plugin-config", "discovery-config", "discovery-worker-config")


def config(stack: DevicePluginStack, name: str) -> Any:
    """The one file of a ConfigMap, read."""
    (text,) = objects(stack)[name]["data"].values()
    return json.loads(text)


def digest(stack: DevicePluginStack, name: str) -> str:
    """The digest of the configuration on an agent's pods."""
    return str(objects(stack)[name]["spec"]["template"]["metadata"]["annotations"][CONFIG_DIGEST])


def variables(stack: DevicePluginStack, name: str) -> dict[str, str]:
    """Variables with a plain value, of an agent's container."""
    (container,) = objects(stack)[name]["spec"]["template"]["spec"]["containers"]
    return {e["name"]: e["value"] for e in container["env"] if "value" in e}


@pytest.mark.parametrize("name", CONFIGS)
def test_configuration_is_yaml_too(name: str) -> None:
    """Agents read it as such."""
    ((file, text),) = objects(MINIMAL)[name]["data"].items()

    document, found = parse_yaml(text.encode(), file)
    assert not found
    assert document is not None
    assert document.value == config(MINIMAL, name)


def test_a_broken_driver_is_seen() -> None:
    """The plugin fails and is restarted in full view, rather than offering no GPUs in silence."""
    assert config(MINIMAL, "plugin-config") == {
        "version": "v1",
        "flags": {
            "migStrategy": "none",
            "failOnInitError": True,
            "plugin": {"deviceListStrategy": "envvar", "deviceIDStrategy": "uuid"},
            "gfd": {"sleepInterval": "60s"},
        },
    }


def test_what_is_chosen_reaches_the_plugin() -> None:
    """The list of devices and the strategy for divided GPUs."""
    flags = config(FULL, "plugin-config")["flags"]
    assert (flags["plugin"]["deviceListStrategy"], flags["migStrategy"]) == ("cdi-cri", "mixed")


def test_labels_of_gpus_are_let_through() -> None:
    """Node feature discovery writes only its own label namespace, unless it is told of others."""
    assert config(MINIMAL, "discovery-config") == {"extraLabelNs": ["nvidia.com"]}


def test_gpus_are_found_among_pci_devices_by_vendor_alone() -> None:
    """Class 03 is a display controller; the label pci-10de.present leaves the class out."""
    pci = config(MINIMAL, "discovery-worker-config")["sources"]["pci"]

    assert "03" in pci["deviceClassWhitelist"]
    assert pci["deviceLabelFields"] == ["vendor"]


@pytest.mark.parametrize("agent", ["plugin", "gpu-discovery"])
def test_a_changed_configuration_restarts_those_who_read_it(agent: str) -> None:
    """Agents read it once, at their start; nothing else about their pods would change."""
    assert digest(MINIMAL, agent) != digest(replace(MINIMAL, device_list="cdi-cri"), agent)
    assert digest(MINIMAL, agent) == digest(replace(MINIMAL, pull_secrets=("a",)), agent)


def test_agents_see_gpus_without_asking_for_any() -> None:
    """A request would take a GPU from workloads; the runtime's variables do not."""
    for agent in ("plugin", "gpu-discovery"):
        assert variables(MINIMAL, agent)["NVIDIA_VISIBLE_DEVICES"] == "all"
        assert variables(MINIMAL, agent)["CONFIG_FILE"] == "/config/config.yaml"
        assert "NVIDIA_MIG_MONITOR_DEVICES" not in variables(MINIMAL, agent)
        assert variables(FULL, agent)["NVIDIA_MIG_MONITOR_DEVICES"] == "all"
    (plugin,) = objects(MINIMAL)["plugin"]["spec"]["template"]["spec"]["containers"]
    assert set(plugin["resources"]["requests"]) == {"cpu", "memory"}


def test_with_cdi_the_plugin_sees_the_nodes_driver() -> None:
    """It writes into the specification where the driver's files lie."""
    spec = objects(FULL)["plugin"]["spec"]["template"]["spec"]
    mounts = {m["mountPath"]: m["name"] for m in spec["containers"][0]["volumeMounts"]}
    paths = {v["name"]: v["hostPath"]["path"] for v in spec["volumes"] if "hostPath" in v}

    assert paths[mounts["/driver-root"]] == "/"
    assert paths[mounts["/var/run/cdi"]] == "/var/run/cdi"


@pytest.mark.parametrize("manifest", DEFINITIONS.values(), ids=list(DEFINITIONS))
def test_definitions_agree_with_upstreams(manifest: dict[str, Any], data: Path) -> None:
    """Names, scope and version; a controller finds its kinds by them."""
    ours = manifest["spec"]
    theirs = definition_of(ours["group"], ours["names"]["kind"], data)

    assert theirs is not None
    assert manifest["metadata"]["name"] == theirs["metadata"]["name"]
    assert ours["scope"] == theirs["spec"]["scope"]
    for name, value in ours["names"].items():
        assert theirs["spec"]["names"][name] == value
    of_both = [[(v["name"], v["served"], v["storage"]) for v in spec["versions"]] for spec in (ours, theirs["spec"])]
    assert of_both[0] == of_both[1]


def schema(manifest: dict[str, Any]) -> Any:
    """The schema of `spec` in a definition."""
    (version,) = manifest["spec"]["versions"]
    return version["schema"]["openAPIV3Schema"]["properties"]["spec"]


def bare(schema: Any) -> Any:
    """A schema without its descriptions."""
    if isinstance(schema, list):
        return [bare(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    return {k: bare(v) for k, v in schema.items() if k != "description" or not isinstance(v, str)}


def test_what_workers_find_is_kept_whole(data: Path) -> None:
    """A field that our schema did not know would be dropped without a word."""
    theirs = definition_of("nfd.k8s-sigs.io", "NodeFeature", data)

    assert theirs is not None
    assert schema(DEFINITIONS["node-features-definition"]) == bare(schema(theirs))


def test_rules_are_kept_whole(data: Path) -> None:
    """Whatever a rule says: its schema is open."""
    theirs = definition_of("nfd.k8s-sigs.io", "NodeFeatureRule", data)
    ours = schema(DEFINITIONS["node-feature-rules-definition"])

    assert theirs is not None
    assert ours["properties"].keys() == schema(theirs)["properties"].keys()
    assert ours["required"] == schema(theirs)["required"]
    assert ours["properties"]["rules"]["items"]["x-kubernetes-preserve-unknown-fields"] is True


def test_a_node_feature_of_upstreams_shape_is_judged_alike(data: Path) -> None:
    """What workers write meets upstream's definition, whose schema ours equals."""
    feature = {
        "apiVersion": "nfd.k8s-sigs.io/v1alpha1",
        "kind": "NodeFeature",
        "metadata": {"name": "node-1", "namespace": "tonnage-system"},
        "spec": {
            "labels": {"nvidia.com/gpu.count": "8"},
            "features": {
                "flags": {"cpu.cpuid": {"elements": {"AVX512F": {}}}},
                "attributes": {"system.name": {"elements": {"nodename": "node-1"}}},
                "instances": {"pci.device": {"elements": [{"attributes": {"vendor": "10de", "class": "0302"}}]}},
            },
        },
    }
    assert judge(feature, data) == []
