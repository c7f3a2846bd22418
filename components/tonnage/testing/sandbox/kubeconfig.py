"""Kubeconfig files, in JSON: every client reads it as the YAML that it is."""

import base64
import json
from pathlib import Path

CONTEXT = "tonnage-sandbox"


def write_kubeconfig(file: Path, server: str, certificates: Path, pair: str) -> None:
    """Write how the holder of a pair reaches the server. Everything is inside, and only its owner may read it."""

    def inside(name: str) -> str:
        return base64.b64encode((certificates / name).read_bytes()).decode()

    user = {"client-certificate-data": inside(f"{pair}.crt"), "client-key-data": inside(f"{pair}.key")}
    tree = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": CONTEXT, "cluster": {"server": server, "certificate-authority-data": inside("ca.crt")}}],
        "users": [{"name": pair, "user": user}],
        "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": pair}}],
        "current-context": CONTEXT,
    }
    file.touch(mode=0o600)
    file.write_text(json.dumps(tree, indent=2) + "\n", encoding="utf-8")
