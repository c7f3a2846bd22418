"""Digests of meaning: equal for specs that ask for the same, whatever their bytes.

Comments, the order of keys, units (`0.5/s` or `30/m`) and defaults written out or left out change nothing.
A team's digest covers what the team asks of one cluster; the order of its workloads means nothing.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date

from tonnage.capacity.markets import markets_of
from tonnage.spec.base import SpecModel
from tonnage.spec.cluster import Cluster
from tonnage.spec.local_model import LocalModel
from tonnage.spec.team import Team
from tonnage.units import Quantity

_LENGTH = 32  # hex digits; 128 bits, far from any chance collision, and short enough to read


def digest(meaning: object) -> str:
    """Hex digest of models, quantities, dates, mappings, sequences and plain values."""
    text = json.dumps(_canonical(meaning), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def cluster_digest(cluster: Cluster) -> str:
    """What the pools rest on: the whole cluster, with its markets resolved for every type."""
    return digest(_cluster(cluster))


def team_digest(team: Team) -> str:
    """What one team asks of one cluster; what it asks of other clusters is left out."""
    workloads = {kind: _unordered(getattr(team, kind)) for kind in ("serving", "training", "batch", "notebooks")}
    return digest({**_fields(team, "clusters"), **workloads})


def ground_digest(cluster: Cluster) -> str:
    """What every team's slice rests on: where pods may land and how they are queued, not limits or other teams."""
    pools = cluster.node_pools
    return digest(
        {
            **_fields(cluster, "node_pools", "account_quotas", "monitoring", "report", "as_of", "scheduling"),
            "provisioner": pools.provisioner,
            "markets": {t: markets_of(cluster, t) for t in pools.instance_types},
            "reserved": _unordered((r.id, r.instance_type, r.zone) for r in pools.reserved),
            "nodes": _unordered((n.name, n.labels, sorted(n.taints)) for n in pools.nodes),
        }
    )


def _cluster(cluster: Cluster) -> dict[str, object]:
    pools = cluster.node_pools
    return {
        **_fields(cluster, "node_pools"),
        **_fields(pools, "instance_types"),
        "markets": {t: markets_of(cluster, t) for t in pools.instance_types},
        "reserved": _unordered(pools.reserved),
        "nodes": _unordered(pools.nodes),
        "account_quotas": _unordered(cluster.account_quotas),
    }


def _unordered(items: Iterable[object]) -> list[str]:
    return sorted(digest(item) for item in items)


def _fields(model: SpecModel, *without: str) -> dict[str, object]:
    return {name: getattr(model, name) for name in type(model).model_fields if name not in without}


def _canonical(value: object) -> object:
    if isinstance(value, SpecModel):
        read = {"meaning": value.meaning} if isinstance(value, LocalModel) else {}
        return {name: _canonical(v) for name, v in _fields(value).items()} | read
    if isinstance(value, Quantity):
        return [type(value).__name__, str(value.amount)]
    if isinstance(value, Mapping):
        return {str(key): _canonical(v) for key, v in value.items()}
    if isinstance(value, tuple | list):
        return [_canonical(v) for v in value]
    if isinstance(value, date):
        return value.isoformat()
    return value
