"""All objects of the GPU stack, in the order in which they are declared."""

from tonnage.manifests.contracts import MANAGED_BY, MANAGED_BY_LABEL, POD_SECURITY_LABEL
from tonnage.manifests.declared import Manifest
from tonnage.manifests.gpu_stack.agents import PART_OF, PART_OF_LABEL
from tonnage.manifests.gpu_stack.device_plugin import device_plugin, feature_discovery
from tonnage.manifests.gpu_stack.discovery import discovery
from tonnage.manifests.gpu_stack.stack import DevicePluginStack


def objects(stack: DevicePluginStack) -> dict[str, Manifest]:
    """The stack's objects by what people call them; each comes after those that it needs."""
    return {
        "namespace": namespace(stack),
        "network": network_policy(stack),
        **(discovery(stack) if stack.discovery else {}),
        **device_plugin(stack),
        **feature_discovery(stack),
    }


def namespace(stack: DevicePluginStack) -> Manifest:
    """The namespace of node agents. They mount paths of the host, which only the level privileged allows."""
    levels = {POD_SECURITY_LABEL: "privileged", MANAGED_BY_LABEL: MANAGED_BY}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": stack.namespace, "labels": levels}}


def network_policy(stack: DevicePluginStack) -> Manifest:
    """What the stack's pods may reach: the API server and DNS. Metrics may be read; nothing else comes in.

    The address of the API server is not known here, so its ports are open to every address.
    """
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": PART_OF, "namespace": stack.namespace, "labels": {MANAGED_BY_LABEL: MANAGED_BY}},
        "spec": {
            "podSelector": {"matchLabels": {PART_OF_LABEL: PART_OF}},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"ports": [{"protocol": "TCP", "port": "http"}]}],
            "egress": [
                {"ports": [{"protocol": "TCP", "port": 443}, {"protocol": "TCP", "port": 6443}]},
                {"ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]},
            ],
        },
    }
