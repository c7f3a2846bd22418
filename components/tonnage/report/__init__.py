"""What changes between two states of the specs, why, what is risky; and the forms to print it in."""
