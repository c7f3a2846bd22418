"""Names and limits of Kubernetes and Pulumi, in one place.

Sources: Kubernetes documentation, "Object Names and IDs" (DNS label: 63 characters; DNS subdomain: 253)
and "Labels and Selectors" (63 characters); Pulumi documentation, "Stacks" (alphanumerics and `-_.`).
"""

import hashlib
import re

LABEL_LIMIT = 63
LABEL_PATTERN = r"^[a-z]([-a-z0-9]*[a-z0-9])?$"

_OUTSIDE_LABEL = re.compile(r"[^a-z0-9-]+")


def is_label(text: str) -> bool:
    """Whether Kubernetes takes `text` as the name of a Service, the strictest of its names."""
    return len(text) <= LABEL_LIMIT and re.fullmatch(LABEL_PATTERN, text) is not None


def team_namespace(team: str) -> str:
    """The Kubernetes namespace of a team."""
    return f"team-{team}"


def platform_stack(cluster: str) -> str:
    """The Pulumi stack with a cluster's own part."""
    return f"platform-{cluster}"


def team_stack(team: str, cluster: str) -> str:
    """The Pulumi stack of a team on a cluster."""
    return f"{team}-{cluster}"


def label(*parts: str, limit: int = LABEL_LIMIT) -> str:
    """One lawful name from several parts, different for different parts.

    Parts are joined by dashes. What does not fit or is not allowed is replaced, and then eight hex
    digits of the SHA-256 of the original follow, so that two names never fall together.
    """
    whole = "-".join(parts)
    clean = _OUTSIDE_LABEL.sub("-", whole.lower()).strip("-")
    if clean == whole and len(clean) <= limit and is_label(clean):
        return clean
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]
    if not clean or not clean[0].isalpha():
        clean = f"x-{clean}"
    return f"{clean[: limit - 9].rstrip('-')}-{digest}"
