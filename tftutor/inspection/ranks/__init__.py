"""Ranks: what a shape looks like, what a slice picks, where an op moves each element."""
