"""What makes GPUs visible to Kubernetes: device plugin, feature discovery."""
