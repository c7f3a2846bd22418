"""The GPU stack as a whole: lawful, complete, no larger than planned, no wider in its rights than it must be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from manifests.gpu_stack.factories import ALL, BORROWED, DISCOVERY_IMAGE, FULL, MINIMAL, PLUGIN_IMAGE
from manifests.judge import judge
from manifests.judge_rules import judge_rules
from manifests.pod_security import refused
from tonnage.catalog.shipped import shipped_catalog
from tonnage.manifests.declared import Manifest
from tonnage.manifests.gpu_stack.objects import objects
from tonnage.manifests.gpu_stack.stack import DevicePluginStack
from tonnage.units import Cpu, Memory

STACKS = pytest.mark.parametrize("stack", ALL, ids=["minimal", "full", "borrowed"])
ON_NODES = ("nvidia-device-plugin", "gpu-feature-discovery", "node-feature-discovery-worker")


def named(stack: DevicePluginStack, kind: str) -> dict[str, Manifest]:
    """Objects of one kind by their Kubernetes name."""
    return {m["metadata"]["name"]: m for m in objects(stack).values() if m["kind"] == kind}


def templates(stack: DevicePluginStack) -> dict[str, dict[str, Any]]:
    """Pod templates by the agent's name."""
    found = {**named(stack, "DaemonSet"), **named(stack, "Deployment")}
    return {name: m["spec"]["template"] for name, m in found.items()}


def containers(stack: DevicePluginStack) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every container with its agent's name."""
    for name, template in templates(stack).items():
        for container in template["spec"]["containers"]:
            yield name, container


@STACKS
def test_kubernetes_takes_every_object(stack: DevicePluginStack, data: Path) -> None:
    """Strictly: no unknown field, nothing missing."""
    for name, manifest in objects(stack).items():
        assert judge(manifest, data) == [], name
        assert judge_rules(manifest, data) == [], name


@STACKS
def test_no_two_objects_are_one_to_kubernetes(stack: DevicePluginStack) -> None:
    """Kind, namespace and name tell them apart."""
    keys = [(m["kind"], m["metadata"].get("namespace"), m["metadata"]["name"]) for m in objects(stack).values()]
    assert len(keys) == len(set(keys))


@STACKS
def test_everything_that_is_named_is_there(stack: DevicePluginStack) -> None:
    """Accounts, roles, configuration: each reference meets its object, in the same namespace."""
    accounts, configs = named(stack, "ServiceAccount"), named(stack, "ConfigMap")
    for agent, template in templates(stack).items():
        assert template["spec"]["serviceAccountName"] in accounts, agent
        mounted = {m["name"] for c in template["spec"]["containers"] for m in c.get("volumeMounts", ())}
        volumes = {v["name"]: v for v in template["spec"].get("volumes", ())}
        assert mounted == volumes.keys(), agent
        assert {v["configMap"]["name"] for v in volumes.values() if "configMap" in v} <= configs.keys()
    for kind in ("Role", "ClusterRole"):
        for binding in named(stack, f"{kind}Binding").values():
            assert (binding["roleRef"]["kind"], binding["roleRef"]["name"] in named(stack, kind)) == (kind, True)
            for subject in binding["subjects"]:
                assert subject["name"] in accounts
                assert subject["namespace"] == stack.namespace
    assert {m["metadata"].get("namespace", stack.namespace) for m in objects(stack).values()} == {stack.namespace}


@STACKS
def test_agents_ask_for_no_more_than_the_planner_keeps_free(stack: DevicePluginStack) -> None:
    """Else the last pod of a full node would not fit, and nobody would know why."""
    planned = {row.name: row for row in shipped_catalog().daemon_sets}
    rendered = named(stack, "DaemonSet")

    assert set(rendered) <= set(ON_NODES)
    for name, manifest in rendered.items():
        asked = [c["resources"]["requests"] for c in manifest["spec"]["template"]["spec"]["containers"]]
        cpu = sum((Cpu.parse(a["cpu"]).amount for a in asked), start=Cpu.parse("0").amount)
        memory = sum(Memory.parse(a["memory"] + "B").amount for a in asked)
        assert cpu <= planned[name].cpu.amount, name
        assert memory <= planned[name].memory.amount, name


def test_agents_run_where_the_planner_counts_them() -> None:
    """Those for GPUs on nodes with GPUs, the worker of node feature discovery on all."""
    planned = {row.name: row.on for row in shipped_catalog().daemon_sets}

    for name, template in templates(MINIMAL).items():
        if name in ON_NODES:
            assert planned[name] == ("gpu" if "affinity" in template["spec"] else "all"), name


def test_agents_come_to_nodes_with_gpus_whatever_value_the_taint_has() -> None:
    """Providers write different values; a toleration of one value waits for ever on the others."""
    for name in ON_NODES:
        assert {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"} in (
            templates(MINIMAL)[name]["spec"]["tolerations"]
        )


@STACKS
def test_no_agent_tolerates_every_taint(stack: DevicePluginStack) -> None:
    """A toleration without a key would bring agents to nodes that are set apart."""
    for template in templates(stack).values():
        for toleration in template["spec"].get("tolerations", ()):
            assert toleration["key"]
            assert "value" not in toleration


def test_agents_start_on_nodes_that_wait_for_them() -> None:
    """A startup taint is taken away only after the agents have done their work."""
    for name in ON_NODES:
        keys = {t["key"] for t in templates(FULL)[name]["spec"]["tolerations"]}
        assert {"readiness.k8s.io/gpu", "readiness.k8s.io/network"} <= keys


def test_gpu_agents_find_nodes_by_label_or_by_device() -> None:
    """A pool of ours says it has GPUs before anything runs there; other nodes are found by what they hold."""
    for name in ("nvidia-device-plugin", "gpu-feature-discovery"):
        affinity = templates(MINIMAL)[name]["spec"]["affinity"]["nodeAffinity"]
        terms = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
        assert [t["matchExpressions"][0]["key"] for t in terms] == [
            "nvidia.com/gpu.present",
            "feature.node.kubernetes.io/pci-10de.present",
            "feature.node.kubernetes.io/cpu-model.vendor_id",
        ]
        assert {len(t["matchExpressions"]) for t in terms} == {1}


@STACKS
def test_agents_outlive_workloads_and_are_updated_node_by_node(stack: DevicePluginStack) -> None:
    """Without its plugin a node offers no GPUs to new pods."""
    for name, manifest in named(stack, "DaemonSet").items():
        assert manifest["spec"]["template"]["spec"]["priorityClassName"] == "system-node-critical"
        at_once = manifest["spec"]["updateStrategy"]["rollingUpdate"]["maxUnavailable"]
        assert at_once == ("10%" if name == "node-feature-discovery-worker" else 1)


@STACKS
def test_selectors_match_their_own_pods_and_no_others(stack: DevicePluginStack) -> None:
    """A selector that fits two agents' pods would make them fight."""
    selectors = {
        name: m["spec"]["selector"]["matchLabels"]
        for name, m in {**named(stack, "DaemonSet"), **named(stack, "Deployment")}.items()
    }
    for name, selector in selectors.items():
        fits = [n for n, t in templates(stack).items() if selector.items() <= t["metadata"]["labels"].items()]
        assert fits == [name]


def test_images_are_those_that_were_given() -> None:
    """One image for plugin and GPU discovery, one for node feature discovery."""
    images = {name: c["image"] for name, c in containers(MINIMAL)}

    assert images.pop("nvidia-device-plugin") == images.pop("gpu-feature-discovery") == PLUGIN_IMAGE
    assert set(images.values()) == {DISCOVERY_IMAGE}


@STACKS
def test_every_container_is_bounded_in_memory(stack: DevicePluginStack) -> None:
    """A leak ends the agent, not the node."""
    for name, container in containers(stack):
        assert "memory" in container["resources"]["limits"], name
        assert "cpu" not in container["resources"]["limits"], name


def test_only_what_must_touch_the_node_is_privileged() -> None:
    """Master and collector of node feature discovery meet the restricted level; the plugin holds no capability."""
    refusals = {name: refused(template) for name, template in templates(MINIMAL).items()}

    assert refusals["node-feature-discovery-master"] == []
    assert refusals["node-feature-discovery-gc"] == []
    assert all(why.startswith("volume ") for why in refusals["node-feature-discovery-worker"])
    assert [n for n, c in containers(MINIMAL) if c["securityContext"].get("privileged")] == ["gpu-feature-discovery"]
    plugin = dict(containers(MINIMAL))["nvidia-device-plugin"]["securityContext"]
    assert plugin == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def test_host_paths_are_read_only_but_for_the_kubelets_and_cdis() -> None:
    """The plugin writes its socket and, with CDI, its specification. Nothing else is written on a node."""
    writable = set()
    for name, template in templates(FULL).items():
        hosts = {v["name"]: v["hostPath"]["path"] for v in template["spec"].get("volumes", ()) if "hostPath" in v}
        for container in template["spec"]["containers"]:
            for mount in container.get("volumeMounts", ()):
                if mount["name"] in hosts and not mount.get("readOnly"):
                    writable.add((name, hosts[mount["name"]]))

    assert writable == {
        ("nvidia-device-plugin", "/var/lib/kubelet/device-plugins"),
        ("nvidia-device-plugin", "/var/run/cdi"),
    }


def test_the_namespace_lets_node_agents_in() -> None:
    """Host paths are allowed at the level privileged only."""
    namespace = objects(FULL)["namespace"]

    assert namespace["metadata"]["name"] == "gpu-agents"
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "privileged"


def test_the_plugin_cannot_speak_to_the_api_server() -> None:
    """It needs the kubelet's socket alone, so it gets no token."""
    assert templates(MINIMAL)["nvidia-device-plugin"]["spec"]["automountServiceAccountToken"] is False
    assert named(MINIMAL, "ServiceAccount")["nvidia-device-plugin"]["automountServiceAccountToken"] is False
    bound = {s["name"] for b in named(MINIMAL, "RoleBinding").values() for s in b["subjects"]}
    assert "nvidia-device-plugin" not in bound


def verbs(role: Manifest) -> set[str]:
    """What a role allows, as group/kind:verb."""
    return {
        f"{group}/{kind}:{verb}"
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for kind in rule["resources"]
        for verb in rule["verbs"]
    }


def test_rights_are_no_wider_than_the_agents_need() -> None:
    """No wildcard, no secrets, and only the master writes to nodes."""
    roles = {**named(MINIMAL, "Role"), **named(MINIMAL, "ClusterRole")}
    everything = {name: verbs(role) for name, role in roles.items()}

    assert not [v for allowed in everything.values() for v in allowed if "*" in v or "secrets" in v]
    writes = {
        name
        for name, allowed in everything.items()
        if any(v.startswith(("/nodes:", "/nodes/status:")) and v.endswith((":patch", ":update")) for v in allowed)
    }
    assert writes == {"node-feature-discovery-master"}
    assert everything["gpu-feature-discovery"] == {
        "nfd.k8s-sigs.io/nodefeatures:get",
        "nfd.k8s-sigs.io/nodefeatures:list",
        "nfd.k8s-sigs.io/nodefeatures:watch",
        "nfd.k8s-sigs.io/nodefeatures:create",
        "nfd.k8s-sigs.io/nodefeatures:update",
        "/pods:get",
    }


@STACKS
def test_the_network_is_closed_but_for_the_api_server_names_and_metrics(stack: DevicePluginStack) -> None:
    """The policy selects the pods of every agent."""
    (policy,) = named(stack, "NetworkPolicy").values()
    selector = policy["spec"]["podSelector"]["matchLabels"]

    assert all(selector.items() <= t["metadata"]["labels"].items() for t in templates(stack).values())
    assert sorted(policy["spec"]["policyTypes"]) == ["Egress", "Ingress"]
    out = {(p["protocol"], p["port"]) for rule in policy["spec"]["egress"] for p in rule["ports"]}
    assert out == {("TCP", 443), ("TCP", 6443), ("UDP", 53), ("TCP", 53)}
    assert [p["port"] for rule in policy["spec"]["ingress"] for p in rule["ports"]] == ["http"]


def test_borrowed_node_feature_discovery_is_not_declared_twice() -> None:
    """Two masters would overwrite each other's labels."""
    assert not [name for name in objects(BORROWED) if name.startswith(("discovery", "node-feature"))]
    assert set(objects(BORROWED)) < set(objects(MINIMAL))


def test_secrets_of_the_registry_reach_every_pod() -> None:
    """A mirror that one agent may not read leaves GPUs unseen."""
    for template in templates(FULL).values():
        assert template["spec"]["imagePullSecrets"] == [{"name": "mirror"}]
