"""What a stack declares, by its role."""
