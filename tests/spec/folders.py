"""A right folder of specs in text, from which tests make wrong ones by exchanging a piece."""

from pathlib import Path

EAST = """\
kind: Cluster
name: east
platform: eks
region: us-east-1
zones: [us-east-1a, us-east-1b]
kubernetes: "1.35"
asOf: 2026-11-23
phases: {}
nodePools:
  provisioner: karpenter
  instanceTypes: [g6e.12xlarge, p5.48xlarge, m7i.4xlarge]
  markets:
    p5.48xlarge: [reserved]
  reserved:
    - {instanceType: p5.48xlarge, count: 2, id: cr-0abc, zone: us-east-1a, price: 31.40 USD/h}
  limits: {gpus: 96, cost: 250000 USD/month}
queueing: kueue
accountQuotas:
  - name: G instances
    instanceTypes: ["g6e.*"]
    vcpus: 768
"""
WEST = """\
kind: Cluster
name: west
platform: eks
region: us-west-2
zones: [us-west-2a]
kubernetes: "1.35"
asOf: 2026-11-23
nodePools:
  provisioner: karpenter
  instanceTypes: [g6e.12xlarge]
"""
SEARCH = """\
kind: Team
name: search
contact: search-oncall@example.com
budget: 60000 USD/month
priority: production
clusters:
  east: {}
  west:
    chat:
      traffic: {requests: 30/m}
serving:
  - name: chat
    model: Qwen/Qwen3-32B
    contextLength: 32768
    engineArgs: {enable-prefix-caching: true}
    traffic:
      requests: 12/s
      inputTokens: 2000
      outputTokens: 400
    slo: {ttftP95: 1s, tpotP95: 40ms}
    accelerators: [h100-sxm, l40s]
    survive: node
batch:
  - name: embeddings
    pods: 40
    gpus: 1
    accelerator: l40s
    cpu: 8
    memory: 48GiB
"""
FILES = {"clusters/east.yaml": EAST, "clusters/west.yaml": WEST, "teams/search.yaml": SEARCH}


def write(folder: Path, *changes: tuple[str, str, str], files: dict[str, str] | None = None) -> Path:
    """A folder of specs. Each change exchanges one piece of a file, which must stand there once."""
    texts = FILES | (files or {})
    for name, old, new in changes:
        assert texts[name].count(old) == 1, f"{old!r} stands {texts[name].count(old)} times in {name}"
        texts[name] = texts[name].replace(old, new)
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
