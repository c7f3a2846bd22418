"""Pulumi components: each useful alone, all through one seam."""
