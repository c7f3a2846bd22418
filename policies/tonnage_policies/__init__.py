"""Policy rules of tonnage. None yet: the package holds the place that `pyproject.toml` names."""
