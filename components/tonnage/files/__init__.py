"""Files: strict reading of YAML with positions, stable writing, frozen values as plain data."""
