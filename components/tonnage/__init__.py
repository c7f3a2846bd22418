"""tonnage: plan the GPUs, then declare the cluster."""
