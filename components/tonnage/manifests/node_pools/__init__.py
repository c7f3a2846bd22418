"""Node pools: where nodes come from, as objects of who starts them."""
