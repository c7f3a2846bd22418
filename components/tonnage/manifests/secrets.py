"""Whether text would give a secret away. What is found is never repeated in a message."""

import re

_NAMES = re.compile(
    r"(^|[-_.])(api[-_]?keys?|(access|secret|private|account|storage|shared|signing)[-_]?keys?([-_]id)?|passwords?|passwd|passphrase|secrets?"
    r"|credentials?|connection[-_]string|(hf|hub|auth|access|bearer|session|id)[-_]?tokens?|token)$",
    re.IGNORECASE,
)
_VALUES = re.compile(
    r"\bhf_[A-Za-z0-9]{16,}"
    r"|\b(AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\b(gh[opsur]_|github_pat_|glpat-|nvapi-|xox[abpr]-)[A-Za-z0-9_-]{10,}"
    r"|\bsk-[A-Za-z0-9_-]{16,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\."
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|://[^/\s:@]+:[^/\s@]+@"
)
"""Forms of tokens as their issuers document them: model hub, AWS, GitHub, GitLab, NVIDIA, Slack, model APIs, JWT,
keys in PEM, and addresses with a password."""


def names_a_secret(name: str) -> bool:
    """Whether a flag or variable is one that holds a secret: api-key, HF_TOKEN, AWS_SECRET_ACCESS_KEY."""
    return _NAMES.search(name) is not None


def holds_a_secret(text: str) -> bool:
    """Whether text has the form of a token, key or password."""
    return _VALUES.search(text) is not None
